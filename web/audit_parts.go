package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// viewMine is the preset with what the viewer did.
const viewMine = "mine"

// auditViews are the presets of the log, in order; the first is what the log shows at first.
var auditViews = []string{"", string(history.PartRoles), string(history.PartAccessLost), string(history.PartRefused), string(history.PartExports),
	string(history.PartCommands), viewMine}

// presetsBeside is how many presets are beside the heading. The others are in a menu.
const presetsBeside = 5

// auditPart returns the part of the log that an address asks for: without sign-ins, unless it says
// otherwise.
func auditPart(l listAddress) history.Part {
	view := l.get("view")
	switch {
	case l.has("action", "group"):
		return history.PartAll // which the action narrows
	case switchable(l) && l.has("signins"):
		return history.PartAll
	case view == "" || view == viewMine:
		return history.PartChanges
	}
	return history.Part(view)
}

// switchable reports whether the sign-ins can be shown or hidden in what an address asks for.
func switchable(l listAddress) bool {
	return !l.has("action", "group") && (!l.has("view") || l.get("view") == viewMine)
}

// auditPresets are the presets beside the heading, and the others.
func (a *App) auditPresets(c echo.Context, l listAddress) (beside, more []views.Tab) {
	tabs := make([]views.Tab, len(auditViews))
	for i, view := range auditViews {
		tabs[i] = views.Tab{Label: words.AuditView(view), URL: listAddress{path: l.path}.with("view", view), Current: l.get("view") == view && !l.has("action", "group")}
	}
	// The one in sight is never in the menu.
	if i := slices.IndexFunc(tabs, func(t views.Tab) bool { return t.Current }); i >= presetsBeside {
		tabs[i], tabs[presetsBeside-1] = tabs[presetsBeside-1], tabs[i]
	}
	return tabs[:presetsBeside], tabs[presetsBeside:]
}

// maxNamed is how many users a name may fit to be offered.
const maxNamed = 10

// findNamed sets actor and target of query to the users that an address names, by user_id or by
// name. Of a name that fits several users it returns these as links, with a problem in bad.
func (a *App) findNamed(c echo.Context, l listAddress, query *history.Query, bad *users.InvalidError) (matches []views.Link, err error) {
	if l.get("view") == viewMine {
		query.Actor = actor(c).ID
	}
	for _, f := range []struct {
		key string
		id  *users.ID
	}{{"actor", &query.Actor}, {"target", &query.Target}} {
		if !l.has(f.key) {
			continue
		}
		found, err := a.named(c, l.get(f.key))
		if err != nil {
			return nil, err
		}
		switch len(found) {
		case 0:
			bad.Fields = append(bad.Fields, users.FieldError{Field: f.key, Message: words.EnterNameOrID})
		case 1:
			*f.id = found[0].ID
		default:
			bad.Fields = append(bad.Fields, users.FieldError{Field: f.key, Message: words.SeveralNamed(l.get(f.key))})
			matches = append(matches, matchLinks(found, func(id users.ID) string { return l.with(f.key, string(id)) })...)
		}
	}
	return matches, nil
}

// named returns the users that a text can mean: the one with it as user_id, or those whom it finds
// by name, or else one who has gone and had it as user_id.
func (a *App) named(c echo.Context, text string) ([]users.User, error) {
	id, err := users.ParseID(string(users.EnteredID(text)))
	itself := []users.User{{ID: id}}
	if err == nil && id.IsAddress() {
		return itself, nil
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return nil, nil
	}
	found, failed := a.directory.Find(c.Request().Context(), actor(c), text, maxNamed)
	if failed != nil {
		return nil, failed
	}
	if err == nil && (len(found) == 0 || slices.ContainsFunc(found, func(u users.User) bool { return u.ID == id })) {
		return itself, nil
	}
	return found, nil
}

// matchLinks are users to choose from, by name, department and user_id.
func matchLinks(found []users.User, at func(users.ID) string) []views.Link {
	links := make([]views.Link, len(found))
	for i, o := range personOptions(found) {
		label := o.Label
		if o.Label != o.Value {
			label += " · " + o.Value
		}
		links[i] = views.Link{Label: label, URL: at(found[i].ID)}
	}
	return links
}

// suggestUsers answers with the users that match what is typed into a filter of the log.
func (a *App) suggestUsers(c echo.Context, text string) error {
	found, err := a.directory.Find(c.Request().Context(), actor(c), text, maxSuggestions)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PersonOptions(personOptions(found)))
}

// auditWeeks is the strip over the log; nil in a log without changes.
func (a *App) auditWeeks(c echo.Context, l listAddress, onPage []users.Event) (*views.Weeks, error) {
	days, err := a.history.Days(c.Request().Context(), actor(c))
	if err != nil {
		return nil, err
	}
	m := &views.Weeks{From: len(days)}
	for i, d := range days {
		at := d.Day.Time()
		m.Bars = append(m.Bars, views.ChartBar{Label: at.Format("2 Jan"), First: d.Changes})
		m.URLs = append(m.URLs, listAddress{path: l.path}.with("from", string(d.Day), "to", string(d.Day)))
		if i%(7*4) == 0 {
			m.Axis = append(m.Axis, at.Format("2 January"))
		}
	}
	for _, e := range onPage {
		day := users.DateOf(e.At.UTC())
		if i := slices.IndexFunc(days, func(d history.DayChanges) bool { return d.Day == day }); i >= 0 {
			m.From, m.To = min(m.From, i), max(m.To, i+1)
		}
	}
	m.Axis = append(m.Axis, words.Today)
	m.Today, m.Usual = words.Changes(days[len(days)-1].Changes), words.UsualDay(views.Usual(m.Bars))
	return m, nil
}
