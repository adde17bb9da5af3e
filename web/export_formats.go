package web

import (
	"io"
	"strings"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// An exportFormat is a kind of file that the directory is exported to.
type exportFormat struct {
	value, label, hint string
	extension          string // of the file's name
	mediaType          string
	most               int // users that a file holds; 0: any number
	open               func(io.Writer) (exportFile, error)
	rows               func() func(b []byte, u *users.Exported) ([]byte, error)
}

// An exportFile is written the rows of an export in order. Close writes the end of the file.
type exportFile interface {
	io.Writer
	Close() error
}

// exportFormats are all of them. What a program reads has no byte order mark: it would be a
// part of the first column's name.
var exportFormats = []exportFormat{
	{"csv", "CSV", "For programs that read tables. Where a cell would begin with = + - @ or a tab, an apostrophe stands before it, so that no spreadsheet runs it as a formula.",
		"csv", "text/csv; charset=utf-8", 0, openPlain(csvHead()), csvRows},
	{"xlsx", "Excel", "A workbook for spreadsheets. All cells are text, so none is run as a formula.",
		"xlsx", xlsxType, xlsxRows - 1, openXLSX, xlsxRowsOf},
	{"jsonl", "JSON Lines", "For programs: one JSON object a line, with the names of the API and each value exactly as it is.",
		"jsonl", "application/jsonl; charset=utf-8", 0, openPlain(""), jsonRows},
}

// domain returns the format as the domain takes it.
func (f exportFormat) domain() users.ExportFormat {
	return users.ExportFormat{Name: f.value, Most: f.most}
}

// hintFor says what the format is for, or that it cannot hold so many users.
func (f exportFormat) hintFor(total users.Total) string {
	if f.most > 0 && total.N > f.most {
		return "A sheet holds at most " + numbers.Grouped(f.most) + " users, and these are more. Choose another kind of file, or add filters."
	}
	return f.hint
}

// fileName returns the name of the file with the users of a named view, of ASCII letters,
// digits and hyphens.
func (f exportFormat) fileName(view users.View) string {
	name := "users"
	if view != users.ViewAll {
		name = strings.Join(strings.FieldsFunc(strings.ToLower(viewWord(view)), func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9')
		}), "-")
	}
	return name + "." + f.extension
}

// formatLabel returns a format as it is shown.
func formatLabel(value string) string {
	if value == "excel" { // which events of earlier versions have
		return "CSV for Excel"
	}
	for _, f := range exportFormats {
		if f.value == value {
			return f.label
		}
	}
	return value
}

// A plainFile is a file that is the same as the rows in it.
type plainFile struct{ io.Writer }

// Close implements [exportFile].
func (plainFile) Close() error { return nil }

// openPlain returns what begins a file of rows below a head.
func openPlain(head string) func(io.Writer) (exportFile, error) {
	return func(w io.Writer) (exportFile, error) {
		_, err := io.WriteString(w, head)
		return plainFile{w}, err
	}
}
