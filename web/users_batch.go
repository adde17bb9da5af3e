package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// batchForm is the form of an act on many users, as it is posted: by the bar below a list, which
// has the act and the users, and by the page that asks for the values of the act.
type batchForm struct {
	exportForm // with All: what the directory was asked for

	Act  string   `form:"act"`
	Keys []string `form:"key"`  // of the ticked users; several with spaces or commas between
	All  string   `form:"all"`  // "1": all that match
	Step string   `form:"step"` // "values": posted by the page that asks for them

	ReturnTo string `form:"return_to"` // the list

	NewRole      string `form:"new_role"`
	Responsible  string `form:"responsible"`
	ReviewOn     string `form:"review_on"`
	AddLabels    string `form:"add_labels"`
	RemoveLabels string `form:"remove_labels"`
	Tokens       bool   `form:"bring_back_tokens"`
	Reason       string `form:"reason"`
}

// stepValues is batchForm.Step of the page that asks for the values of an act.
const stepValues = "values"

// actReviewDate is the act [users.BatchReview] with a review date that is asked for.
const actReviewDate = "review_date"

// act returns the act.
func (f *batchForm) act() users.BatchAct { return actOf(f.Act) }

// actOf returns the act that a form names.
func actOf(name string) users.BatchAct {
	if name == actReviewDate {
		return users.BatchReview
	}
	return users.BatchAct(name)
}

// asksFor reports whether the page is to ask for values of the act.
func (f *batchForm) asksFor() bool {
	switch f.Act {
	case string(users.BatchLabels), string(users.BatchSetResponsible), string(users.BatchChangeRole), string(users.BatchReactivate), actReviewDate:
		return f.Step != stepValues
	}
	return false
}

// input returns the form as the domain takes it.
func (f *batchForm) input() users.BatchInput {
	in := users.BatchInput{Act: f.act(), Reason: f.Reason, Values: users.BatchValues{
		Role: users.Role(f.NewRole), Responsible: users.EnteredID(f.Responsible), ReviewOn: f.ReviewOn,
		AddLabels: splitLabels(f.AddLabels), RemoveLabels: splitLabels(f.RemoveLabels), BringBackTokens: f.Tokens,
	}}
	if f.All == "1" {
		in.Query = f.at("/users").query.Encode()
	}
	return in
}

