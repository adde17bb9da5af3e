package web

import (
	"io"
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/web/words"
)

// An exportFormat is a file format that the directory is exported to.
type exportFormat struct {
	value     string
	extension string // of the file's name
	mediaType string
	most      int // users that a file holds; 0: any number
	open      func(io.Writer) (exportFile, error)
	rows      func() func(b []byte, u *directory.Exported) ([]byte, error)
}

// An exportFile is written the rows of an export in order. Close writes the end of the file.
type exportFile interface {
	io.Writer
	Close() error
}

// exportFormats are all of them. What a program reads has no byte order mark: it would be a
// part of the first column's name.
var exportFormats = []exportFormat{
	{"csv", "csv", "text/csv; charset=utf-8", 0, openPlain(csvHead()), csvRows},
	{"xlsx", "xlsx", xlsxType, xlsxRows - 1, openXLSX, xlsxRowsOf},
	{"jsonl", "jsonl", "application/jsonl; charset=utf-8", 0, openPlain(""), jsonRows},
}

// domain returns the format as the domain takes it.
func (f exportFormat) domain() directory.ExportFormat {
	return directory.ExportFormat{Name: f.value, Most: f.most}
}

// hintFor says what the format is for, or that it cannot hold so many users.
func (f exportFormat) hintFor(total directory.Total) string {
	if f.most > 0 && total.N > f.most {
		return words.TooManyForFormat(f.most)
	}
	return words.FormatHint(f.value)
}

// fileName returns the name of the file with the users of a named view, of ASCII letters,
// digits and hyphens.
func (f exportFormat) fileName(view directory.View) string {
	name := "users"
	if view != directory.ViewAll {
		name = strings.Join(strings.FieldsFunc(strings.ToLower(words.View(view)), func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9')
		}), "-")
	}
	return name + "." + f.extension
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
