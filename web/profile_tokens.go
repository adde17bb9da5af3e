package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// profileTokens are the tokens that concern the viewer, of whom d is the detail.
func (a *App) profileTokens(c echo.Context, d users.Detail) (views.ProfileTokens, error) {
	ctx, t := c.Request().Context(), a.presenter(c)
	m := views.ProfileTokens{All: ownTokens}
	own, theirs, err := a.users.TokensFor(ctx, t.actor)
	if err != nil {
		return m, err
	}
	renew := users.ToRenew(slices.Concat(own, theirs), t.now)
	due, err := a.users.Rotatable(ctx, t.actor, renew, append([]users.User{d.User}, d.ResponsibleFor...)...)
	if err != nil {
		return m, err
	}
	for _, token := range own {
		m.Own = append(m.Own, t.profileToken(token))
	}
	for _, token := range theirs {
		m.ForUser = append(m.ForUser, t.profileToken(token))
	}
	for _, token := range due {
		m.ToDo = append(m.ToDo, a.tokenToRenew(t, token))
	}
	if a.users.PersonalTokens() {
		m.New = ownTokens + "/new"
	} else {
		m.Why = words.NoPersonalTokens
	}
	return m, nil
}

// tokenToRenew shows a token that ends soon, with a link to rotate it if the viewer may.
func (a *App) tokenToRenew(t presenter, token users.KnownToken) views.ProfileToken {
	line := t.profileToken(token.Token)
	if token.Why == "" && (line.User.Label != "" || a.users.PersonalTokens()) {
		line.Rotate = line.URL + "/rotate"
	}
	return line
}

// profileToken shows a token on My profile.
func (t presenter) profileToken(token users.Token) views.ProfileToken {
	own := token.User.Key == t.actor.Key
	base := ownTokens
	line := views.ProfileToken{Name: words.Plain(token.Name), Hint: words.TokenHint(token), Used: t.time(token.LastUsed.At)}
	if !own {
		base, line.User = userPath(token.User.ID, "tokens"), t.person(token.User)
	}
	line.URL = base + "/" + string(token.ID)
	switch state := token.State(t.now); {
	case state != users.TokenLive:
		line.State = tokenBadge(state)
	case token.EndsAt.Sub(t.now) < endsSoon:
		line.State = views.Badge{Tone: "warn", Word: "Ends " + t.inDays(token.EndsAt).Relative}
	}
	return line
}
