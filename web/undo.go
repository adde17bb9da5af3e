package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// undoForm is the form that undoes an event, as it is posted.
type undoForm struct {
	undoFields
	Version int64 `form:"version,required"`
}

// undoFields are the fields of the form that do not depend on what the event is about.
type undoFields struct {
	Reason   string `form:"reason"`
	ReturnTo string `form:"return_to"` // the page to show afterwards
}

// of returns the part of the form that an event is undone with: a saved view has no version.
func (f *undoForm) of(p users.UndoPlan) any {
	if p.User.Key == "" {
		return &f.undoFields
	}
	return f
}

// toReturn leads to the page that a form names, else to the user that it has changed.
func toReturn(f sentForm, made users.ID) string {
	switch to := f.values.Get("return_to"); {
	case plainPath(to):
		return to
	case made != "":
		return userPath(made)
	}
	return "/"
}

// undoPlan returns what undoing the event in the path of c would change now, if the viewer may
// undo some of it.
func (a *App) undoPlan(c echo.Context) (users.UndoPlan, error) {
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil {
		return users.UndoPlan{}, users.ErrNotFound
	}
	plan, err := a.history.UndoPlan(c.Request().Context(), actor(c), seq)
	if err == nil && errors.Is(plan.Err, users.ErrForbidden) {
		err = plan.Err
	}
	return plan, err
}

// undoEventForm serves GET /audit/:seq/undo.
func (a *App) undoEventForm(c echo.Context) error {
	plan, err := a.undoPlan(c)
	if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, undoForm{})
	if err != nil {
		return err
	}
	m := a.undoPage(c, plan, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.UndoPage(m))
}

// undoEvent serves POST /audit/:seq/undo. If the target has changed since the form was rendered, the
// page shows what would go back now.
func (a *App) undoEvent(c echo.Context) error {
	plan, err := a.undoPlan(c)
	if err != nil {
		return err
	}
	var form undoForm
	if err = bindForm(c, form.of(plan)); err == nil {
		err = a.users.Undo(c.Request().Context(), actor(c), plan.Event.Seq, users.UndoInput{Version: form.Version, Reason: form.Reason})
	}
	_, cannot := errors.AsType[*users.UndoError](err)
	stale := errors.Is(err, users.ErrStale)
	switch {
	case err == nil:
		return a.done(c, words.Undone, plan.User.ID)
	case !stale && !cannot && !correctable(err):
		return err
	}
	if plan, err = a.undoPlan(c); err != nil { // as it is now
		return err
	}
	m := a.undoPage(c, plan, form, outcomeOf(err))
	status := http.StatusUnprocessableEntity
	if stale || cannot || plan.Err != nil {
		status = http.StatusConflict
	}
	if stale {
		m.Text = words.UndoStale
	}
	return render(c, status, views.UndoPage(m))
}

// undoPage is the page with what would go back now.
func (a *App) undoPage(c echo.Context, p users.UndoPlan, form undoForm, o outcome) views.Undo {
	t := a.presenter(c)
	back, all := p.Count(users.UndoBack), len(p.Items)
	m := views.Undo{
		Chrome: a.chrome(c, words.Undo, "audit"), FormState: views.FormState{Problems: o.problems},
		Heading: words.UndoHeading(back, all), Event: t.event(p.Event), Text: words.UndoCount(p.Count(users.UndoMoved)),
		Note: words.UndoNote, Action: undoPath(p.Event.Seq), Cancel: eventPath(p.Event.Seq), ReturnTo: form.ReturnTo,
		Button: words.UndoButton(back, all), Reason: o.reasonField(form.Reason),
	}
	m.Crumbs = []views.Link{{Label: words.AuditLog, URL: "/audit"}, {Label: words.EventTitle(p.Event.Seq), URL: m.Cancel}, {Label: words.Undo}}
	if !seesAudit(t.actor) {
		m.Crumbs[0] = views.Link{Label: words.MyProfile, URL: "/profile"}
	}
	if p.User.Key != "" {
		m.Version = versionWord(p.User.Version)
		m.Edit.Label = "Edit " + words.Plain(p.User.Label())
		m.Edit.URL, _ = allowed(t.actor, users.ActEdit, p.User, userPath(p.User.ID, "edit"))
	}
	t.fillUndo(&m, p)
	return m
}

// fillUndo adds the fields of the event to the page, and why it can't be undone.
func (t presenter) fillUndo(m *views.Undo, p users.UndoPlan) {
	for _, item := range p.Items {
		row := t.undoRow(p, item)
		m.Rows = append(m.Rows, row)
		switch item.State {
		case users.UndoBack:
			m.Happens = append(m.Happens, views.Change{Field: row.Field, Old: row.Now, New: t.revealed(item.Event, item.Field, item.Back)})
		case users.UndoMoved:
			m.Stays = append(m.Stays, words.UndoStays(row.Field, row.Now))
		case users.UndoRefused:
			m.Stays = append(m.Stays, row.Field+": "+refusalOf(item.Err))
		}
	}
	if p.Err != nil {
		m.Why = refusalOf(p.Err)
		if p.Undone.Seq != 0 {
			m.By = views.Link{Label: words.UndoneBy(strconv.FormatInt(p.Undone.Seq, 10)), URL: eventPath(p.Undone.Seq)}
		}
	} else if p.Event.Action == users.ActionDeactivated || p.Event.Action == users.ActionRoleChanged {
		m.Stays = append(m.Stays, words.UndoSessions)
	}
	if p.Count(users.UndoMoved) == 0 {
		m.Edit = views.Link{}
	}
}

// undoRow shows one field of the event.
func (t presenter) undoRow(p users.UndoPlan, item users.UndoItem) views.UndoRow {
	row := views.UndoRow{
		Field: words.Plain(words.Field(item.Field)), Before: t.revealed(item.Event, item.Field, item.Old),
		Changed: t.revealed(item.Event, item.Field, item.New), Now: t.revealed(item.Event, item.Field, item.Now),
		State: views.Badge{Tone: "warn", Word: words.UndoState(item.State)},
	}
	if item.State == users.UndoBack {
		row.State.Tone = "ok"
	}
	if item.User.Key != p.User.Key {
		row.Field += " of " + words.Plain(item.User.Label())
	}
	if item.Since.Seq != 0 {
		row.Since = "by " + t.actorOf(item.Since.Actor, item.Since.ActorKind()).Label + ", " + t.time(item.Since.At).Relative
		row.SinceURL = t.eventURL(item.Since)
	}
	return row
}

// refusalOf returns why something cannot be undone, as a sentence.
func refusalOf(err error) string {
	if cannot, ok := errors.AsType[*users.UndoError](err); ok {
		return words.UndoCause(cannot.Cause)
	}
	if bad, ok := errors.AsType[*users.InvalidError](err); ok && len(bad.Fields) > 0 {
		return bad.Fields[0].Message
	}
	if forbidden, ok := errors.AsType[*users.ForbiddenError](err); ok {
		return forbidden.Why
	}
	_, message := explain(err)
	return message
}
