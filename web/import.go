package web

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/tabular"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// importForm is the form with many people, as it is posted.
type importForm struct {
	Text string `form:"text"`
	File string `form:"file"` // SHA-256 of the file, see [App.readUpload]
}

// importUsersForm serves GET /users/import.
func (a *App) importUsersForm(c echo.Context) error {
	return render(c, http.StatusOK, views.ImportPage(a.importPage(c, importForm{}, outcome{})))
}

// importUsers serves POST /users/import: it prepares a batch, whose page checks the rows.
func (a *App) importUsers(c echo.Context) error {
	var form importForm
	err := bindForm(c, &form)
	var id users.BatchID
	if err == nil {
		var v users.ImportValues
		var rows []users.ImportRow
		if v, rows, err = readImport(form.Text, requestOf(c.Request()).upload); err == nil {
			id, err = a.users.PrepareImport(c.Request().Context(), actor(c), v, rows, "")
		}
	}
	switch {
	case err == nil:
		a.users.AwaitBatch(c.Request().Context(), id, shownWithin)
		return a.seeOther(c, batchPath(id))
	case !correctable(err):
		return err
	}
	return render(c, http.StatusUnprocessableEntity, views.ImportPage(a.importPage(c, form, outcomeOf(err))))
}

// importPage is the page that takes a text or a file.
func (a *App) importPage(c echo.Context, form importForm, o outcome) views.Import {
	m := views.Import{
		Chrome: a.chrome(c, words.AddMany, "users"), FormState: views.FormState{Problems: o.problems}, Action: importPath, Cancel: "/users",
		Text: o.on(views.Field{Name: "text", Label: "Addresses", Value: form.Text, Hint: "One a line, or with commas between. “Ana Lima <ana@example.com>” is read, too, and so are cells of a spreadsheet with their head."}),
		File: o.on(views.Field{Name: "file", Label: "Or a file", Hint: "CSV or .xlsx, up to 16 MB and 100,000 rows."}),
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.AddMany}}
	return m
}

// readImport returns the rows of a pasted text or an uploaded file, and what their columns are. It
// returns an [*users.InvalidError] on text or file.
func readImport(text string, file *upload) (v users.ImportValues, rows []users.ImportRow, err error) {
	pasted := strings.TrimSpace(text) != ""
	switch {
	case pasted && file != nil:
		return v, nil, users.Invalid("file", words.ImportBoth)
	case file != nil:
		return readTable("file", file)
	case !pasted:
		return v, nil, users.Invalid("text", words.ImportNothing)
	case hasHead(text):
		if file, _, err = saveUpload(strings.NewReader(text), ""); err != nil {
			return v, nil, err
		}
		defer file.remove()
		return readTable("text", file)
	}
	for _, e := range tabular.Pasted(text) {
		rows = append(rows, users.ImportRow{Line: len(rows) + 1, Cells: []string{cmp.Or(e.Address, e.Name), e.Name}})
	}
	if len(rows) > users.MaxBatch {
		return v, nil, users.Invalid("text", words.ImportTextTooBig)
	}
	return users.ImportValues{Columns: []users.ImportField{users.ImportID, users.ImportName}}, rows, nil
}

// hasHead reports whether the first line of a text names a column of addresses.
func hasHead(text string) bool {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	for _, head := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("\t;,|", r) }) {
		if columnField(head) == users.ImportID && !strings.Contains(head, "@") {
			return more
		}
	}
	return false
}

// readTable reads a file as a table. What is wrong with it is an error on field.
func readTable(field string, file *upload) (v users.ImportValues, rows []users.ImportRow, err error) {
	table, err := tabular.Open(file.path)
	if err == nil {
		defer func() { err = errors.Join(err, table.Close()) }()
		rows, err = rowsOf(table)
	}
	if flaw, ok := errors.AsType[*tabular.Error](err); ok {
		err = users.Invalid(field, "%s", words.ImportFlaw(flaw))
	}
	if err != nil {
		return v, nil, err
	}
	if v.Source = words.Plain(file.name); table.Sheet != "" {
		v.Source += ", sheet “" + words.Plain(table.Sheet) + "”"
	}
	var head bool
	if v.Columns, head = matchColumns(rows); head {
		v.Heads, rows = rows[0].Cells, rows[1:]
	}
	switch {
	case len(rows) == 0:
		err = users.Invalid(field, words.ImportHeadAlone)
	case !strings.Contains(strings.Join(fieldNames(v.Columns), " "), string(users.ImportID)):
		err = users.Invalid(field, words.ImportNoAddress)
	}
	return v, rows, err
}

// rowsOf returns the rows of a table.
func rowsOf(table *tabular.Table) (rows []users.ImportRow, err error) {
	for {
		row, err := table.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, users.ImportRow{Line: row.Line, Cells: unguarded(row.Cells)})
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

// fieldNames returns the names of fields.
func fieldNames(fields []users.ImportField) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	return names
}

// importInvite adds the text to send to all who were added by an import.
func (a *App) importInvite(c echo.Context, b users.Batch, m *views.Batch) error {
	ids, err := a.users.ImportInvited(c.Request().Context(), actor(c), b.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	addresses := make([]string, len(ids))
	for i, id := range ids {
		addresses[i] = string(id)
	}
	m.Invite = &views.Invite{
		Addresses: strings.Join(addresses, ", "),
		Message: "Hello,\n\nyou have been added to the console of " + a.org + ". Sign in here, with the account that has the address to which this is sent:\n\n" +
			a.signInURL() + "\n\n" + words.Plain(viewer(c).Label()),
	}
	return nil
}
