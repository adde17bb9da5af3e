package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/tabular"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// spooledRows are the rows of a table in a temporary file, a JSON object each, so that they can be
// read again without being in memory together.
type spooledRows struct {
	path  string
	n     int
	width int               // the most cells of a row
	top   []users.ImportRow // the first of them
}

// readTable reads a file as a table, and spools its rows beside it. What is wrong with the file is
// an error on its field.
func readTable(file *upload, reserve func(bytes int) error) (v users.ImportValues, rows users.ImportRows, err error) {
	table, err := tabular.Open(file.path, reserve)
	var spooled spooledRows
	if err == nil {
		spooled, err = spool(table, filepath.Join(filepath.Dir(file.path), "rows"))
		err = errors.Join(err, table.Close())
	}
	if flaw, ok := errors.AsType[*tabular.Error](err); ok {
		err = users.Invalid(file.field, "%s", words.ImportFlaw(flaw))
	}
	if err != nil {
		return v, nil, err
	}
	switch v.Source = words.Plain(file.name); {
	case table.Sheet != "":
		v.Source += ", sheet “" + words.Plain(table.Sheet) + "”"
	case v.Source != "":
		v.Separator = string(table.Separator)
	}
	var heads int
	if v.Columns, heads = matchColumns(spooled.top, spooled.width); heads > 0 {
		v.Heads = spooled.top[heads-1].Cells
	}
	switch {
	case spooled.n <= heads:
		err = users.Invalid(file.field, words.ImportHeadAlone)
	case !slices.Contains(v.Columns, users.ImportID):
		err = users.Invalid(file.field, words.ImportNoAddress)
	default:
		err = reserve(spooled.n * users.ImportPlanned)
	}
	return v, spooled.from(heads), err
}

// spool writes the rows of a table to a new file.
func spool(table *tabular.Table, path string) (s spooledRows, err error) {
	s.path = path
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	rows := json.NewEncoder(out)
	for {
		row, err := table.Next()
		if err == io.EOF {
			return s, out.Flush()
		}
		if err != nil {
			return s, err
		}
		r := users.ImportRow{Line: row.Line, Cells: unguarded(row.Cells)}
		if err := rows.Encode(r); err != nil {
			return s, err
		}
		if s.n++; s.n <= topRows {
			s.top = append(s.top, r)
		}
		s.width = max(s.width, len(r.Cells))
	}
}

// from yields the rows but the first ones, of which it leaves out so many.
func (s spooledRows) from(skip int) users.ImportRows {
	return func(yield func(users.ImportRow, error) bool) {
		file, err := os.Open(s.path)
		if err != nil {
			yield(users.ImportRow{}, err)
			return
		}
		defer file.Close()
		rows := json.NewDecoder(bufio.NewReader(file))
		for i := range s.n {
			var r users.ImportRow
			err := rows.Decode(&r)
			if (i >= skip || err != nil) && (!yield(r, err) || err != nil) {
				return
			}
		}
	}
}

// unguarded returns a copy of cells without the apostrophes that keep a spreadsheet from taking a
// cell for a formula, see [plainCell].
func unguarded(cells []string) []string {
	all := make([]string, len(cells))
	for i, cell := range cells {
		if text, found := strings.CutPrefix(cell, "'"); found && plainCell(text) == cell {
			cell = text
		}
		all[i] = cell
	}
	return all
}
