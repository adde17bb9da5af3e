package tabular_test

import (
	"archive/zip"
	"bytes"
	"os"
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
	table, err := tabular.Open(path)
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

// TestWorkbook_large reads a sheet that is too large for memory, and leaves no temporary file.
func TestWorkbook_large(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	path := write(t, workbook(t, func(book *excelize.File) error {
		w, err := book.NewStreamWriter("Sheet1")
		for i := range rows {
			if err == nil {
				cell, _ := excelize.CoordinatesToCellName(1, i+1)
				err = w.SetRow(cell, []any{"somebody.with.a.long.address@example.com", "Somebody With A Long Name"})
			}
		}
		if err != nil {
			return err
		}
		return w.Flush()
	}))
	got, _, err := read(t, path)
	if err != nil || len(got) != rows {
		t.Errorf("%d rows, %v", len(got), err)
	}
	left, err := os.ReadDir(path[:strings.LastIndex(path, "/")])
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
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
		"large styles":          {"xl/styles.xml", repeat(megabyte, 9)},
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
