package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook beside [MaxUnpack]. excelize reads sheets and texts of more than
// maxInMemory bytes from temporary files, and keeps the other parts in memory, as well as the place
// of each text. The largest token of the XML is in memory, too.
const (
	maxInMemory = 64 << 10
	maxMemory   = 20 << 20
	maxToken    = 1 << 20
)

// Bytes of memory that a workbook takes, as measured: for each text, for each byte of its styles
// and of other parts, and for its buffers.
const (
	textMemory     = 48
	styleMemory    = 16
	partMemory     = 2
	workbookMemory = 1 << 20
)

// openWorkbook reads the first visible sheet of the workbook.
func (t *Table) openWorkbook(file *os.File, reserve func(int) error) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	memory, err := checkWorkbook(file, info.Size())
	if err == nil {
		err = reserve(memory)
	}
	if err != nil {
		return err
	}
	book, err := excelize.OpenFile(file.Name(), excelize.Options{
		UnzipSizeLimit: MaxUnpack, UnzipXMLSizeLimit: maxInMemory, TmpDir: filepath.Dir(file.Name()),
	})
	if err != nil {
		return &Error{Flaw: FlawWorkbook}
	}
	t.closers = append(t.closers, book.Close)
	if t.Sheet = visibleSheet(book); t.Sheet == "" {
		return &Error{Flaw: FlawEmpty}
	}
	rows, err := book.Rows(t.Sheet)
	if err != nil {
		return &Error{Flaw: FlawWorkbook}
	}
	t.closers = append(t.closers, rows.Close)
	t.next = rowsOf(rows)
	return nil
}

// rowsOf returns the rows of a sheet one after the other.
func rowsOf(rows *excelize.Rows) func() (Row, error) {
	line := 0
	return func() (Row, error) {
		if line++; !rows.Next() {
			if rows.Error() != nil {
				return Row{}, &Error{Line: line, Flaw: FlawWorkbook}
			}
			return Row{}, io.EOF
		}
		cells, err := rows.Columns()
		if err != nil {
			return Row{}, &Error{Line: line, Flaw: FlawWorkbook}
		}
		return Row{Line: line, Cells: cells}, nil
	}
}

// visibleSheet returns the name of the first sheet that is not hidden; empty if there is none.
func visibleSheet(book *excelize.File) string {
	for _, sheet := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(sheet); err == nil && visible {
			return sheet
		}
	}
	return ""
}

// checkWorkbook unpacks every part of a workbook once, without keeping it, as sizes in a zip
// file can be false. It returns how much memory the workbook takes, and an [*Error] for more than a
// console should read.
func checkWorkbook(file io.ReaderAt, size int64) (memory int, err error) {
	pack, err := zip.NewReader(file, size)
	if err != nil {
		return 0, &Error{Flaw: FlawWorkbook}
	}
	memory = workbookMemory
	left := int64(MaxUnpack)
	for _, file := range pack.File {
		p := part{File: file, each: partMemory, limit: left}
		if p.streamed = streamed(file.Name); p.streamed {
			p.each = 0
		} else if partName(file.Name) == "xl/styles.xml" {
			p.each = styleMemory
		}
		if err := p.check(maxMemory - memory); err != nil {
			return 0, err
		}
		left -= p.size
		memory += p.memory()
	}
	return memory, nil
}

// partName returns the name of a part as excelize compares it.
func partName(name string) string { return strings.ToLower(strings.ReplaceAll(name, `\`, "/")) }

// streamed reports whether excelize reads a part of that name from a temporary file where it
// is large.
func streamed(name string) bool {
	name = partName(name)
	return strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml"
}

// A part is one of the files that a workbook consists of.
type part struct {
	*zip.File
	streamed bool
	each     int   // bytes of memory for each byte of it
	limit    int64 // for size
	size     int64
	texts    int
}

// memory returns how much memory the part takes.
func (p *part) memory() int { return p.texts*textMemory + int(p.size)*p.each }

// check unpacks a part, which may take so much memory, and sets its size and texts.
func (p *part) check(memory int) error {
	content, err := p.Open()
	if err != nil {
		return &Error{Flaw: FlawWorkbook}
	}
	defer content.Close()
	token, piece := 0, make([]byte, sample)
	for {
		n, err := content.Read(piece)
		p.size += int64(n)
		p.texts += bytes.Count(piece[:n], []byte("<si"))
		if token += n; bytes.IndexByte(piece[:n], '<') >= 0 {
			token = n - bytes.LastIndexByte(piece[:n], '<')
		}
		switch {
		case p.size > p.limit, p.memory() > memory, p.streamed && token > maxToken:
			return &Error{Flaw: FlawUnpacked}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &Error{Flaw: FlawWorkbook}
		}
	}
}
