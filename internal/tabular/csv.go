package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sample is how many bytes of a text tell its encoding, line ends and separator.
const sample = 64 << 10

// csvMemory is about how many bytes of memory a CSV file takes: its buffers, and the row that is
// read.
const csvMemory = 4 * sample

// openCSV reads the file as CSV (RFC 4180), with the deviations that spreadsheets make: in
// UTF-8, UTF-16 or Windows-1252, with lines that end with CR, LF or both, separated by comma,
// semicolon, tab or bar, with a line "sep=;" before the head, with quotes inside of cells, and with
// space before them.
func (t *Table) openCSV(file *os.File) error {
	decoder, err := decoderOf(file)
	if err != nil {
		return err
	}
	end := &endReader{Reader: transform.NewReader(file, decoder)}
	if end.onlyCR, err = onlyCR(file); err != nil {
		return err
	}
	text := bufio.NewReaderSize(end, sample)
	begin, err := text.Peek(sample)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.IndexByte(begin, 0) >= 0 {
		return &Error{Flaw: FlawBinary}
	}
	separator, skipped := separatorOf(string(begin))
	if _, err := text.Discard(skipped); err != nil {
		return err
	}
	t.Separator = separator
	rows := csv.NewReader(text)
	rows.Comma, rows.FieldsPerRecord, rows.LazyQuotes, rows.TrimLeadingSpace = separator, -1, true, separator != '\t'
	before := bytes.Count(begin[:skipped], []byte("\n"))
	t.next = func() (Row, error) {
		cells, err := rows.Read()
		if err != nil {
			return Row{}, err
		}
		line, _ := rows.FieldPos(0)
		row := Row{Line: before + line, Cells: unquoted(cells)}
		if _, err := text.Peek(1); err == io.EOF && end.last != '"' && strings.Contains(cells[len(cells)-1], "\n") {
			return Row{}, &Error{Line: row.Line, Flaw: FlawQuote}
		}
		return row, nil
	}
	return nil
}

// unquoted returns cells of the form ="text", by which programs keep spreadsheets from taking a
// text for a number, as the text.
func unquoted(cells []string) []string {
	for i, cell := range cells {
		if text, found := strings.CutPrefix(cell, `="`); found && strings.HasSuffix(text, `"`) {
			cells[i] = strings.TrimSuffix(text, `"`)
		}
	}
	return cells
}

// An endReader knows the last character that it has read, beside space. Of a quoted cell at the
// end of a file it tells whether the quote was closed, which [csv.Reader] does not. It also ends
// lines with LF where they all end with CR.
type endReader struct {
	io.Reader
	onlyCR bool
	last   byte
}

func (r *endReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.onlyCR {
		for i := range p[:n] {
			if p[i] == '\r' {
				p[i] = '\n'
			}
		}
	}
	if text := bytes.TrimRight(p[:n], " \t\r\n"); len(text) > 0 {
		r.last = text[len(text)-1]
	}
	return n, err
}

// validUTF8 reports whether the whole file is UTF-8, and goes back to its start.
func validUTF8(file *os.File) (bool, error) {
	valid := true
	text := bufio.NewReaderSize(file, sample)
	for valid {
		r, size, err := text.ReadRune()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
		valid = r != utf8.RuneError || size != 1
	}
	return valid, rewind(file)
}

// onlyCR reports whether the lines at the begin of a file end with CR alone, as on old Macs.
func onlyCR(file io.ReaderAt) (bool, error) {
	begin := make([]byte, sample)
	n, err := file.ReadAt(begin, 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	return bytes.IndexByte(begin[:n], '\r') >= 0 && bytes.IndexByte(begin[:n], '\n') < 0, nil
}

// decoderOf returns what turns the text of the file into UTF-8 without a byte order mark, and goes
// to the start of the file. UTF-16 is recognized by its mark, or by the zero in its first character.
func decoderOf(file *os.File) (transform.Transformer, error) {
	mark := make([]byte, 2)
	n, err := file.ReadAt(mark, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch begin := string(mark[:n]); {
	case n == 2 && (begin == "\xff\xfe" || mark[0] != 0 && mark[1] == 0):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), rewind(file)
	case n == 2 && (begin == "\xfe\xff" || mark[0] == 0 && mark[1] != 0):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder(), rewind(file)
	}
	if err := rewind(file); err != nil {
		return nil, err
	}
	valid, err := validUTF8(file)
	switch {
	case err != nil:
		return nil, err
	case valid:
		return unicode.BOMOverride(transform.Nop), nil
	}
	return charmap.Windows1252.NewDecoder(), nil
}

// rewind goes to the start of a file.
func rewind(file io.Seeker) error {
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// separators are what may stand between cells, the likeliest first.
var separators = []rune{',', ';', '\t', '|'}

// separatorOf returns what stands between the cells of a text, and how many bytes of it are a
// line that names it ("sep=;"). It is what the first line has most of, outside of quotes.
func separatorOf(text string) (separator rune, skipped int) {
	line, _, _ := strings.Cut(text, "\n")
	if name, found := strings.CutPrefix(strings.TrimSuffix(line, "\r"), "sep="); found && utf8.RuneCountInString(name) == 1 {
		separator, _ = utf8.DecodeRuneInString(name)
		if strings.ContainsRune(string(separators), separator) {
			return separator, min(len(line)+1, len(text))
		}
	}
	separator, most := separators[0], 0
	for _, candidate := range separators {
		if n := countUnquoted(text, candidate); n > most {
			separator, most = candidate, n
		}
	}
	return separator, 0
}

// countUnquoted returns how often r is in the first line of a text with a character, outside
// of quotes.
func countUnquoted(text string, r rune) (n int) {
	quoted := false
	for _, c := range strings.TrimLeft(text, "\r\n ") {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			return n
		case c == r && !quoted:
			n++
		}
	}
	return n
}
