package web

import (
	"errors"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// noneFound says what to do if no user was found: look at close matches or at refused sign-ins with
// that address, or add the person with it.
func (a *App) noneFound(c echo.Context, t presenter, q directory.Query) (views.NoneFound, error) {
	text := strings.TrimSpace(q.Text)
	none := views.NoneFound{Text: words.Plain(text)}
	if text == "" {
		return none, nil
	}
	matches, err := a.directory.CloseMatches(c.Request().Context(), t.actor, q)
	if _, bad := errors.AsType[*users.InvalidError](err); err != nil && !bad {
		return none, err
	}
	for _, u := range matches {
		none.Close = append(none.Close, views.CloseMatch{Person: t.user(u), Status: statusBadge(u.Status)})
	}
	if id, err := users.ParseID(text); err == nil && id.IsAddress() && t.actor.May(users.ActAddPerson, users.User{}) == nil {
		none.Add = views.Link{Label: "Add " + bidi.Isolate(words.Shorten(words.Plain(text), 60)), URL: addressOf("/users/new", url.Values{"user_id": {text}})}
	}
	if strings.Contains(text, ":") { // a filter is no address
		return none, nil
	}
	refused, err := a.history.RefusedSignIns(c.Request().Context(), t.actor, text)
	for _, r := range refused {
		none.Refused = append(none.Refused, t.refusedSignIn(r))
	}
	return none, err
}