// splitLabels returns the labels of a text with commas between them.
func splitLabels(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// keys returns the keys of the ticked users.
func (f *batchForm) keys() []string {
	return strings.FieldsFunc(strings.Join(f.Keys, " "), func(r rune) bool { return r == ' ' || r == ',' })
}

// chosen returns the users that the form chooses.
func (a *App) chosen(c echo.Context, f *batchForm) ([]users.Frozen, error) {
	if f.All == "1" {
		return a.directory.Keys(c.Request().Context(), actor(c), directoryQuery(f.at("/users"), 0, zoneOf(viewer(c))), users.MaxBatch)
	}
	ticked := f.keys()
	if len(ticked) > users.MaxBatchAtOnce {
		return nil, users.Invalid("key", "%s", words.TooManyTicked)
	}
	keys, err := a.directory.WholeKeys(c.Request().Context(), actor(c), ticked)
	all := make([]users.Frozen, len(keys))
	for i, key := range keys {
		all[i] = users.Frozen{Key: key}
	}
	return all, err
}

// batchFormOf returns the form as the address asks for it.
func batchFormOf(c echo.Context) batchForm {
	f := batchForm{Step: stepValues, Act: truncate("act", c.QueryParam("act")), All: c.QueryParam("all"), Keys: c.QueryParams()["key"]}
	for name, value := range f.asked() {
		*value = truncate(name, c.QueryParam(name))
	}
	return f
}

// toBatchOrList leads to the batch, or back to the list if the act is done without a preview.
func toBatchOrList(f sentForm, made users.ID) string {
	if list := f.values.Get("return_to"); f.values.Get("all") != "1" && actsAtOnce[actOf(f.values.Get("act"))] && plainPath(list) {
		return list
	}
	return toBatch(f, made)
}

// batchUsersForm serves GET /users/batch: the page that asks for the values of an act.
func (a *App) batchUsersForm(c echo.Context) error {
	fresh := batchFormOf(c)
	l, _ := a.list(c)
	fresh.ReturnTo = l.String()
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	if isFragment(c, views.SuggestionsID("responsible")) {
		return a.suggest(c, "responsible")
	}
	m, err := a.batchFormPage(c, &form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.BatchFormPage(m))
}

// opened returns the address of the page with the chosen users that the act opens, by its name;
// empty for an act that changes something.
func (f *batchForm) opened() string {
	if f.Act != "addresses" && f.Act != "export" {
		return ""
	}
	l := f.at("/users/" + f.Act)
	if f.All == "1" {
		return l.with("all", "1")
	}
	return addressOf(l.path, url.Values{"key": f.keys()})
}

// batchUsers serves POST /users/batch. An act that opens a page leads to it; an act whose values are
// missing gets the page that asks for them; reviews and labels of ticked users are done at once;
// for all others the preview is next.
func (a *App) batchUsers(c echo.Context) error {
	var form batchForm
	err := bindForm(c, &form)
	if to := form.opened(); err == nil && to != "" {
		return a.seeOther(c, to)
	}
	if err == nil && form.asksFor() {
		m, err := a.batchFormPage(c, &form, outcome{})
		if err != nil {
			return err
		}
		return render(c, http.StatusOK, views.BatchFormPage(m))
	}
	var id users.BatchID
	if err == nil {
		id, err = a.prepareBatch(c, &form)
	}
	if err == nil {
		if form.atOnce() && plainPath(form.ReturnTo) {
			return a.showWorked(c, id, form.ReturnTo)
		}
		return a.seeOther(c, batchPath(id))
	}
	if !correctable(err) {
		return err
	}
	m, pageErr := a.batchFormPage(c, &form, outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.BatchFormPage(m))
}

// shownWithin is how long a request waits for a preview or a batch, so that the next page shows it
// whole if it is small.
const shownWithin = 1500 * time.Millisecond

// awaitBatch waits for as long as that, without a worker.
func (a *App) awaitBatch(c echo.Context, id users.BatchID) {
	defer waitFor(c.Request())()
	a.users.AwaitBatch(c.Request().Context(), id, shownWithin)
}

// atOnce reports whether the act is done without a preview: it is a review or labels, which can be
// undone, and the users are ticked.
func (f *batchForm) atOnce() bool { return actsAtOnce[f.act()] && f.All != "1" }

// actsAtOnce are the acts on ticked users that have no preview.
var actsAtOnce = map[users.BatchAct]bool{users.BatchReview: true, users.BatchLabels: true}

// prepareBatch prepares the batch that the form asks for, or carries it out at once.
func (a *App) prepareBatch(c echo.Context, form *batchForm) (id users.BatchID, err error) {
	chosen, err := a.chosen(c, form)
	if err != nil {
		return "", err
	}
	ctx, in := c.Request().Context(), form.input()
	if form.atOnce() {
		id, err = a.users.RunBatch(ctx, actor(c), in, chosen)
	} else {
		id, err = a.users.PrepareBatch(ctx, actor(c), in, chosen)
	}
	if err == nil {
		a.awaitBatch(c, id)
	}
	return id, err
}

// batchFormPage is the page that asks for the values of an act, as it is filled in.
func (a *App) batchFormPage(c echo.Context, form *batchForm, o outcome) (views.BatchForm, error) {
	n, many := len(form.keys()), form.All == "1"
	m := views.BatchForm{
		FormState: views.FormState{Problems: o.problems}, Action: "/users/batch", Cancel: "/users",
		Reason: o.reasonField(form.Reason), Hidden: form.hidden(), Empty: n == 0 && !many || form.Act == "",
	}
	count := numbers.Counted(n, "user", "users")
	if many {
		count = words.AllThatMatch
		m.Cancel = form.at("/users").String()
	}
	m.Chrome = a.chrome(c, words.BatchTitle(form.act(), count), "users")
	m.Crumbs = []views.Link{{Label: "Users", URL: m.Cancel}, {Label: words.BatchAct(form.act())}}
	m.Button = words.BatchContinue
	if form.atOnce() {
		m.Button = m.Title
	}
	return m, a.batchFields(c, form, o, &m)
}

// batchFields adds the fields of the act.
func (a *App) batchFields(c echo.Context, form *batchForm, o outcome, m *views.BatchForm) error {
	switch form.act() {
	case users.BatchChangeRole:
		choice := o.roleChoice(users.KindPerson, actor(c).MayGive(users.ActChangeRole, users.KindPerson), form.NewRole)
		choice.Field = o.on(views.Field{Name: "new_role", Label: "Role", Value: form.NewRole, Required: true})
		choice.Error = strings.TrimSpace(choice.Error + " " + o.problem("role"))
		m.Role, m.Text = &choice, words.BatchRoleText
	case users.BatchReview:
		m.Fields = []views.Field{o.on(views.Field{Name: "review_on", Label: "Review date", Type: "date", Value: form.ReviewOn, Required: true})}
		if form.ReviewOn == "" {
			m.Fields[0].Value = a.presenter(c).nextReviewOn()
		}
	case users.BatchLabels:
		m.Fields = []views.Field{
			o.on(views.Field{Name: "add_labels", Label: "Labels to add", Value: form.AddLabels, Hint: words.LabelsHint}),
			o.on(views.Field{Name: "remove_labels", Label: "Labels to remove", Value: form.RemoveLabels}),
		}
	case users.BatchReactivate:
		m.Tokens = &views.Check{Name: "bring_back_tokens", Label: words.BringBackTokens, Checked: form.Tokens}
	case users.BatchSetResponsible:
		people, err := a.suggestPeople(c, o, "responsible", form.Responsible)
		if err != nil {
			return err
		}
		field := o.personField(views.Field{Name: "responsible", Label: "Responsible person", Value: form.Responsible, Required: true, Suggest: "/users/batch"}, people)
		m.Person = &field
	}
	return nil
}

// hidden are the fields that keep the act and the chosen users.
func (f *batchForm) hidden() []views.Option {
	all := []views.Option{{Label: "step", Value: stepValues}, {Label: "act", Value: truncate("act", f.Act)}}
	if f.All == "1" {
		all = append(all, views.Option{Label: "all", Value: "1"})
		query := f.at("/users").query
		for _, name := range slices.Sorted(maps.Keys(query)) {
			all = append(all, views.Option{Label: name, Value: truncate(name, query.Get(name))})
		}
		return all
	}
	keys := f.keys()
	if plainPath(f.ReturnTo) {
		all = append(all, views.Option{Label: "return_to", Value: f.ReturnTo})
	}
	return append(all, views.Option{Label: "key", Value: strings.Join(keys[:min(len(keys), users.MaxBatchAtOnce)], " ")})
}
