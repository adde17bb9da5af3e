package web

import (
	"cmp"
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
		id, err = a.prepareImport(c, form.Text)
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

// prepareImport prepares the import of a pasted text or the uploaded file. It returns an
// [*users.InvalidError] on text or file.
func (a *App) prepareImport(c echo.Context, text string) (id users.BatchID, err error) {
	file, pasted := requestOf(c.Request()).upload, strings.TrimSpace(text) != ""
	switch {
	case pasted && file != nil:
		return "", users.Invalid("file", words.ImportBoth)
	case file == nil && !pasted:
		return "", users.Invalid("text", words.ImportNothing)
	case file == nil && hasHead(text):
		if file, _, err = saveUpload(strings.NewReader(text), ""); err != nil {
			return "", err
		}
		file.field = "text"
		defer file.remove()
	}
	defer a.importing()()
	v, rows, err := readImport(text, file, a.reserveUpload(c))
	if err != nil {
		return "", err
	}
	return a.users.PrepareImport(c.Request().Context(), actor(c), v, rows, "")
}

// importPage is the page that takes a text or a file.
func (a *App) importPage(c echo.Context, form importForm, o outcome) views.Import {
	m := views.Import{
		Chrome: a.chrome(c, words.AddMany, "users"), FormState: views.FormState{Problems: o.problems}, Action: importPath, Cancel: "/users",
		Text: o.on(views.Field{Autofocus: true, Name: "text", Label: "Addresses", Either: true, Value: form.Text, Hint: "One a line, or with commas between. “Ana Lima <ana@example.com>” is read, too, and so are cells of a spreadsheet with their head."}),
		File: o.on(views.Field{Name: "file", Label: "Or a file", Either: true, Hint: "CSV or .xlsx, up to 16 MB and 100,000 rows."}),
	}
	m.Crumbs = []views.Link{{Label: "Users", URL: "/users"}, {Label: words.AddMany}}
	return m
}

// readImport returns the rows of a file, or without one of a pasted text, and what their columns
// are. It reserves the memory that they take, and returns an [*users.InvalidError] on text or file.
func readImport(text string, file *upload, reserve func(bytes int) error) (v users.ImportValues, rows users.ImportRows, err error) {
	if file != nil {
		return readTable(file, reserve)
	}
	n := 0
	for range tabular.Pasted(text) {
		if n++; n > users.MaxBatch {
			return v, nil, users.Invalid("text", words.ImportTextTooBig)
		}
	}
	v.Columns = []users.ImportField{users.ImportID, users.ImportName}
	return v, func(yield func(users.ImportRow, error) bool) {
		n := 0
		for e := range tabular.Pasted(text) {
			if n++; !yield(users.ImportRow{Line: n, Cells: []string{cmp.Or(e.Address, e.Name), e.Name}}, nil) {
				return
			}
		}
	}, reserve(n * users.ImportPlanned)
}

// longestHead is the length of the longest line that is taken for the head of a pasted table.
const longestHead = 4 << 10

// hasHead reports whether the first line of a text names a column of addresses.
func hasHead(text string) bool {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if len(line) > longestHead {
		return false
	}
	for _, head := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("\t;,|", r) }) {
		if columnField(head) == users.ImportID && !strings.Contains(head, "@") {
			return more
		}
	}
	return false
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
