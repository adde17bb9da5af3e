package web

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A tableWriter writes a table row by row. Close writes its end.
type tableWriter struct {
	add   func(cells []string) error
	close func() error
}

// sendTable begins a file of that name, CSV with a separator or, without one, a workbook. CSV begins
// with a byte order mark, without which Excel takes UTF-8 for another encoding.
func sendTable(c echo.Context, name, separator string, heads []string) (t tableWriter, err error) {
	h, w := c.Response().Header(), c.Response()
	if separator == "" {
		h.Set("Content-Type", xlsxType)
		h.Set("Content-Disposition", `attachment; filename="`+name+`.xlsx"`)
		book, err := openSheet(w, heads)
		if err != nil {
			return t, err
		}
		return tableWriter{book.add, book.Close}, nil
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return t, err
	}
	out := csv.NewWriter(w)
	out.Comma, _ = utf8.DecodeRuneInString(separator)
	t = tableWriter{func(cells []string) error {
		for i, cell := range cells {
			cells[i] = plainCell(cell)
		}
		return out.Write(cells)
	}, func() error {
		out.Flush()
		return out.Error()
	}}
	return t, t.add(heads)
}

// importErrors serves GET /batches/:batch/errors: the refused rows as a file like the one that was
// uploaded, with its columns, the line and the reason, to be corrected and uploaded again.
func (a *App) importErrors(c echo.Context) error {
	b, err := a.users.Batch(c.Request().Context(), actor(c), batchID(c))
	if err != nil {
		return err
	}
	if b.Values.Import == nil {
		return users.ErrNotFound
	}
	requestOf(c.Request()).worker.release() // its memory is bounded, and clients are slow
	sendDirectly(c.Response())
	if err = a.sendErrors(c, b); err != nil && c.Response().Committed {
		a.breakOff(c, err)
	}
	return err
}

// sendErrors sends the file of the refused rows of an import.
func (a *App) sendErrors(c echo.Context, b users.Batch) error {
	v := b.Values.Import
	separator := v.Separator
	if v.Source == "" {
		separator = ","
	}
	out, err := sendTable(c, "errors", separator, append(importFileHeads(v), "line", "why"))
	if err != nil {
		return err
	}
	for part := (users.BatchPart{Outcome: users.ItemRefused}); ; {
		items, _, more, err := a.users.BatchItems(c.Request().Context(), actor(c), b, part)
		if err != nil {
			return err
		}
		for _, i := range items {
			row, _ := i.Row()
			cells := make([]string, len(v.Columns), len(v.Columns)+2)
			copy(cells, row.Cells)
			if err := out.add(append(cells, strconv.Itoa(row.Line), words.BatchWhy(b, i))); err != nil {
				return err
			}
			part.After = i.Number
		}
		if !more {
			return out.close()
		}
	}
}

// importFileHeads are the heads of the columns of an import; of one without heads the names of the
// fields.
func importFileHeads(v *users.ImportValues) []string {
	heads := make([]string, len(v.Columns))
	for i, f := range v.Columns {
		if heads[i] = string(f); i < len(v.Heads) {
			heads[i] = v.Heads[i]
		}
	}
	return heads
}

// importTemplate serves GET /users/import/template: a file with the heads that an import knows, CSV
// or, with format=xlsx, a workbook.
func (a *App) importTemplate(c echo.Context) error {
	fields := slices.DeleteFunc(slices.Clone(users.ImportFields), func(f users.ImportField) bool { return f == users.ImportFirst || f == users.ImportLast })
	separator := ","
	if c.QueryParam("format") == "xlsx" {
		separator = ""
	}
	out, err := sendTable(c, "people", separator, fieldNames(fields))
	if err != nil {
		return err
	}
	return out.close()
}
