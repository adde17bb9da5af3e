package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/zip"
	"github.com/xuri/excelize/v2"

	"github.com/roboto-ai/console/internal/directory"
)

const (
	xlsxType  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	xlsxRows  = excelize.TotalRows // of a sheet, of which the head takes one
	xlsxSheet = "xl/worksheets/sheet1.xml"
)

// xlsxParts are the parts of a workbook (ECMA-376) with one sheet, which the rows of an
// export go into.
type xlsxParts struct {
	names      []string // but the sheet's
	contents   map[string]*bytes.Buffer
	head, tail []byte // of the sheet, around the rows
	style      string // of cells
	headStyle  string // of cells of the first row
}

// xlsxFrame returns the parts. They are made by excelize; the rows are not, as it writes a
// whole sheet to memory or to a temporary file before the first byte can be sent.
var xlsxFrame = sync.OnceValues(func() (*xlsxParts, error) {
	book := excelize.NewFile()
	defer book.Close()
	style, err := book.NewStyle(&excelize.Style{NumFmt: 49}) // text, also after it is edited
	if err != nil {
		return nil, err
	}
	bold, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true, Family: "Calibri", Size: 11}})
	if err != nil {
		return nil, err
	}
	if err := xlsxSheetOf(book); err != nil {
		return nil, err
	}
	parts := &xlsxParts{contents: make(map[string]*bytes.Buffer), style: strconv.Itoa(style), headStyle: strconv.Itoa(bold)}
	book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return parts })
	if _, err := book.WriteTo(io.Discard); err != nil {
		return nil, err
	}
	var found bool
	const end = "</sheetData>"
	parts.head, parts.tail, found = bytes.Cut(parts.contents[xlsxSheet].Bytes(), []byte(end))
	if !found {
		return nil, errors.New("web: the sheet of a new workbook has no rows")
	}
	parts.tail = append([]byte(end), parts.tail...)
	return parts, nil
})

// xlsxSheetOf makes the sheet of a workbook, which keeps its first row in sight.
func xlsxSheetOf(book *excelize.File) error {
	const sheet = "Users"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	w, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.SetColWidth(1, excelize.MaxColumns, 22); err != nil {
		return err
	}
	return w.Flush()
}

// Create implements [excelize.ZipWriter].
func (p *xlsxParts) Create(name string) (io.Writer, error) {
	if name != xlsxSheet {
		p.names = append(p.names, name)
	}
	p.contents[name] = new(bytes.Buffer)
	return p.contents[name], nil
}

// AddFS implements [excelize.ZipWriter].
func (p *xlsxParts) AddFS(fs.FS) error { return fmt.Errorf("web: a workbook has no files of its own") }

// Close implements [excelize.ZipWriter].
func (p *xlsxParts) Close() error { return nil }

// An xlsxFile is a workbook as it is sent.
type xlsxFile struct {
	io.Writer // of the sheet
	archive   *zip.Writer
	tail      []byte
	style     string // of cells
	row       int    // the last one that add has written
}

// openXLSX begins a workbook with the names of the columns of an export, nil for all.
func openXLSX(w io.Writer, columns []string) (exportFile, error) {
	return openSheet(w, columnNamesOf(columns))
}

// openSheet begins a workbook with the heads of its columns.
func openSheet(w io.Writer, heads []string) (*xlsxFile, error) {
	parts, err := xlsxFrame()
	if err != nil {
		return nil, err
	}
	archive := zip.NewWriter(w)
	for _, name := range parts.names {
		part, err := archive.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(parts.contents[name].Bytes()); err != nil {
			return nil, err
		}
	}
	sheet, err := archive.Create(xlsxSheet)
	if err != nil {
		return nil, err
	}
	f := &xlsxFile{Writer: sheet, archive: archive, tail: parts.tail, style: parts.headStyle}
	if _, err := sheet.Write(parts.head); err != nil {
		return nil, err
	}
	if err := f.add(heads); err != nil {
		return nil, err
	}
	f.style = parts.style
	return f, nil
}

// add writes the next row.
func (f *xlsxFile) add(cells []string) error {
	f.row++
	b := beginXLSXRow(nil, f.row)
	for column, text := range cells {
		b = appendXLSXCell(b, column, f.row, f.style, text)
	}
	_, err := f.Write(append(b, `</row>`...))
	return err
}

// Close implements [exportFile].
func (f *xlsxFile) Close() error {
	if _, err := f.Write(f.tail); err != nil {
		return err
	}
	return f.archive.Close()
}

// xlsxRowsOf returns what appends a user to b as the next row of a sheet, from its second on.
func xlsxRowsOf(columns []string) func(b []byte, u *directory.Exported) ([]byte, error) {
	row, style := 1, "0"
	if parts, err := xlsxFrame(); err == nil { // else openXLSX returns the error
		style = parts.style
	}
	cells := exportCells(columns, func(b []byte, column int, text string) []byte { return appendXLSXCell(b, column, row, style, text) })
	return func(b []byte, u *directory.Exported) ([]byte, error) {
		row++
		b, err := cells(beginXLSXRow(b, row), u)
		return append(b, `</row>`...), err
	}
}

// beginXLSXRow appends the begin of a row, of which the number begins with 1.
func beginXLSXRow(b []byte, row int) []byte {
	return append(strconv.AppendInt(append(b, `<row r="`...), int64(row), 10), `">`...)
}

// appendXLSXCell appends a cell, of which the column begins with 0. It is a text (ECMA-376-1 section
// 18.3.1.53), which no program takes for a formula.
func appendXLSXCell(b []byte, column, row int, style, text string) []byte {
	if text == "" {
		return b
	}
	b = append(b, `<c r="`...)
	if column >= 26 {
		b = append(b, byte('A'-1+column/26))
	}
	b = strconv.AppendInt(append(b, byte('A'+column%26)), int64(row), 10)
	b = append(append(append(b, `" s="`...), style...), `" t="inlineStr"><is><t xml:space="preserve">`...)
	return append(appendXLSX(b, text), `</t></is></c>`...)
}

// appendXLSX appends a text as XML. What XML has no place for, or would change, stands as
// _xHHHH_, and what looks like that by itself with its first character so (section 22.9.2.19).
func appendXLSX(b []byte, text string) []byte {
	for i, r := range text {
		switch {
		case r == '&':
			b = append(b, "&amp;"...)
		case r == '<':
			b = append(b, "&lt;"...)
		case r == '>':
			b = append(b, "&gt;"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xFFFE, r == 0xFFFF:
			b = fmt.Appendf(b, "_x%04X_", r)
		case r == '_' && isXLSXEscape(text[i:]):
			b = append(b, "_x005F_"...)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// isXLSXEscape reports whether a text begins with a character written as _xHHHH_.
func isXLSXEscape(text string) bool {
	if len(text) < 7 || text[1] != 'x' || text[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(text[2:6], 16, 16)
	return err == nil
}
