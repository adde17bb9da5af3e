package web

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// Limits of the line that says what was changed.
const (
	savedChanges = 4  // that are listed
	savedValue   = 80 // characters of a value
)

// inSavedLine are the actions whose changes the line lists. Of the others the text says all.
var inSavedLine = map[users.Action]bool{
	users.ActionEdited: true, users.ActionRoleChanged: true, users.ActionDeactivated: true, users.ActionReactivated: true,
	users.ActionReviewed: true, users.ActionViewEdited: true,
}

// saved returns the line that says what the viewer has just done, nil if there is nothing to say. A
// page of an act reads the events of the act; if that fails, the line is without them.
func (a *App) saved(c echo.Context) *views.Saved {
	text, events := a.sayOnce(c)
	if text == "" {
		return nil
	}
	return a.savedLine(c, text, events)
}

// savedLine returns the line with a text and what events have changed.
func (a *App) savedLine(c echo.Context, text string, events eventRange) *views.Saved {
	m := &views.Saved{Text: text, Dismiss: a.pagePath(c)}
	if events.first == 0 {
		return m
	}
	all, err := a.history.Own(c.Request().Context(), actor(c), events.first, events.last)
	if err != nil {
		a.log.WarnContext(c.Request().Context(), "read events of the last form", "request", requestOf(c.Request()).id, "error", err)
		return m
	}
	t := a.presenter(c)
	if len(all) > 0 && all[0].Action == users.ActionBatchStarted {
		at := batchPath(users.BatchID(all[0].Group))
		m.More, m.MoreURL = words.BatchShow, at
		m.Undo = &views.UndoButton{Action: at + "/undo", ReturnTo: m.Dismiss}
		return m
	}
	for i, e := range all {
		if inSavedLine[e.Action] || i == 0 && e.Action == users.ActionHandedOver {
			m.Changes = append(m.Changes, t.savedChanges(e, all[0])...)
		}
		if e.Action == users.ActionDeleted {
			m.More, m.MoreURL = a.restoreMore(c, e)
		}
		if e.Action == users.ActionCreated && e.Target.Kind == users.KindPerson && t.actor.May(users.ActDelete, users.User{Kind: users.KindPerson}) == nil {
			m.Undo = &views.UndoButton{Action: userPath(e.Target.ID, "delete"), Label: words.WithdrawSaved, Confirm: string(e.Target.ID), ReturnTo: m.Dismiss}
		} else if m.Undo == nil && e.Reversible() {
			m.Undo = &views.UndoButton{Action: undoPath(e.Seq), ReturnTo: m.Dismiss, Version: undoVersion(e)}
		}
	}
	if more := len(m.Changes) - savedChanges; more > 0 {
		m.Changes, m.More = m.Changes[:savedChanges], words.MoreChanges(more)
		m.MoreURL = eventPath(all[0].Seq)
	}
	return m
}

// restoreMore returns the link of the line after a deletion to the page that restores the user; none
// if they can't be restored.
func (a *App) restoreMore(c echo.Context, e users.Event) (label, at string) {
	at, err := a.restoreLink(c, e)
	if err != nil {
		a.log.WarnContext(c.Request().Context(), "read the deleted user of the last form", "request", requestOf(c.Request()).id, "error", err)
	}
	if err != nil || at == "" {
		return "", ""
	}
	return words.Undo + "…", at
}

// savedChanges returns the changes of an event for the line. Those of another user than the first
// event is about name the user.
func (t presenter) savedChanges(e, first users.Event) []views.Change {
	var all []views.Change
	for _, c := range t.changes(e) {
		if c.Fact {
			continue
		}
		if e.Target.Key != first.Target.Key {
			c.Field += " of " + words.Plain(e.Target.Label())
		}
		c.Old, c.New = words.Shorten(c.Old, savedValue), words.Shorten(c.New, savedValue)
		all = append(all, c)
	}
	return all
}

// undoVersion returns the version of the record after an event, as a form has it; "" for none.
func undoVersion(e users.Event) string {
	if e.Version() == 0 {
		return ""
	}
	return strconv.FormatInt(e.Version(), 10)
}

// undoPath returns the path of the page that undoes an event.
func undoPath(seq int64) string { return eventPath(seq) + "/undo" }

// revealed returns a value of an event as it is shown, with invisible characters by their codes.
func (t presenter) revealed(e users.Event, field, value string) string {
	return spelling.Reveal(t.eventValue(e, field, value))
}
