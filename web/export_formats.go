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
	open      func(w io.Writer, columns []string) (exportFile, error)
	rows      func(columns []string) func(b []byte, u *directory.Exported) ([]byte, error)
	columns   []string // of exportColumns; all of them if nil
}

// An exportFile is written the rows of an export in order. Close writes the end of the file.
type exportFile interface {
	io.Writer
	Close() error
}

// exportFormats are all of them. What a program reads has no byte order mark: it would be a
// part of the first column's name.
var exportFormats = []exportFormat{
	{"csv", "csv", "text/csv; charset=utf-8", 0, openCSV, csvRows, nil},
	{"xlsx", "xlsx", xlsxType, xlsxRows - 1, openXLSX, xlsxRowsOf, nil},
	{"jsonl", "jsonl", "application/jsonl; charset=utf-8", 0, openJSON, jsonRows, nil},
}

// domain returns the format as the domain takes it.
func (f exportFormat) domain() directory.ExportFormat {
	return directory.ExportFormat{Name: f.value, Most: f.most, Columns: strings.Join(f.columns, ",")}
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

// openCSV begins a file of CSV with the names of the columns.
func openCSV(w io.Writer, columns []string) (exportFile, error) {
	_, err := io.WriteString(w, strings.Join(columnNamesOf(columns), ",")+"\r\n")
	return plainFile{w}, err
}

// openJSON begins a file of JSON Lines.
func openJSON(w io.Writer, _ []string) (exportFile, error) { return plainFile{w}, nil }
