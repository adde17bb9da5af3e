package web

import (
	"cmp"
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
	users.BatchPart
	count func(users.Batch) int
}{
	{"refused", "Refused", users.BatchPart{Outcome: users.ItemRefused}, func(b users.Batch) int { return b.Refused }},
	{"changed", "Changed", users.BatchPart{Outcome: users.ItemChanged, Added: new(false)}, func(b users.Batch) int { return b.Changed - b.Effects.Added }},
	{"new", "New", users.BatchPart{Outcome: users.ItemChanged, Added: new(true)}, func(b users.Batch) int { return b.Effects.Added }},
	{"same", "Unchanged", users.BatchPart{Outcome: users.ItemSame}, func(b users.Batch) int { return b.Same }},
}

// showImport shows the check of an import that has not started: the counts, one part of its rows, of
// which the refused ones can be corrected, and what its columns are, or are to be. With mistakes in
// these it shows what was posted.
func (a *App) showImport(c echo.Context, b users.Batch, v users.ImportValues, o outcome) error {
	m := views.ImportCheck{
		Chrome: a.chrome(c, words.ImportCheck(b.Items), "users"), FormState: views.FormState{Problems: o.problems}, Source: cmp.Or(v.Source, "Pasted text"), Check: batchPath(b.ID, "check"),
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
		m.Columns = append(m.Columns, o.onChoice(importColumn(v, i, field)))
	}
	if err := a.importLines(c, b, &m); err != nil {
		return err
	}
	status := http.StatusOK
	if len(o.problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return render(c, status, views.ImportCheckPage(m))
}

// onChoice puts the mistake in a choice beside it.
func (o outcome) onChoice(choice views.Choice) views.Choice {
	choice.Field = o.on(choice.Field)
	return choice
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
func importColumn(v users.ImportValues, i int, field users.ImportField) views.Choice {
	label := "Column " + strconv.Itoa(i+1)
	if i < len(v.Heads) && v.Heads[i] != "" {
		label = words.Shorten(words.Plain(v.Heads[i]), 40)
	}
	choice := views.Choice{Field: views.Field{Name: columnName(i), Label: label, Required: true}}
	for _, f := range slices.Concat([]users.ImportField{users.ImportNothing}, users.ImportFields) {
		choice.Options = append(choice.Options, views.Option{Value: string(f), Label: words.ImportField(f), Selected: f == field})
	}
	return choice
}

// importLines adds the rows of the part that c asks for.
func (a *App) importLines(c echo.Context, b users.Batch, m *views.ImportCheck) error {
	at, total := c.QueryParam("part"), 0
	var part users.BatchPart
	for _, p := range importParts {
		n := p.count(b)
		if n > 0 {
			at = cmp.Or(at, p.part)
			m.Parts = append(m.Parts, views.Tab{Label: p.label, URL: batchPath(b.ID) + "?part=" + p.part, Count: numbers.Grouped(n), Current: p.part == at})
		}
		if p.part == at {
			part, total = p.BatchPart, n
		}
	}
	items, pager, err := a.itemsOf(c, b, part, at, total)
	if err != nil {
		return err
	}
	t := a.presenter(c)
	m.Fields = importHeads(b.Values.Import)
	for _, i := range items {
		m.Lines = append(m.Lines, t.importLine(b, i, posted(c)))
	}
	m.Pager = pager
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

// importLine shows a row of an import. The cells of a refused row can be corrected; those that were
// posted stay as they are typed.
func (t presenter) importLine(b users.Batch, i users.BatchItem, typed url.Values) views.ImportLine {
	row, _ := i.Row()
	line := views.ImportLine{Line: strconv.Itoa(row.Line), New: i.Key == "" && i.Outcome == users.ItemChanged}
	values := b.Values.Import.Values(row)
	for _, f := range users.ImportFields {
		value, known := values[f]
		if !known {
			continue
		}
		cell := views.Choice{Field: views.Field{Name: "line." + line.Line + "." + string(f), Label: words.ImportField(f) + " in line " + line.Line, Value: value}}
		if typed.Has(cell.Name) {
			cell.Value = typed.Get(cell.Name)
		}
		if i.Outcome == users.ItemRefused && string(f) == i.Cause.Field {
			cell.Error = words.BatchWhy(b, i)
		}
		if f == users.ImportRole {
			cell.Options = roleCells(cell.Value)
		}
		line.Cells = append(line.Cells, cell)
	}
	if i.Outcome == users.ItemRefused {
		line.Why = words.BatchWhy(b, i)
	} else if !line.New {
		line.Changes = t.changes(users.Event{Changes: i.Cause.Changes, Action: users.ActionEdited})
	}
	return line
}

// roleCells are the roles that a row can have: none, all of them, and the one that it has.
func roleCells(value string) []views.Option {
	options := []views.Option{{}}
	known := value == ""
	for _, role := range users.Roles {
		selected := strings.EqualFold(value, string(role))
		known = known || selected
		options = append(options, views.Option{Value: string(role), Label: words.Role(role), Selected: selected})
	}
	if !known {
		options = append(options, views.Option{Value: value, Label: value, Selected: true})
	}
	return options
}

// checkImportAgain serves POST /batches/:batch/check: the rows with the cells and columns that are
// posted become another import, which is checked.
func (a *App) checkImportAgain(c echo.Context) error {
	b, rows, err := a.users.ImportOf(c.Request().Context(), actor(c), batchID(c))
	if err == nil {
		err = a.reserveUpload(c)(b.Items * users.ImportPlanned)
	}
	if err != nil {
		return err
	}
	defer a.importing()()
	v := *b.Values.Import
	v.Reactivate = posted(c).Get("reactivate") == "on"
	rows = corrected(v.Columns, rows, posted(c))
	v.Columns = slices.Clone(v.Columns)
	if err := setColumns(&v, posted(c)); err != nil {
		return err
	}
	if err := mistakenColumns(v); err != nil {
		return a.showImport(c, b, v, outcomeOf(err))
	}
	id, err := a.users.PrepareImport(c.Request().Context(), actor(c), v, rows, "")
	if err != nil {
		return err
	}
	a.users.AwaitBatch(c.Request().Context(), id, shownWithin)
	return a.seeOther(c, batchPath(id))
}

// mistakenColumns returns an [*users.InvalidError] on the choices of columns that cannot be meant.
func mistakenColumns(v users.ImportValues) error {
	for i, field := range v.Columns {
		if field != users.ImportNothing && slices.Contains(v.Columns[:i], field) {
			return users.Invalid(columnName(i), words.ImportColumnTwice, words.ImportField(field))
		}
	}
	if !slices.Contains(v.Columns, users.ImportID) {
		return users.Invalid(columnName(0), words.ImportChooseAddress)
	}
	return nil
}

// columnName is the name of the choice of what a column is.
func columnName(i int) string { return "column." + strconv.Itoa(i) }

// setColumns sets what the columns of an import are, as posted.
func setColumns(v *users.ImportValues, values url.Values) error {
	for i := range v.Columns {
		if name := columnName(i); values.Has(name) {
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

// corrected yields the rows, of columns as given, with the cells that are posted.
func corrected(columns []users.ImportField, rows users.ImportRows, values url.Values) users.ImportRows {
	cells := map[string]map[int]string{} // by line and column
	for name, posted := range values {
		line, field, _ := strings.Cut(strings.TrimPrefix(name, "line."), ".")
		column := slices.Index(columns, users.ImportField(field))
		if !strings.HasPrefix(name, "line.") || column < 0 {
			continue
		}
		if cells[line] == nil {
			cells[line] = map[int]string{}
		}
		cells[line][column] = posted[0]
	}
	return func(yield func(users.ImportRow, error) bool) {
		for r, err := range rows {
			for column, text := range cells[strconv.Itoa(r.Line)] {
				for len(r.Cells) <= column {
					r.Cells = append(r.Cells, "")
				}
				r.Cells[column] = text
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
