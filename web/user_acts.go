package web

import (
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// A userAct is an act on a user that begins on a page of its own, the user's page with a tail.
type userAct struct {
	act    users.Act
	tail   string
	icon   string
	suits  func(users.User) bool // whether it makes sense for a user; nil: for all
	menu   bool                  // it is in the menu of the user's page
	quick  bool                  // the palette offers it for a user who was found, without its name typed
	rename bool                  // it is called [words.Rename], and takes the new name: "rename ana to Ana Lima"
	danger bool
}

// label returns the name of the act, as on its button.
func (act userAct) label() string {
	if act.rename {
		return words.Rename
	}
	return words.ActLabel(act.act)
}

// userActs are the acts on a user, in the order of the menu.
var userActs = []userAct{
	{act: users.ActEdit, tail: "edit", icon: "pencil", quick: true},
	{act: users.ActChangeRole, tail: "role", icon: "shield", menu: true},
	{act: users.ActEndSessions, tail: "sessions", icon: "log-out", suits: isPerson, menu: true, quick: true},
	{act: users.ActResetSignIn, tail: "reset-sign-in", icon: "key-round", suits: func(u users.User) bool { return isPerson(u) && u.Identified() }, menu: true},
	{act: users.ActIssueToken, tail: "tokens/new", icon: "key-round", suits: func(u users.User) bool { return u.Kind == users.KindService }, quick: true},
	{act: users.ActReactivate, tail: "reactivate", icon: "user-check", suits: isDeactivated, menu: true, quick: true},
	{act: users.ActDeactivate, tail: "deactivate", icon: "user-x", suits: func(u users.User) bool { return !isDeactivated(u) }, menu: true, quick: true, danger: true},
	{act: users.ActDelete, tail: "delete", icon: "trash-2", menu: true, danger: true},
	{act: users.ActSee, tail: "activity", icon: "scroll-text"},
	{act: users.ActEdit, tail: "edit", icon: "pencil", rename: true},
}

func isPerson(u users.User) bool { return u.Kind == users.KindPerson }

func isDeactivated(u users.User) bool { return u.Status == users.StatusDeactivated }

// offered reports whether the act makes sense for u and the actor may do it.
func (act userAct) offered(actor users.Actor, u users.User) bool {
	return (act.suits == nil || act.suits(u)) && actor.May(act.act, u) == nil
}

// actLabel is the name of an act on u: to delete a person who has never signed in is to withdraw the
// invitation.
func actLabel(act users.Act, u users.User) string {
	if act == users.ActDelete && u.Unused() {
		return words.WithdrawInvitation
	}
	return words.ActLabel(act)
}

// userMenu leads to what the viewer may do to u beside editing.
func (t presenter) userMenu(u users.User) []views.MenuLink {
	var menu []views.MenuLink
	apart := false
	for _, e := range userActs {
		if !e.menu || !e.offered(t.actor, u) {
			continue
		}
		link := views.MenuLink{Link: views.Link{Label: actLabel(e.act, u), URL: userPath(u.ID, e.tail)}, Icon: e.icon, Danger: e.danger}
		link.Divided = e.danger && !apart && len(menu) > 0
		apart = apart || e.danger
		menu = append(menu, link)
	}
	return menu
}
