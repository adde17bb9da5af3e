package web

import (
	"bytes"
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
	head, tail []byte // of the sheet, around the rows below its first
	style      string // of cells
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
	sheet, err := xlsxHead(book, bold)
	if err != nil {
		return nil, err
	}
	parts := &xlsxParts{contents: make(map[string]*bytes.Buffer), style: strconv.Itoa(style)}
	book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return parts })
	if _, err := book.WriteTo(io.Discard); err != nil {
		return nil, err
	}
	var found bool
	const end = "</sheetData>"
	parts.head, parts.tail, found = bytes.Cut(parts.contents[xlsxSheet].Bytes(), []byte(end))
	if !found {
		return nil, fmt.Errorf("web: sheet %s of a new workbook has no rows", sheet)
	}
	parts.tail = append([]byte(end), parts.tail...)
	return parts, nil
})

// xlsxHead writes the names of the columns to the first row of a workbook and keeps them in
// sight. It returns the name of the sheet.
func xlsxHead(book *excelize.File, style int) (string, error) {
	const sheet = "Users"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return sheet, err
	}
	w, err := book.NewStreamWriter(sheet)
	if err != nil {
		return sheet, err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return sheet, err
	}
	if err := w.SetColWidth(1, len(exportColumns), 22); err != nil {
		return sheet, err
	}
	names := make([]any, len(exportColumns))
	for i, name := range exportColumns {
		names[i] = excelize.Cell{StyleID: style, Value: name}
	}
	if err := w.SetRow("A1", names); err != nil {
		return sheet, err
	}
	return sheet, w.Flush()
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
}

// openXLSX begins a workbook.
func openXLSX(w io.Writer) (exportFile, error) {
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
	_, err = sheet.Write(parts.head)
	return &xlsxFile{sheet, archive, parts.tail}, err
}

// Close implements [exportFile].
func (f *xlsxFile) Close() error {
	if _, err := f.Write(f.tail); err != nil {
		return err
	}
	return f.archive.Close()
}

// xlsxRowsOf returns what appends a user to b as the next row of a sheet, from its second on.
// Each cell is a text (ECMA-376-1 section 18.3.1.53), which no program takes for a formula.
func xlsxRowsOf() func(b []byte, u *directory.Exported) ([]byte, error) {
	row, number, style := 1, "", "0"
	if parts, err := xlsxFrame(); err == nil { // else openXLSX returns the error
		style = parts.style
	}
	cells := exportCells(func(b []byte, column int, text string) []byte {
		if text == "" {
			return b
		}
		b = append(append(append(b, `<c r="`...), byte('A'+column)), number...)
		b = append(append(append(b, `" s="`...), style...), `" t="inlineStr"><is><t xml:space="preserve">`...)
		return append(appendXLSX(b, text), `</t></is></c>`...)
	})
	return func(b []byte, u *directory.Exported) ([]byte, error) {
		row++
		number = strconv.Itoa(row)
		b = append(append(append(b, `<row r="`...), number...), `">`...)
		b, err := cells(b, u)
		return append(b, `</row>`...), err
	}
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
