package web

import (
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// userChrome is the chrome of a page about u. Its title is what the page is
// about, empty for the user's first page.
func (a *App) userChrome(c echo.Context, u users.User, title string) views.Chrome {
	label := words.Plain(u.Label())
	nav := "users"
	if u.Kind == users.KindService {
		nav = "service"
	}
	full := label
	if title != "" {
		full = title + " · " + bidi.Isolate(label)
	}
	chrome := a.chrome(c, full, nav)
	if seesDirectory(actor(c)) {
		chrome.Crumbs = append(chrome.Crumbs, a.listLink(c, u))
	} else {
		chrome.Crumbs = append(chrome.Crumbs, views.Link{Label: words.MyProfile, URL: "/profile"})
	}
	if title == "" {
		chrome.Crumbs = append(chrome.Crumbs, views.Link{Label: label})
	} else {
		chrome.Crumbs = append(chrome.Crumbs, views.Link{Label: label, URL: userPath(u.ID)}, views.Link{Label: title})
	}
	return chrome
}

// userHead is the head of the pages about u: who it is, what the viewer may do,
// and the tabs, of which one is the current.
func (a *App) userHead(c echo.Context, u users.User, current string) (views.UserHead, error) {
	t := a.presenter(c)
	tokens, err := a.users.CountTokens(c.Request().Context(), t.actor, u)
	h := views.UserHead{
		Person: t.user(u),
		Badges: append(kindBadges(t.actor, u), statusBadge(u.Status), views.Badge{Word: words.Role(u.Role)}),
		Menu:   t.userMenu(u),
		Tabs:   t.userTabs(u, tokens, current),
	}
	h.Edit, h.EditWhy = allowed(t.actor, users.ActEdit, u, userPath(u.ID, "edit"))
	return h, err
}

// userTabs are the pages about u. Service users have no sessions, and few people have tokens.
func (t presenter) userTabs(u users.User, tokens int, current string) []views.Tab {
	tabs := []views.Tab{{Label: "Overview", URL: userPath(u.ID)}}
	if t.actor.May(users.ActSeeTokens, u) == nil && (u.Kind != users.KindPerson || tokens > 0 || current == "Tokens") {
		tabs = append(tabs, views.Tab{Label: "Tokens", URL: userPath(u.ID, "tokens"), Count: numbers.Grouped(tokens)})
	}
	tabs = append(tabs, views.Tab{Label: "Activity", URL: userPath(u.ID, "activity")})
	if u.Kind == users.KindPerson {
		tabs = append(tabs, views.Tab{Label: "Sessions", URL: userPath(u.ID, "sessions")})
	}
	if seesAudit(t.actor) {
		tabs = append(tabs, views.Tab{Label: words.AsItWas, URL: userPath(u.ID, "as-of")})
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Label == current
	}
	return tabs
}
