package web

import (
	"strings"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/directory"
)

// csvRows returns what appends a user to b as a line of CSV (RFC 4180). It is not
// made by encoding/csv, which leaves out carriage returns inside of a cell.
func csvRows(columns []string) func(b []byte, u *directory.Exported) ([]byte, error) {
	cells := exportCells(columns, func(b []byte, column int, text string) []byte {
		if column > 0 {
			b = append(b, ',')
		}
		return appendCell(b, text)
	})
	return func(b []byte, u *directory.Exported) ([]byte, error) {
		b, err := cells(b, u)
		return append(b, "\r\n"...), err
	}
}

// appendCell appends a text as a cell. One that a spreadsheet would take for a
// formula is kept from being one by an apostrophe, which shows that it is text.
func appendCell(b []byte, text string) []byte {
	quoted := strings.ContainsAny(text, "\",\r\n")
	if quoted {
		b = append(b, '"')
	}
	text = plainCell(text)
	if !quoted {
		return append(b, text...)
	}
	b = append(b, strings.ReplaceAll(text, `"`, `""`)...)
	return append(b, '"')
}

// plainCell returns a text with an apostrophe before what would be a formula: at its
// beginning, and after a semicolon, which ends a cell where the comma is the decimal
// sign. A user_id that begins with a letter or a digit stays as it is: it holds no semicolon.
func plainCell(text string) string {
	var b strings.Builder
	for rest := text; ; {
		if isFormula(rest) {
			b.WriteByte('\'')
		}
		i := strings.IndexByte(rest, ';')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i+1])
		rest = rest[i+1:]
	}
}

// isFormula reports whether a spreadsheet might carry out a text: by its first
// character, also in the full width in which it is typed in East Asia.
func isFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}
