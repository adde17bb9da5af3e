package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A tokenPlace is where the pages about the tokens of a user are: below the page of the user,
// or below My profile.
type tokenPlace struct {
	user users.User
	own  bool   // below My profile
	base string // path of the list
}

// ownTokens is the path of the viewer's own tokens.
const ownTokens = "/profile/tokens"

// tokensAt returns the place in the path of c, if the viewer may carry out act on the tokens
// of the user there. Below [ownTokens] that is the viewer.
func (a *App) tokensAt(c echo.Context, act users.Act) (tokenPlace, error) {
	if strings.HasPrefix(c.Path(), ownTokens) {
		return tokenPlace{user: viewer(c), own: true, base: ownTokens}, actor(c).May(act, viewer(c))
	}
	id, err := a.pathID(c)
	if err != nil {
		return tokenPlace{}, err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err != nil {
		return tokenPlace{}, err
	}
	return tokenPlace{user: u, base: userPath(u.ID, "tokens")}, actor(c).May(act, u)
}

// path returns the path of a token's page, or of a page below it.
func (p tokenPlace) path(id users.TokenID, tail ...string) string {
	return strings.Join(append([]string{p.base, string(id)}, tail...), "/")
}

// tokenAt returns the token in the path of c, and its place, if the viewer may carry out act
// on it. One of another user is [users.ErrNotFound].
func (a *App) tokenAt(c echo.Context, act users.Act) (tokenPlace, users.Token, error) {
	p, err := a.tokensAt(c, act)
	if err != nil {
		return p, users.Token{}, err
	}
	id := c.Param("token")
	if !isTokenID(id) {
		return p, users.Token{}, users.ErrNotFound
	}
	t, err := a.users.Token(c.Request().Context(), actor(c), users.TokenID(id))
	if err == nil && t.User.Key != p.user.Key {
		err = users.ErrNotFound
	}
	return p, t, err
}

// isTokenID reports whether text has the form of a token's id.
func isTokenID(text string) bool {
	rest, found := strings.CutPrefix(text, "tok_")
	return found && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// tokenChrome is the chrome of a page about the tokens of a user: the list without a title,
// else a page below it.
func (a *App) tokenChrome(c echo.Context, p tokenPlace, above []views.Link, title string) views.Chrome {
	var chrome views.Chrome
	if p.own {
		chrome = a.chrome(c, "Tokens", "profile")
		chrome.Crumbs = []views.Link{{Label: words.MyProfile, URL: "/profile"}, {Label: "Tokens", URL: p.base}}
	} else {
		chrome = a.userChrome(c, p.user, "Tokens")
		chrome.Crumbs[len(chrome.Crumbs)-1].URL = p.base
	}
	if title != "" {
		chrome.Title = title + " · " + bidi.Isolate(words.Plain(p.user.Label()))
		chrome.Crumbs = append(append(chrome.Crumbs, above...), views.Link{Label: title})
	}
	return chrome
}

// userTokens serves GET /users/:id/tokens.
func (a *App) userTokens(c echo.Context) error {
	p, err := a.tokensAt(c, users.ActSeeTokens)
	if err != nil {
		return err
	}
	list, err := a.users.Tokens(c.Request().Context(), actor(c), p.user.ID)
	if err != nil {
		return err
	}
	t := a.presenter(c)
	m := views.UserTokens{Chrome: a.tokenChrome(c, p, nil, ""), Empty: emptyTokens(t.subject(p.user), p.user.Kind)}
	if m.Head, err = a.tokensHead(c, p); err != nil {
		return err
	}
	if p.own {
		m.Head.Menu = nil
		m.Head.Tabs = []views.Tab{{Label: words.MyProfile, URL: "/profile"}, {Label: "Tokens", URL: p.base, Current: true}}
	}
	if err := a.users.MayIssueToken(t.actor, p.user); err != nil {
		m.Why = err.Error()
	} else {
		m.New = p.base + "/new"
	}
	m.Head.Acts, m.Head.Menu = tokenActs(m.New), nil
	m.Notice = t.tokenNotice(p, list, users.TokenID(c.QueryParam("issued")))
	rotations, others, err := a.rotations(c, list)
	if err != nil {
		return err
	}
	for i, r := range rotations {
		m.Rotations = append(m.Rotations, t.tokenRotation(p, r, "uses-"+strconv.Itoa(i)))
	}
	for _, token := range others {
		m.Tokens = append(m.Tokens, t.tokenLine(p, token, successorIn(list, token)))
	}
	m.Counts = words.TokenCounts(others, t.now)
	return render(c, http.StatusOK, views.UserTokensPage(m))
}

// tokensHead is the head of a list of tokens. Below My profile there are no tabs.
func (a *App) tokensHead(c echo.Context, p tokenPlace) (views.UserHead, error) {
	if p.own {
		return views.UserHead{Person: a.presenter(c).user(p.user), Badges: []views.Badge{{Tone: "info", Word: "You"}, {Word: words.Role(p.user.Role)}}}, nil
	}
	return a.userHead(c, p.user, "Tokens")
}

// successorIn returns the successor of a token in a list, the zero Token if there is none.
func successorIn(list []users.Token, token users.Token) users.Token {
	i := slices.IndexFunc(list, func(other users.Token) bool { return other.ID == token.ReplacedBy })
	if token.ReplacedBy == "" || i < 0 {
		return users.Token{}
	}
	return list[i]
}

// rotations returns the rotations under way among the tokens of a user, and the tokens that
// take no part in one.
func (a *App) rotations(c echo.Context, list []users.Token) (under []users.RotationState, others []users.Token, err error) {
	part := map[users.TokenID]bool{}
	for _, token := range list {
		if !a.rotating(token, successorIn(list, token)) {
			continue
		}
		state, err := a.users.RotationOf(c.Request().Context(), actor(c), token.ID)
		if err != nil {
			return nil, nil, err
		}
		if token.Ended(a.now()).IsZero() || !state.Verdict.AllSettled() {
			under, part[token.ID], part[token.ReplacedBy] = append(under, state), true, true
		}
	}
	others = slices.DeleteFunc(slices.Clone(list), func(token users.Token) bool { return part[token.ID] })
	return under, others, nil
}

// rotating reports whether a token is being replaced: it has not been disabled or revoked, and
// its successor has not ended. The overlap may be over: then programs may still send it.
func (a *App) rotating(token, successor users.Token) bool {
	now := a.now()
	return successor.ID != "" && successor.Ended(now).IsZero() && token.RevokedAt.IsZero() && token.DisabledAt.IsZero()
}

// tokenActs are the acts in the head of a list of tokens.
func tokenActs(newToken string) []views.HeadLink {
	acts := []views.HeadLink{{Link: views.Link{Label: "API", URL: "/api"}, Icon: "book-open"}}
	if newToken != "" {
		acts = append(acts, views.HeadLink{Link: views.Link{Label: words.NewToken, URL: newToken}, Icon: "plus", Primary: true})
	}
	return acts
}

// emptyTokens says what a token is for. The subject is "You" or a name.
func emptyTokens(subject string, kind users.Kind) string {
	if subject == "You" {
		return "With a token, a program or the command line acts as you, without a browser."
	}
	if kind == users.KindPerson {
		return "People issue their own tokens, on My profile."
	}
	return "A program sends a token with each request, and acts as " + subject + "."
}

// tokenNotice is for a form that was sent again and had issued the token issued; nil if the
// viewer did not issue it, or it has ended. Of a rotation, the old token is rotated again.
func (t presenter) tokenNotice(p tokenPlace, list []users.Token, issued users.TokenID) *views.TokenNotice {
	for _, token := range list {
		if token.ID != issued || token.IssuedBy.Key != t.actor.Key || !token.Ended(t.now).IsZero() {
			continue
		}
		again := token.ID
		for _, old := range list {
			if old.ReplacedBy == token.ID && old.Ended(t.now).IsZero() && token.LastUsed.At.IsZero() {
				again = old.ID
			}
		}
		return &views.TokenNotice{Name: words.Plain(token.Name), Rotate: p.path(again, "rotate")}
	}
	return nil
}

// showToken serves GET /users/:id/tokens/:token.
func (a *App) showToken(c echo.Context) error {
	p, token, err := a.tokenAt(c, users.ActSeeTokens)
	if err != nil {
		return err
	}
	ctx, t := c.Request().Context(), a.presenter(c)
	list, err := a.users.Tokens(ctx, t.actor, p.user.ID)
	if err != nil {
		return err
	}
	uses, err := a.users.TokenUses(ctx, t.actor, token.ID)
	if err != nil {
		return err
	}
	m := t.tokenPage(p, list, uses)
	m.Chrome = a.tokenChrome(c, p, nil, m.Line.Name)
	if old := oldOf(list, token); a.rotating(old, successorIn(list, old)) {
		state, err := a.users.RotationOf(ctx, t.actor, old.ID)
		if err != nil {
			return err
		}
		rotation := t.tokenRotation(p, state, "rotation-uses")
		rotation.Name = "Rotation"
		m.Rotation = &rotation
	}
	return render(c, http.StatusOK, views.TokenPage(m))
}

// oldOf returns the old token of the rotation that a token takes part in: itself, or the one
// that it replaces.
func oldOf(list []users.Token, token users.Token) users.Token {
	for _, old := range list {
		if token.ReplacedBy == "" && old.ReplacedBy == token.ID {
			return old
		}
	}
	return token
}

// tokenPage is the page about a token, without its chrome and without its rotation.
func (t presenter) tokenPage(p tokenPlace, list []users.Token, uses users.TokenUses) views.Token {
	token := uses.Token
	successor := successorIn(list, token)
	m := views.Token{
		Line: t.tokenLine(p, token, successor), User: t.user(p.user), Description: words.Plain(token.Description), ID: string(token.ID),
		Rotate: t.rotate(p, token, successor), End: t.end(p, token), Enable: t.enable(p, token),
		Uses: usesChart(uses.Days[:]), Clients: t.tokenClients(uses.Clients), Refused: t.refusedUses(uses.Clients),
		History: userPath(p.user.ID, "activity"),
	}
	if p.own {
		m.History = "/profile"
	}
	if successor.ID != "" {
		m.ReplacedBy = views.Link{Label: words.TokenHint(successor), URL: p.path(successor.ID)}
	}
	for _, old := range list {
		if old.ID == token.Replaces {
			m.Replaces = views.Link{Label: words.TokenHint(old), URL: p.path(old.ID)}
		}
	}
	m.Why, m.WhyTone = t.tokenWhy(token)
	return m
}
