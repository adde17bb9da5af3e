package web

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// deactivation returns the event that deactivated a user, nil if the user is not deactivated or the
// viewer may not see the event. It is often among the recent events.
func (a *App) deactivation(c echo.Context, u users.User, recent []users.Event) (*users.Event, error) {
	if u.Status != users.StatusDeactivated {
		return nil, nil
	}
	if i := slices.IndexFunc(recent, func(e users.Event) bool { return e.Action == users.ActionDeactivated }); i >= 0 {
		return &recent[i], nil
	}
	if !seesDirectory(actor(c)) {
		return nil, nil
	}
	last, err := a.history.Deactivations(c.Request().Context(), actor(c), []users.User{u})
	if e, ok := last[u.Key]; ok && err == nil {
		return &e, nil
	}
	return nil, err
}

// ended lists what ended with a deactivation, nil for nothing and for those who may not see the
// directory.
func (a *App) ended(c echo.Context, d users.Detail, gone *users.Event) (*views.Ended, error) {
	if gone == nil || !seesDirectory(actor(c)) {
		return nil, nil
	}
	all, err := a.history.EndedWith(c.Request().Context(), actor(c), *gone)
	if err != nil {
		return nil, err
	}
	t, sessions := a.presenter(c), 0
	for _, e := range all {
		if e.Action == users.ActionEnded && e.Target.Key == d.User.Key {
			sessions++
		}
	}
	m := &views.Ended{}
	if sessions > 0 {
		m.Rows = append(m.Rows, views.EndedRow{Icon: "log-out", Text: words.SessionsEnded(sessions), After: words.StaysEnded})
	}
	if d.Tokens > 0 {
		m.Rows = append(m.Rows, views.EndedRow{Icon: "key-round", Text: words.TokensRefused(d.Tokens), After: words.CanComeBack})
	}
	m.Rows = append(m.Rows, t.handedOver(all, d.User.Key)...)
	if r := d.LastRefusal; r != nil && r.At.After(gone.At) {
		m.Rows = append(m.Rows, views.EndedRow{Icon: "shield-x", Text: words.RefusedSince, Warn: true, SmallWhen: t.time(r.At)})
	}
	if len(m.Rows) == 0 {
		return nil, nil
	}
	return m, nil
}

// handedOver lists the service users that a person was responsible for, by who is responsible now.
func (t presenter) handedOver(all []users.Event, from users.Key) (rows []views.EndedRow) {
	var heirs []users.Ref
	names := map[users.Key][]string{}
	for _, e := range all {
		if e.Action != users.ActionHandedOver || len(e.Changes) == 0 {
			continue
		}
		was, _ := users.Person("responsible", e.Changes[0].Old)
		to, _ := users.Person("responsible", e.Changes[0].New)
		if was.Key != from {
			continue
		}
		if now, ok := e.People[to.Key]; ok {
			to = now
		}
		if names[to.Key] == nil {
			heirs = append(heirs, to)
		}
		names[to.Key] = append(names[to.Key], words.Plain(e.Target.Label()))
	}
	for _, to := range heirs {
		all := names[to.Key]
		rows = append(rows, views.EndedRow{
			Icon: "bot", Text: words.GivenTo(len(all), to.Key != ""), Who: t.person(to), Small: strings.Join(all, ", "), Warn: to.Key == "",
		})
	}
	return rows
}
