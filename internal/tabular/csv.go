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

// sample is how many bytes of a text tell its encoding and separator.
const sample = 64 << 10

// openCSV reads the file as CSV (RFC 4180), with the deviations that spreadsheets make: in
// UTF-8, UTF-16 with a byte order mark or Windows-1252, separated by comma, semicolon, tab or
// bar, with a line "sep=;" before the head, and with quotes inside of cells.
func (t *Table) openCSV(file *os.File) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	utf8Text, err := validUTF8(file)
	if err != nil {
		return err
	}
	end := &endReader{Reader: transform.NewReader(file, decoder(file, utf8Text))}
	text := bufio.NewReaderSize(end, sample)
	begin, err := text.Peek(sample)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.IndexByte(begin, 0) >= 0 {
		return &Error{Flaw: FlawBinary}
	}
	separator, skipped := separatorOf(string(begin))
	if skipped > 0 {
		if _, err := text.Discard(skipped); err != nil {
			return err
		}
	}
	rows := csv.NewReader(text)
	rows.Comma, rows.FieldsPerRecord, rows.LazyQuotes = separator, -1, true
	before := bytes.Count(begin[:skipped], []byte("\n"))
	t.next = func() (Row, error) {
		cells, err := rows.Read()
		if err != nil {
			return Row{}, err
		}
		line, _ := rows.FieldPos(0)
		row := Row{Line: before + line, Cells: cells}
		if _, err := text.Peek(1); err == io.EOF && end.last != '"' && strings.Contains(cells[len(cells)-1], "\n") {
			return Row{}, &Error{Line: row.Line, Flaw: FlawQuote}
		}
		return row, nil
	}
	return nil
}

// An endReader knows the last character that it has read, beside space. Of a quoted cell at the
// end of a file it tells whether the quote was closed, which [csv.Reader] does not.
type endReader struct {
	io.Reader
	last byte
}

func (r *endReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
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
	_, err := file.Seek(0, io.SeekStart)
	return valid, err
}

// decoder returns what turns the text of the file into UTF-8 without a byte order mark.
func decoder(file io.ReaderAt, utf8Text bool) transform.Transformer {
	if utf8Text {
		return unicode.BOMOverride(transform.Nop)
	}
	mark := make([]byte, 2)
	if n, _ := file.ReadAt(mark, 0); n == 2 && (string(mark) == "\xff\xfe" || string(mark) == "\xfe\xff") {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	}
	return charmap.Windows1252.NewDecoder()
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
