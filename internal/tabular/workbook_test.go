package tabular_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/roboto-ai/console/internal/tabular"
)

// workbook returns a workbook as excelize writes it, after fill.
func workbook(t *testing.T, fill func(book *excelize.File) error) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	if err := fill(book); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withPart returns a workbook with another part in it.
func withPart(t *testing.T, book, name string, write func(add func(string))) string {
	t.Helper()
	old, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	pack := zip.NewWriter(&b)
	for _, part := range old.File {
		if part.Name == name {
			continue
		}
		if err := pack.Copy(part); err != nil {
			t.Fatal(err)
		}
	}
	part, err := pack.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	write(func(text string) {
		if _, err := part.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	})
	if err := pack.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	content := workbook(t, func(book *excelize.File) error {
		if err := book.SetSheetName("Sheet1", "Old"); err != nil {
			return err
		}
		if _, err := book.NewSheet("Start 4 Jan"); err != nil {
			return err
		}
		book.SetActiveSheet(1)
		if err := book.SetSheetVisible("Old", false); err != nil {
			return err
		}
		if err := book.SetSheetRow("Start 4 Jan", "A2", &[]any{"E-mail", "Name", "Number"}); err != nil {
			return err
		}
		return book.SetSheetRow("Start 4 Jan", "A5", &[]any{" ana@example.com ", "José 李", 42})
	})
	path := write(t, content)
	table, err := tabular.Open(path, free)
	if err != nil {
		t.Fatal(err)
	}
	if table.Sheet != "Start 4 Jan" {
		t.Errorf("sheet %q", table.Sheet)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	rows, lines, err := read(t, path)
	if got := strings.Join(rows, "\n"); err != nil || got != "E-mail|Name|Number\nana@example.com|José 李|42" {
		t.Errorf("got %q, %v", got, err)
	}
	if len(lines) != 2 || lines[0] != 2 || lines[1] != 5 {
		t.Errorf("lines %v", lines)
	}
}

// manyTexts is a workbook of that many rows with two texts each, as Excel writes it: the texts are
// apart from the sheet.
func manyTexts(t *testing.T, rows int) string {
	t.Helper()
	book := workbook(t, func(book *excelize.File) error { return book.SetCellValue("Sheet1", "A1", "text") })
	book = withPart(t, book, "xl/sharedStrings.xml", func(add func(string)) {
		add(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
		for i := range 2 * rows {
			add(fmt.Sprintf(`<si><t>somebody.with.a.long.address.%d@example.com</t></si>`, i))
		}
		add(`</sst>`)
	})
	return withPart(t, book, "xl/worksheets/sheet1.xml", func(add func(string)) {
		add(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
		for i := range rows {
			add(fmt.Sprintf(`<row r="%d"><c r="A%[1]d" t="s"><v>%[2]d</v></c><c r="B%[1]d" t="s"><v>%[3]d</v></c></row>`, i+1, 2*i, 2*i+1))
		}
		add(`</sheetData></worksheet>`)
	})
}

// TestWorkbook_large reads a sheet that is too large for memory, and leaves no temporary file.
func TestWorkbook_large(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	path := write(t, manyTexts(t, rows))
	got, _, err := read(t, path)
	if err != nil || len(got) != rows || got[1] != "somebody.with.a.long.address.2@example.com|somebody.with.a.long.address.3@example.com" {
		t.Errorf("%d rows, %v", len(got), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

// TestWorkbook_memory reserves at least as much memory as a workbook holds, and not much more.
func TestWorkbook_memory(t *testing.T) { // alone: it measures the heap
	plain := workbook(t, func(book *excelize.File) error { return book.SetCellValue("Sheet1", "A1", "text") })
	for name, content := range map[string]string{
		"many texts": manyTexts(t, 100_000),
		"many styles": withPart(t, plain, "xl/styles.xml", func(add func(string)) {
			add(`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>` + strings.Repeat(`<xf numFmtId="14"/>`, 20_000) + `</cellXfs></styleSheet>`)
		}),
		"a large picture": withPart(t, plain, "xl/media/image1.png", func(add func(string)) { add(strings.Repeat("x", 3<<20)) }),
	} {
		path, reserved, before := write(t, content), 0, liveHeap()
		table, err := tabular.Open(path, func(bytes int) error { reserved = bytes; return nil })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := table.Next(); err != nil {
			t.Fatal(err)
		}
		held := liveHeap() - before
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Logf("%s: %d bytes are held of %d", name, held, reserved); held > reserved || reserved > 4*held+2<<20 {
			t.Errorf("%s: %d bytes are held, %d reserved", name, held, reserved)
		}
	}
}

// liveHeap returns the size of the heap without garbage.
func liveHeap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestWorkbook_refusedMemory returns the error of a reservation.
func TestWorkbook_refusedMemory(t *testing.T) {
	t.Parallel()
	spent := errors.New("spent")
	for _, content := range []string{manyTexts(t, 1), "mail\nana@example.com\n"} {
		if _, err := tabular.Open(write(t, content), func(int) error { return spent }); !errors.Is(err, spent) {
			t.Errorf("got %v", err)
		}
	}
}

// TestWorkbook_bombs refuses what would take much more memory or disk than the file.
func TestWorkbook_bombs(t *testing.T) {
	t.Parallel()
	plain := workbook(t, func(book *excelize.File) error { return book.SetCellValue("Sheet1", "A1", "ana@example.com") })
	repeat := func(text string, times int) func(add func(string)) {
		return func(add func(string)) {
			for range times {
				add(text)
			}
		}
	}
	megabyte := strings.Repeat("<c/>", 1<<18)
	for name, test := range map[string]struct {
		part  string
		write func(add func(string))
	}{
		"a large sheet":         {"xl/worksheets/sheet2.xml", repeat(megabyte, 201)},
		"large styles":          {"xl/styles.xml", repeat(megabyte, 2)},
		"large pictures":        {"xl/media/image1.png", repeat(megabyte, 11)},
		"many empty texts":      {"xl/sharedStrings.xml", repeat(strings.Repeat("<si/>", 1000), 1001)},
		"a text that is a page": {"xl/worksheets/sheet2.xml", repeat(strings.Repeat("x", 1<<20), 2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, write(t, withPart(t, plain, test.part, test.write)))
			mustFail(t, err, tabular.FlawUnpacked, 0)
		})
	}
}
