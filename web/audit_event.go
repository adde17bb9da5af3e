package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// showEvent serves GET /audit/:seq. Those who do not see the audit log come here
// for what was done to them; the log and the events beside this one are not
// offered to them.
func (a *App) showEvent(c echo.Context) error {
	readOn(c)
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil {
		return users.ErrNotFound
	}
	event, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if err != nil {
		return err
	}
	title := words.EventTitle(seq)
	m := views.EventDetail{Chrome: a.chrome(c, title, "audit"), Event: a.presenter(c).event(event), Action: string(event.Action)}
	m.Crumbs = []views.Link{{Label: words.MyProfile, URL: "/profile"}, {Label: title}}
	if seesAudit(actor(c)) {
		m.Log, m.Crumbs[0] = "/audit", views.Link{Label: words.AuditLog, URL: "/audit"}
		if m.Newer, err = a.eventAt(c, seq+1); err != nil {
			return err
		}
		if seq > 1 { // numbers have no gap
			m.Older = eventPath(seq - 1)
		}
	}
	m.Erased = erasedWord(event)
	if err := a.fillUndoLinks(c, &m, event); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.EventPage(m))
}

// fillUndoLinks adds the links to the events that undo one another, and to the page that undoes.
func (a *App) fillUndoLinks(c echo.Context, m *views.EventDetail, e users.Event) error {
	link := func(seq int64) views.Link { return views.Link{Label: words.EventTitle(seq), URL: eventPath(seq)} }
	if e.Undoes != 0 {
		m.Undoes = link(e.Undoes)
	}
	if e.Version() != 0 && e.Action != users.ActionDeleted && seesAudit(actor(c)) {
		m.AsOf = userPath(e.Target.ID, "as-of") + "?at=" + url.QueryEscape(e.At.Format(time.RFC3339Nano))
	}
	if !e.Reversible() && e.Action != users.ActionDeleted {
		return nil
	}
	seq, err := a.users.Undoing(c.Request().Context(), e.Seq)
	if seq != 0 {
		m.Undone = link(seq)
	}
	switch {
	case e.Action == users.ActionDeleted && err == nil:
		m.Undo, err = a.restoreLink(c, e)
	case users.MayUndo(actor(c), e):
		m.Undo = undoPath(e.Seq)
	}
	return err
}

// erasedWord says what of an event has been erased, "" if nothing has.
func erasedWord(e users.Event) string {
	var what string
	switch {
	case e.ChangeErased && e.ActorErased:
		what = "All details of this event have"
	case e.ChangeErased:
		what = "What changed has"
	case e.ActorErased:
		what = "The actor's data has"
	default:
		return ""
	}
	return what + " been erased, with the personal data of a user. The action and its time are kept."
}

// eventAt returns the address of an event, or nothing if there is none of that
// number.
func (a *App) eventAt(c echo.Context, seq int64) (string, error) {
	_, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if errors.Is(err, users.ErrNotFound) {
		return "", nil
	}
	return eventPath(seq), err
}

// filterChoice is a filter with a fixed set of values.
func filterChoice(name, label string, all []words.ChoiceOf, value string) views.Choice {
	c := views.Choice{Field: views.Field{Name: name, Label: label, Value: value}}
	for _, v := range all {
		c.Options = append(c.Options, views.Option{Value: v.Value, Label: v.Label, Selected: v.Value == value})
	}
	return c
}
