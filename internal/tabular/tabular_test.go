package tabular_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"github.com/roboto-ai/console/internal/tabular"
)

// write writes content to a file and returns its path.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read returns the rows of a table, each as its cells with a bar between, and the error that
// ended it.
func read(t *testing.T, path string) (rows []string, lines []int, err error) {
	t.Helper()
	table, err := tabular.Open(path, free)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	}()
	for {
		row, err := table.Next()
		if err == io.EOF {
			return rows, lines, nil
		}
		if err != nil {
			return rows, lines, err
		}
		rows, lines = append(rows, strings.Join(row.Cells, "|")), append(lines, row.Line)
	}
}

// free reserves any memory.
func free(int) error { return nil }

// mustFail fails the test unless err is about that flaw in that line.
func mustFail(t *testing.T, err error, flaw tabular.Flaw, line int) {
	t.Helper()
	found, ok := errors.AsType[*tabular.Error](err)
	if !ok || found.Flaw != flaw || found.Line != line {
		t.Errorf("got %v, want %q in line %d", err, flaw, line)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("mail\tname\r\nana@example.com\tJosé\r\n")
	if err != nil {
		t.Fatal(err)
	}
	const asIs = "mail|name\nana@example.com|José"
	for name, test := range map[string]struct{ content, want string }{
		"commas":                          {"mail,name\nana@example.com,José\n", asIs},
		"semicolons and CRLF":             {"mail;name\r\nana@example.com;José\r\n", asIs},
		"tabs":                            {"mail\tname\nana@example.com\tJosé", asIs},
		"byte order mark":                 {"\ufeffmail,name\nana@example.com,José\n", asIs},
		"UTF-16 with tabs":                {utf16, asIs},
		"Windows-1252":                    {"mail;name\nana@example.com;Jos\xe9\n", asIs},
		"a line that names the separator": {"sep=;\r\nmail;name\r\nana@example.com;José\r\n", asIs},
		"quoted separators and newlines":  {"mail,name\n\"ana@example.com\",\"José, the\nsecond\"\n", "mail|name\nana@example.com|José, the\nsecond"},
		"a comma in a quoted head":        {"\"a,b,c\";mail\nx;y\n", "a,b,c|mail\nx|y"},
		"quotes within a cell":            {"mail,name\nana@example.com,José \"Pepe\" Paz\n", "mail|name\nana@example.com|José \"Pepe\" Paz"},
		"space and empty cells":           {" mail , name ,,\n\n,,,\nana@example.com,José,\n", asIs},
		"UTF-16 without a mark":           {utf16[2:], asIs},
		"lines that end with CR":          {"mail,name\rana@example.com,José\r", asIs},
		"space before quotes":             {"mail, name\n\"ana@example.com\", \"José\"\n", asIs},
		"an empty cell between tabs":      {"mail\tname\tteam\nana@example.com\t\tField\n", "mail|name|team\nana@example.com||Field"},
		"texts kept from being numbers":   {"mail,name\n=\"ana@example.com\",=\"José\"\n", asIs},
		"invisible characters":            {"\u200bmail\u00a0,name\nana@example.com\u200b,\u00a0José\u2003\n\u200b,\u00a0\n", asIs},
		"one column":                      {"ana@example.com\nbo@example.com\n", "ana@example.com\nbo@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, _, err := read(t, write(t, test.content))
			if got := strings.Join(rows, "\n"); err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// TestCSV_lines finds a row where an editor shows it: empty lines and lines within quotes count.
func TestCSV_lines(t *testing.T) {
	t.Parallel()
	_, lines, err := read(t, write(t, "sep=,\nmail,name\n\n\"a@example.com\",\"two\nlines\"\nb@example.com,B\n"))
	if want := []int{2, 4, 6}; err != nil || !slices.Equal(lines, want) {
		t.Errorf("lines %v, %v, want %v", lines, err, want)
	}
}

func TestNoTable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		flaw    tabular.Flaw
		line    int
	}{
		"empty":               {"", tabular.FlawEmpty, 0},
		"space alone":         {" \n,,\n\t\n", tabular.FlawEmpty, 0},
		"a picture":           {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", tabular.FlawBinary, 0},
		"a quote without end": {"mail,name\na@example.com,\"José\nb@example.com,B\n", tabular.FlawQuote, 2},
		"too many columns":    {"a\n" + strings.Repeat("x,", tabular.MaxColumns) + "x\n", tabular.FlawColumns, 2},
		"too long a cell":     {"a\n" + strings.Repeat("é", tabular.MaxCell+1), tabular.FlawCell, 2},
		"too much text":       {"a\n" + strings.Repeat(strings.Repeat("x", tabular.MaxCell)+"\n", tabular.MaxText/tabular.MaxCell+1), tabular.FlawText, tabular.MaxText/tabular.MaxCell + 2},
		"too many rows":       {strings.Repeat("a\n", tabular.MaxRows+1), tabular.FlawRows, tabular.MaxRows + 1},
		"Excel 97":            {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", tabular.FlawOld, 0},
		"a zip file cut off":  {"PK\x03\x04 and so on", tabular.FlawWorkbook, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, write(t, test.content))
			mustFail(t, err, test.flaw, test.line)
		})
	}
}

// TestMostColumnsAndLongestCell: the limits themselves are allowed, and empty cells at the end
// do not count.
func TestMostColumnsAndLongestCell(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x,", tabular.MaxColumns) + ",,\n" + strings.Repeat("é", tabular.MaxCell) + "\n"
	if rows, _, err := read(t, write(t, content)); err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"mail,name\na@example.com,A\n", "sep=;\r\na;b", "\xff\xfea\x00", "\"a\nb\",c", "PK\x03\x04"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if _, _, err := read(t, write(t, content)); err != nil {
			if _, ok := errors.AsType[*tabular.Error](err); !ok {
				t.Errorf("%q: %v", content, err)
			}
		}
	})
}
