package database

import (
	"strconv"
	"strings"
)

// A Filter builds the conditions of a query with numbered parameters. Its texts are those of the
// program; values come as arguments.
type Filter struct {
	Conditions []string
	Args       []any
}

// Arg adds a value and returns its parameter: $1 is the first.
func (f *Filter) Arg(value any) string {
	f.Args = append(f.Args, value)
	return "$" + strconv.Itoa(len(f.Args))
}

// Add adds a condition, in which each ? stands for the next of args.
func (f *Filter) Add(condition string, args ...any) {
	for _, arg := range args {
		condition = strings.Replace(condition, "?", f.Arg(arg), 1)
	}
	f.Conditions = append(f.Conditions, condition)
}

// Where returns the conditions joined by AND.
func (f *Filter) Where() string { return AllOf(f.Conditions) }

// AllOf joins conditions by AND. It returns TRUE if there are none.
func AllOf(conditions []string) string {
	if len(conditions) == 0 {
		return `TRUE`
	}
	return strings.Join(conditions, ` AND `)
}

// FTS5String returns s as a string of FTS5's query language (section 3.1 of its
// documentation).
func FTS5String(s string) string { return Quote(s) }
