package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// setBackForm is the form that gives a user the values of a moment, as it is posted.
type setBackForm struct {
	At      string `form:"at"`
	Version int64  `form:"version,required"`
	Reason  string `form:"reason"`
}

// momentIn returns the moment that a text names: the end of a day, or a minute, both in a time zone,
// or an exact time. It returns an [*users.InvalidError] for any other text, and for a moment to come.
func momentIn(text string, zone *time.Location, now time.Time) (at time.Time, err error) {
	if _, to := users.Date(text).In(zone); !to.IsZero() {
		at = to.Add(-time.Microsecond)
		if at.After(now) && users.Date(now.In(zone).Format(time.DateOnly)) >= users.Date(text) {
			at = now // of today
		}
	} else if at, err = time.ParseInLocation("2006-01-02T15:04", text, zone); err == nil {
		at = at.Add(time.Minute - time.Microsecond)
		if at.After(now) && !at.Truncate(time.Minute).After(now) {
			at = now
		}
	} else if at, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return time.Time{}, users.Invalid("at", words.EnterMoment)
	}
	if at.After(now) {
		return time.Time{}, users.Invalid("at", words.MomentToCome)
	}
	return at, nil
}

// userAsOf serves GET /users/:id/as-of.
func (a *App) userAsOf(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, setBackForm{At: c.QueryParam("at")})
	if err != nil {
		return err
	}
	return a.showAsOf(c, id, form, kept, nil)
}

// setUserBack serves POST /users/:id/as-of.
func (a *App) setUserBack(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err == nil {
		err = actor(c).May(users.ActEdit, u)
	}
	if err != nil {
		return err
	}
	var form setBackForm
	var at time.Time
	if err = bindForm(c, &form); err == nil {
		at, err = momentIn(form.At, zoneOf(viewer(c)), a.now())
	}
	if err == nil {
		u, err = a.users.SetBack(c.Request().Context(), actor(c), id, at, users.UndoInput{Version: form.Version, Reason: form.Reason})
	}
	_, nothing := errors.AsType[*users.UndoError](err)
	switch {
	case err == nil:
		return a.done(c, words.SetBackDone(u.Label()), u.ID)
	case !nothing && !correctable(err) && !errors.Is(err, users.ErrStale):
		return err
	}
	return a.showAsOf(c, id, form, false, err)
}

// showAsOf answers with the page; wrong is what was wrong with the form when it was posted.
func (a *App) showAsOf(c echo.Context, id users.ID, form setBackForm, kept bool, wrong error) error {
	form.At = truncate("at", form.At)
	at, invalid := momentIn(form.At, zoneOf(viewer(c)), a.now())
	if form.At == "" {
		at, invalid = a.now(), nil
	}
	status := http.StatusOK
	if invalid != nil {
		at, wrong = a.now(), invalid
	}
	asOf, err := a.users.AsOf(c.Request().Context(), actor(c), id, at)
	if err != nil {
		return err
	}
	if _, nothing := errors.AsType[*users.UndoError](wrong); nothing || errors.Is(wrong, users.ErrStale) {
		status = http.StatusConflict
	} else if wrong != nil {
		status = formStatus(wrong)
	}
	m, err := a.asOfPage(c, asOf, form, outcomeOf(wrong))
	if err != nil {
		return err
	}
	m.Kept = kept
	switch {
	case invalid != nil || form.At == "":
		m.Fields, m.Action, m.Acts, m.Why = nil, "", nil, ""
	case errors.Is(wrong, users.ErrStale):
		m.Why = words.UndoStale
	}
	return render(c, status, views.UserAsOfPage(m))
}

// asOfPage is the page with the record of a moment.
func (a *App) asOfPage(c echo.Context, asOf users.AsOf, form setBackForm, o outcome) (views.UserAsOf, error) {
	t, u := a.presenter(c), asOf.Now
	value := form.At
	if asked, err := time.Parse(time.RFC3339Nano, form.At); err == nil { // an input for moments shows no other text
		value = asked.In(t.zone).Format("2006-01-02T15:04")
	} else if day := users.Date(form.At); !day.Time().IsZero() {
		value += "T23:59"
	}
	m := views.UserAsOf{
		Chrome: a.userChrome(c, u, words.AsItWas), FormState: views.FormState{Problems: o.problems}, Path: userPath(u.ID, "as-of") + "#record",
		At:    o.on(views.Field{Name: "at", Label: "Moment", Type: "datetime-local", Value: value, Required: true, Hint: "In your time zone, " + t.zone.String() + "."}),
		Exact: form.At, Moment: t.time(asOf.At), Version: versionWord(u.Version), Note: words.SetBackNote, Reason: o.reasonField(form.Reason),
	}
	switch {
	case !asOf.There:
		m.Why = words.NotThere
	case asOf.Erased:
		m.Why = words.RecordErased
	default:
		t.fillAsOf(&m, asOf)
	}
	var err error
	m.Head, err = a.userHead(c, u, words.AsItWas)
	return m, err
}

// fillAsOf adds the fields of the record, those that differ first, and the acts that set them back.
func (t presenter) fillAsOf(m *views.UserAsOf, asOf users.AsOf) {
	back, differs := 0, map[string]bool{}
	for _, item := range asOf.Items {
		differs[item.Field] = true
		f := views.AsOfField{Field: words.Field(item.Field), Then: t.recordValue(item.Field, asOf.User), Now: t.recordValue(item.Field, asOf.Now), State: views.Badge{Tone: "info", Word: "Differs"}}
		if item.State == users.UndoBack {
			back++
		} else if item.Err != nil {
			f.Why = refusalOf(item.Err)
		}
		m.Fields = append(m.Fields, f)
		if link := t.actFor(item, asOf.Now); link.URL != "" {
			m.Acts = append(m.Acts, link)
		}
	}
	for _, field := range asOf.User.RecordFields() {
		if value := t.recordValue(field, asOf.User); !differs[field] && value != "" {
			m.Fields = append(m.Fields, views.AsOfField{Field: words.Field(field), Then: value, Now: value})
		}
	}
	if len(asOf.Items) == 0 {
		m.Why = words.SetBackNothing
	}
	if back > 0 {
		m.Action, m.Button = userPath(asOf.Now.ID, "as-of"), words.SetBackButton(back)
	}
}

// actFor returns the page that changes a role or a status, if the viewer may.
func (t presenter) actFor(item users.UndoItem, u users.User) (link views.Link) {
	switch {
	case item.Field == "role":
		link.Label = words.ChangeRole + "…"
		link.URL, _ = allowed(t.actor, users.ActChangeRole, u, userPath(u.ID, "role"))
	case item.Field == "status" && u.Status == users.StatusDeactivated:
		link.Label = "Reactivate…"
		link.URL, _ = allowed(t.actor, users.ActReactivate, u, userPath(u.ID, "reactivate"))
	case item.Field == "status" && item.Old == string(users.StatusDeactivated):
		link.Label = "Deactivate…"
		link.URL, _ = allowed(t.actor, users.ActDeactivate, u, userPath(u.ID, "deactivate"))
	}
	return link
}

// recordValue returns the value of a field of u as it is shown.
func (t presenter) recordValue(field string, u users.User) string {
	if person, ok := u.PersonIn(field); ok {
		return words.Plain(person.Label())
	}
	return t.revealed(users.Event{}, field, u.Value(field))
}
