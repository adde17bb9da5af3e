package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// importParts are the parts of an import, those that need a look first.
var importParts = []struct {
	part, label string
	outcome     users.ItemOutcome
}{{"refused", "Refused", users.ItemRefused}, {"change", "New and changed", users.ItemChanged}, {"same", "Unchanged", users.ItemSame}}

// showImport shows the check of an import that has not started: the counts, one part of its rows, of
// which the refused ones can be corrected, and what its columns are.
func (a *App) showImport(c echo.Context, b users.Batch) error {
	v := b.Values.Import
	m := views.ImportCheck{
		Chrome: a.chrome(c, words.ImportCheck(b.Items), "users"), Source: cmp.Or(v.Source, "Pasted text"), Check: batchPath(b.ID, "check"),
		Start: batchPath(b.ID, "start"), Cancel: importPath, Strip: importStrip(b), Reactivate: v.Reactivate,
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.AddMany, URL: importPath}, {Label: "Check"}}
	added := b.Effects.Added
	if b.Changed > 0 {
		until := words.Date(users.DateOf(a.users.Now().Add(users.BatchKept).In(zoneOf(viewer(c)))))
		m.Button, m.Effects = words.ImportButton(added, b.Changed-added), words.ImportEffects(added, b.Changed-added, b.Refused, until)
	}
	if b.Refused > 0 {
		m.Errors = batchPath(b.ID, "errors")
	}
	for i, field := range v.Columns {
		m.Columns = append(m.Columns, importColumn(v, i, field))
	}
	if err := a.importLines(c, b, &m); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.ImportCheckPage(m))
}

// importStrip are the counts of an import.
func importStrip(b users.Batch) []views.Stat {
	return []views.Stat{
		{Label: "New", Value: numbers.Grouped(b.Effects.Added), Tone: "t-ok"},
		{Label: "Changed", Value: numbers.Grouped(b.Changed - b.Effects.Added), Tone: "t-info"},
		{Label: "Unchanged", Value: numbers.Grouped(b.Same), Tone: "muted"},
		{Label: "Refused", Value: numbers.Grouped(b.Refused), Tone: "t-bad"},
	}
}

// importColumn is the choice of what a column is.
func importColumn(v *users.ImportValues, i int, field users.ImportField) views.Choice {
	label := "Column " + strconv.Itoa(i+1)
	if i < len(v.Heads) && v.Heads[i] != "" {
		label = words.Shorten(words.Plain(v.Heads[i]), 40)
	}
	choice := views.Choice{Field: views.Field{Name: "column." + strconv.Itoa(i), Label: label}}
	for _, f := range slices.Concat([]users.ImportField{users.ImportNothing}, users.ImportFields) {
		choice.Options = append(choice.Options, views.Option{Value: string(f), Label: words.ImportField(f), Selected: f == field})
	}
	return choice
}

// importLines adds the rows of the part that c asks for.
func (a *App) importLines(c echo.Context, b users.Batch, m *views.ImportCheck) error {
	counts := map[users.ItemOutcome]int{users.ItemChanged: b.Changed, users.ItemSame: b.Same, users.ItemRefused: b.Refused}
	at := c.QueryParam("part")
	var part users.BatchPart
	for _, p := range importParts {
		if n := counts[p.outcome]; n > 0 {
			at = cmp.Or(at, p.part)
			m.Parts = append(m.Parts, views.Tab{Label: p.label, URL: batchPath(b.ID) + "?part=" + p.part, Count: numbers.Grouped(n), Current: p.part == at})
		}
		if p.part == at {
			part.Outcome = p.outcome
		}
	}
	if err := pageOfItems(c, &part); err != nil {
		return err
	}
	items, before, after, err := a.users.BatchItems(c.Request().Context(), actor(c), b, part)
	if err != nil {
		return err
	}
	m.Fields = importHeads(b.Values.Import)
	for _, i := range items {
		m.Lines = append(m.Lines, importLine(b, i))
	}
	m.Pager = itemPager(b, at, items, counts[part.Outcome], before, after)
	return nil
}

// importHeads are the names of the fields that an import has.
func importHeads(v *users.ImportValues) (names []string) {
	for _, f := range users.ImportFields {
		if slices.Contains(v.Columns, f) {
			names = append(names, words.ImportField(f))
		}
	}
	return names
}

