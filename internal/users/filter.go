package users

import (
	"strconv"
	"strings"
)

// A filter is a condition in SQL and its values. The text is this package's own.
type filter struct {
	conditions []string
	args       []any
}

// arg returns how the text names a value: $1 is the first.
func (f *filter) arg(value any) string {
	f.args = append(f.args, value)
	return "$" + strconv.Itoa(len(f.args))
}

// add adds a condition, in which ? stands for the next value.
func (f *filter) add(condition string, args ...any) {
	for _, arg := range args {
		condition = strings.Replace(condition, "?", f.arg(arg), 1)
	}
	f.conditions = append(f.conditions, condition)
}

// where returns all conditions as one.
func (f *filter) where() string { return allOf(f.conditions) }

// allOf returns conditions as one, which holds if there are none.
func allOf(conditions []string) string {
	if len(conditions) == 0 {
		return `TRUE`
	}
	return strings.Join(conditions, ` AND `)
}
