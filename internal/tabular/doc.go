// Package tabular reads tables from outside: CSV as spreadsheets write it, the first visible
// sheet of an .xlsx workbook (ECMA-376), and addresses pasted as text. It reads row by row,
// bounds what a row, a table and a workbook may take, and knows nothing of users.
package tabular

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a table.
const (
	MaxRows    = 100_000   // with text in them, the head included
	MaxColumns = 50        // with text in them
	MaxCell    = 32_767    // characters of a cell, as in Excel
	MaxText    = 32 << 20  // bytes of all cells
	MaxUnpack  = 200 << 20 // bytes of all parts of a workbook
)

// A Row is one row of a table.
type Row struct {
	Line  int      // where it begins in the file, counted from 1; of a workbook the row's number
	Cells []string // trimmed, without empty ones at the end; the last row's are overwritten
}

// An Error says why a file cannot be read as a table.
type Error struct {
	Line int // 0 where it concerns the whole file
	Flaw Flaw
}

// A Flaw is what is wrong with a file.
type Flaw string

// The flaws.
const (
	FlawEmpty    Flaw = "empty"     // there is no row with text
	FlawRows     Flaw = "rows"      // more than MaxRows
	FlawColumns  Flaw = "columns"   // more than MaxColumns
	FlawCell     Flaw = "cell"      // a cell of more than MaxCell
	FlawText     Flaw = "text"      // more than MaxText
	FlawQuote    Flaw = "quote"     // a quoted cell of CSV does not end
	FlawUnpacked Flaw = "unpacked"  // the workbook is larger than MaxUnpack, or takes more memory than maxMemory
	FlawWorkbook Flaw = "workbook"  // it is a workbook, and damaged or encrypted
	FlawOld      Flaw = "old excel" // a workbook of Excel 97–2003 (.xls), or an encrypted one
	FlawBinary   Flaw = "binary"    // it is no text
)

func (e *Error) Error() string {
	if e.Line == 0 {
		return "read table: " + string(e.Flaw)
	}
	return fmt.Sprintf("read table: line %d: %s", e.Line, e.Flaw)
}

// A Table is an open table. Its methods are used by one goroutine.
type Table struct {
	Sheet     string // name of the sheet; empty for CSV
	Separator rune   // between the cells of CSV; 0 for a workbook

	next    func() (Row, error)
	closers []func() error
	rows    int
	text    int // bytes of the cells so far
}

// The first bytes of formats.
const (
	zipMagic = "PK\x03\x04"
	oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" // of .xls, and of an encrypted .xlsx
)

// Open opens the file at path: as a workbook if it is one, and as CSV otherwise. Temporary
// files of a workbook are made in the same folder. Open calls reserve with the bytes of memory that
// the table takes until it is closed, before it takes them, and returns its error. It returns an
// [*Error] for what is no table. The caller closes the table.
func Open(path string, reserve func(bytes int) error) (*Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &Table{closers: []func() error{file.Close}}
	if err := t.open(file, reserve); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// open recognizes the format of the file by its first bytes.
func (t *Table) open(file *os.File, reserve func(int) error) error {
	head := make([]byte, len(oleMagic))
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	switch begin := string(head[:n]); {
	case strings.HasPrefix(begin, zipMagic):
		return t.openWorkbook(file, reserve)
	case begin == oleMagic:
		return &Error{Flaw: FlawOld}
	}
	if err := reserve(csvMemory); err != nil {
		return err
	}
	return t.openCSV(file)
}

// Next returns the next row with text in it, and [io.EOF] after the last one. It returns an
// [*Error] if the table is too large or damaged.
func (t *Table) Next() (Row, error) {
	for {
		row, err := t.next()
		if err == io.EOF && t.rows == 0 {
			return Row{}, &Error{Flaw: FlawEmpty}
		}
		if err != nil {
			return Row{}, err
		}
		if row.Cells = trimmed(row.Cells); len(row.Cells) == 0 {
			continue
		}
		if t.rows++; t.rows > MaxRows {
			return Row{}, &Error{Line: row.Line, Flaw: FlawRows}
		}
		return row, t.check(row)
	}
}

// check returns an [*Error] if the row has too many cells, or one that is too long, or is too much
// text with the rows before it.
func (t *Table) check(r Row) error {
	if len(r.Cells) > MaxColumns {
		return &Error{Line: r.Line, Flaw: FlawColumns}
	}
	for _, cell := range r.Cells {
		if len(cell) > 4*MaxCell || utf8.RuneCountInString(cell) > MaxCell {
			return &Error{Line: r.Line, Flaw: FlawCell}
		}
		if t.text += len(cell); t.text > MaxText {
			return &Error{Line: r.Line, Flaw: FlawText}
		}
	}
	return nil
}

// trimmed returns the cells without the space and the invisible characters around their texts, and
// without empty ones at the end.
func trimmed(cells []string) []string {
	last := 0
	for i, cell := range cells {
		if cells[i] = strings.TrimFunc(cell, blank); cells[i] != "" {
			last = i + 1
		}
	}
	return cells[:last]
}

// blank reports whether r shows nothing: a space of any width, a line break, a mark of order.
func blank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// Close closes the table and removes its temporary files.
func (t *Table) Close() error {
	var all []error
	for i := len(t.closers) - 1; i >= 0; i-- {
		all = append(all, t.closers[i]())
	}
	t.closers = nil
	return errors.Join(all...)
}