// importLine shows a row of an import. The cells of a refused row can be corrected.
func importLine(b users.Batch, i users.BatchItem) views.ImportLine {
	row, _ := i.Row()
	line := views.ImportLine{Line: strconv.Itoa(row.Line), New: i.Key == "" && i.Outcome == users.ItemChanged}
	values := b.Values.Import.Values(row)
	for _, f := range users.ImportFields {
		value, known := values[f]
		if !known {
			continue
		}
		cell := views.Field{Name: "line." + line.Line + "." + string(f), Label: words.ImportField(f) + " in line " + line.Line, Value: value}
		if i.Outcome == users.ItemRefused && string(f) == i.Cause.Field {
			cell.Error = words.BatchWhy(b, i)
		}
		line.Cells = append(line.Cells, cell)
	}
	if i.Outcome == users.ItemRefused {
		line.Why = words.BatchWhy(b, i)
	}
	return line
}

// checkImportAgain serves POST /batches/:batch/check: the rows with the cells and columns that are
// posted become another import, which is checked.
func (a *App) checkImportAgain(c echo.Context) error {
	v, rows, err := a.users.ImportOf(c.Request().Context(), actor(c), batchID(c))
	if err != nil {
		return err
	}
	before := slices.Clone(v.Columns)
	if err := setColumns(&v, posted(c)); err != nil {
		return err
	}
	setCells(before, rows, posted(c))
	v.Reactivate = posted(c).Get("reactivate") == "on"
	id, err := a.users.PrepareImport(c.Request().Context(), actor(c), v, rows, "")
	if err != nil {
		return err
	}
	a.users.AwaitBatch(c.Request().Context(), id, shownWithin)
	return a.seeOther(c, batchPath(id))
}

// setColumns sets what the columns of an import are, as posted.
func setColumns(v *users.ImportValues, values url.Values) error {
	for i := range v.Columns {
		if name := "column." + strconv.Itoa(i); values.Has(name) {
			v.Columns[i] = users.ImportField(values.Get(name))
		}
	}
	for name := range values {
		known := name == formField || name == "reactivate" || strings.HasPrefix(name, "column.") || strings.HasPrefix(name, "line.")
		if !known {
			return httperror.ErrBadForm
		}
	}
	return nil
}

// setCells sets the cells of rows whose columns were as given, as posted.
func setCells(columns []users.ImportField, rows []users.ImportRow, values url.Values) {
	byLine := map[string]int{}
	for i, r := range rows {
		byLine[strconv.Itoa(r.Line)] = i
	}
	for name, posted := range values {
		line, field, _ := strings.Cut(strings.TrimPrefix(name, "line."), ".")
		at, known := byLine[line]
		column := slices.Index(columns, users.ImportField(field))
		if !strings.HasPrefix(name, "line.") || !known || column < 0 {
			continue
		}
		for len(rows[at].Cells) <= column {
			rows[at].Cells = append(rows[at].Cells, "")
		}
		rows[at].Cells[column] = posted[0]
	}
}

// importErrors serves GET /batches/:batch/errors: the refused rows as CSV, with the columns of the
// file and the reason, to be corrected and uploaded again.
func (a *App) importErrors(c echo.Context) error {
	b, err := a.users.Batch(c.Request().Context(), actor(c), batchID(c))
	if err != nil {
		return err
	}
	if b.Values.Import == nil {
		return users.ErrNotFound
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="errors.csv"`)
	out := csv.NewWriter(c.Response())
	v := b.Values.Import
	if err := out.Write(append(csvHeads(v), "line", "why")); err != nil {
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
			for n := range min(len(cells), len(row.Cells)) {
				cells[n] = plainCell(row.Cells[n])
			}
			if err := out.Write(append(cells, strconv.Itoa(row.Line), words.BatchWhy(b, i))); err != nil {
				return err
			}
			part.After = i.Number
		}
		if !more {
			out.Flush()
			return out.Error()
		}
	}
}

// csvHeads are the heads of the columns of an import; of one without heads the names of the fields.
func csvHeads(v *users.ImportValues) []string {
	heads := make([]string, len(v.Columns))
	for i, f := range v.Columns {
		if heads[i] = string(f); i < len(v.Heads) {
			heads[i] = plainCell(v.Heads[i])
		}
	}
	return heads
}

// importTemplate serves GET /users/import/template: a file with the heads that an import knows.
func (a *App) importTemplate(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="people.csv"`)
	fields := slices.DeleteFunc(slices.Clone(users.ImportFields), func(f users.ImportField) bool { return f == users.ImportFirst || f == users.ImportLast })
	out := csv.NewWriter(c.Response())
	if err := out.Write(fieldNames(fields)); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
