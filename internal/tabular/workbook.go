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
// maxInMemory bytes from temporary files, and keeps the other parts in memory, as well as 40
// bytes for each text. The largest token of the XML is in memory, too.
const (
	maxInMemory = 1 << 20
	maxParts    = 8 << 20
	maxTexts    = 1_000_000
	maxToken    = 1 << 20
)

// openWorkbook reads the first visible sheet of the workbook.
func (t *Table) openWorkbook(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := checkWorkbook(file, info.Size()); err != nil {
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
// file can be false. It returns an [*Error] for more than a console should read.
func checkWorkbook(file io.ReaderAt, size int64) error {
	pack, err := zip.NewReader(file, size)
	if err != nil {
		return &Error{Flaw: FlawWorkbook}
	}
	left, parts := int64(MaxUnpack), int64(maxParts)
	for _, part := range pack.File {
		budget := &parts
		if streamed(part.Name) {
			budget = &left
		}
		n, err := checkPart(part, *budget)
		if err != nil {
			return err
		}
		*budget -= n
	}
	return nil
}

// streamed reports whether excelize reads a part of that name from a temporary file where it
// is large.
func streamed(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml"
}

// checkPart unpacks a part of at most limit bytes and returns its size.
func checkPart(part *zip.File, limit int64) (size int64, err error) {
	content, err := part.Open()
	if err != nil {
		return 0, &Error{Flaw: FlawWorkbook}
	}
	defer content.Close()
	token, texts, piece := 0, 0, make([]byte, sample)
	for {
		n, err := content.Read(piece)
		size += int64(n)
		texts += bytes.Count(piece[:n], []byte("<si"))
		if token += n; bytes.IndexByte(piece[:n], '<') >= 0 {
			token = n - bytes.LastIndexByte(piece[:n], '<')
		}
		switch {
		case size > limit, texts > maxTexts, streamed(part.Name) && token > maxToken:
			return size, &Error{Flaw: FlawUnpacked}
		case errors.Is(err, io.EOF):
			return size, nil
		case err != nil:
			return size, &Error{Flaw: FlawWorkbook}
		}
	}
}
