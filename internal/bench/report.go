package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// A table is one in Markdown.
type table struct {
	head []string
	rows [][]string
}

// add adds a row.
func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String returns the table in Markdown, nothing if it has no rows.
func (t *table) String() string {
	if len(t.rows) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.head)
	b.WriteString(strings.Repeat("|---", len(t.head)) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// Marks in a document between which the result stands.
var beginMarks = map[string]string{ // by engine
	"sqlite":   "<!-- Written by make bench; below this line until the next mark. -->\n",
	"postgres": "<!-- Written by make bench with -engine postgres; below this line until the next mark. -->\n",
}

const endMark = "<!-- Up to here. -->\n"

// writeTo puts text between the marks that the document at path has for an engine.
func writeTo(path, engine, text string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	beginMark := beginMarks[engine]
	before, rest, begins := strings.Cut(string(document), beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		return errors.New(path + " has no marks to write between")
	}
	return os.WriteFile(path, []byte(before+beginMark+"\n"+strings.TrimSpace(text)+"\n\n"+endMark+after), 0o644)
}

// yes says whether a goal is reached.
func yes(reached bool) string {
	if reached {
		return "yes"
	}
	return "**no**"
}

// rate says how many a second.
func rate(r float64) string { return numbers.Grouped(int(r + 0.5)) }

// milliseconds says a time.
func milliseconds(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.0f ms", ms)
	}
}

// megabytes says an amount of memory.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
