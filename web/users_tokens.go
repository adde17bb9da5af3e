package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// tokenDetails are what the views of tokens show beside a token: why it is in the view.
var tokenDetails = map[directory.View]struct {
	label string
	cell  func(presenter, users.Token) views.DirectoryCell
}{
	directory.ViewTokensEnding: {"Ends", func(t presenter, token users.Token) views.DirectoryCell {
		return views.DirectoryCell{Text: t.inDays(token.EndsAt).Relative}
	}},
	directory.ViewTokensUnused:    {"Last used", presenter.lastUsedCell},
	directory.ViewTokensKnownLeft: {"Known to", presenter.knownToCell},
}

// viewLayout returns the layout with the columns of a view for which more must be read: those of
// the views of tokens show the tokens first, then who is responsible, that of the deactivated
// when and by whom.
func (a *App) viewLayout(c echo.Context, view directory.View, list []users.User, shown layout) (layout, error) {
	detail, ofTokens := tokenDetails[view]
	switch {
	case view == directory.ViewDeactivated:
		return a.deactivatedLayout(c, list, shown)
	case !ofTokens:
		return shown, nil
	}
	tokens, err := a.directory.TokensInView(c.Request().Context(), actor(c), view, list)
	if err != nil {
		return shown, err
	}
	columns := []directoryColumn{
		{key: "token", label: "Token", width: "c-l", cell: func(_ presenter, u users.User) views.DirectoryCell { return tokenCell(u, tokens[u.Key]) }},
		{key: "token_detail", label: detail.label, width: "c-m", cell: func(t presenter, u users.User) views.DirectoryCell {
			if len(tokens[u.Key]) == 0 {
				return views.DirectoryCell{}
			}
			return detail.cell(t, tokens[u.Key][0])
		}},
	}
	return layout{columns: append(columns, columnsOf("role", "responsible")...), size: shown.size, own: true}, nil
}

// deactivatedLayout adds to the columns of the view of deactivated users when they were, and by
// whom.
func (a *App) deactivatedLayout(c echo.Context, list []users.User, shown layout) (layout, error) {
	events, err := a.history.Deactivations(c.Request().Context(), actor(c), list)
	columns := []directoryColumn{
		{key: "deactivated", label: "Deactivated", width: "c-m", cell: func(t presenter, u users.User) views.DirectoryCell {
			if events[u.Key].Seq == 0 {
				return views.DirectoryCell{}
			}
			return t.timeCell(events[u.Key].At)
		}},
		{key: "by", label: "By", width: "c-l", cell: func(t presenter, u users.User) views.DirectoryCell {
			if events[u.Key].Seq == 0 {
				return views.DirectoryCell{}
			}
			by := t.event(events[u.Key]).Actor
			return views.DirectoryCell{Text: by.Label, Link: views.Link{Label: by.Label, URL: by.URL}}
		}},
	}
	shown.columns = slices.Insert(slices.Clone(shown.columns), 1, columns...)
	return shown, err
}

// tokenCell names the first of a user's tokens, and says how many others there are.
func tokenCell(u users.User, tokens []users.Token) views.DirectoryCell {
	if len(tokens) == 0 { // it has ended since the list was read
		return views.DirectoryCell{}
	}
	link := views.Link{Label: words.Plain(tokens[0].Name) + " " + words.TokenHint(tokens[0]), URL: userPath(u.ID, "tokens", string(tokens[0].ID))}
	if n := len(tokens) - 1; n > 0 {
		link.Label += " and " + numbers.Counted(n, "other", "others")
		link.URL = userPath(u.ID, "tokens")
	}
	return views.DirectoryCell{Link: link}
}

// lastUsedCell says when a token was last used, or that it never was.
func (t presenter) lastUsedCell(token users.Token) views.DirectoryCell {
	if token.LastUsed.At.IsZero() {
		return views.DirectoryCell{Text: "Never, issued " + t.time(token.IssuedAt).Relative}
	}
	return t.timeCell(token.LastUsed.At)
}

// knownToCell says which person who left has seen the secret of a token.
func (t presenter) knownToCell(token users.Token) views.DirectoryCell {
	if token.ShownTo.ID == "" {
		return views.DirectoryCell{Text: "A deleted user"}
	}
	link := views.Link{Label: words.Plain(token.ShownTo.Label()), URL: t.userURL(token.ShownTo)}
	return views.DirectoryCell{Link: link, Text: link.Label}
}
