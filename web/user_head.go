package web

import (
	"slices"

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
	tokens, err := a.users.CountTokens(c.Request().Context(), actor(c), u)
	return a.headWith(c, u, tokens, current), err
}

// headWith is the head of the pages about u, who has so many tokens.
func (a *App) headWith(c echo.Context, u users.User, tokens int, current string) views.UserHead {
	t := a.presenter(c)
	h := views.UserHead{
		Person: t.user(u),
		Badges: append(kindBadges(t.actor, u), statusBadge(u.Status), views.Badge{Word: words.Role(u.Role)}),
		Tabs:   t.userTabs(u, tokens, current),
	}
	edit, why := allowed(t.actor, users.ActEdit, u, userPath(u.ID, "edit"))
	if h.EditWhy = why; why == "" {
		main := a.mainAct(c, u)
		if h.Acts = []views.HeadLink{main}; main.URL != edit {
			h.Menu = []views.MenuLink{{Link: views.Link{Label: words.ActLabel(users.ActEdit), URL: edit}, Icon: "pencil"}}
		}
	}
	h.Menu = append(h.Menu, slices.DeleteFunc(t.userMenu(u), func(l views.MenuLink) bool { return len(h.Acts) > 0 && l.URL == h.Acts[0].URL })...)
	return h
}

// mainAct is what an admin is most likely to do with u: reactivate a deactivated user, copy the
// invitation of an invited one, else edit.
func (a *App) mainAct(c echo.Context, u users.User) views.HeadLink {
	act := views.HeadLink{Link: views.Link{Label: words.ActLabel(users.ActEdit), URL: userPath(u.ID, "edit")}, Icon: "pencil", Primary: true}
	switch {
	case u.Status == users.StatusInvited:
		act.Link, act.Icon = views.Link{Label: words.CopyInvitation, URL: userPath(u.ID) + "?added=1"}, "copy"
		act.Copy = a.invitation(c, u)
	case u.Status == users.StatusDeactivated && actor(c).May(users.ActReactivate, u) == nil:
		act.Link, act.Icon = views.Link{Label: words.ActLabel(users.ActReactivate), URL: userPath(u.ID, "reactivate")}, "user-check"
	}
	return act
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
