package web

import (
	"time"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// Limits of a line of a log. What is beyond them is on the page of the event.
const (
	rowChanges = 2   // fields with their values
	rowValue   = 80  // characters of a value
	rowReason  = 200 // characters of a reason
	rowOthers  = 20  // events of the same request
)

// inRow are the actions whose changes a line shows. Of the others the sentence says all.
var inRow = map[users.Action]bool{
	users.ActionEdited: true, users.ActionRoleChanged: true, users.ActionReviewed: true, users.ActionHandedOver: true, users.ActionViewEdited: true,
}

// An eventGroup are the events of one line: those of one batch, or of one request at one moment.
type eventGroup struct {
	events []users.Event // newest first
	day    string
}

// oldest is the event that began the group.
func (g *eventGroup) oldest() users.Event { return g.events[len(g.events)-1] }

// eventDays shows a list of events, newest first, by days of the viewer. Where whole, the events of
// a batch and of a request have one line.
func (t presenter) eventDays(list []users.Event, whole bool) []views.EventDay {
	var days []views.EventDay
	last := ""
	for _, g := range t.eventGroups(list, whole) {
		if g.day != last {
			last = g.day
			days = append(days, views.EventDay{Heading: words.DayHeading(g.events[0].At.In(t.zone), t.now.In(t.zone))})
		}
		day := &days[len(days)-1]
		if whole {
			day.Rows = append(day.Rows, t.groupRow(g.events))
		} else {
			day.Rows = append(day.Rows, t.eventRow(g.events[0]))
		}
	}
	return days
}

// eventGroups divides events into those of one line each.
func (t presenter) eventGroups(list []users.Event, whole bool) []*eventGroup {
	var all []*eventGroup
	batches := map[string]*eventGroup{} // by day and ID
	for _, e := range list {
		day := e.At.In(t.zone).Format(time.DateOnly)
		if whole && e.Group != "" {
			if g := batches[day+e.Group]; g != nil {
				g.events = append(g.events, e)
				continue
			}
		} else if n := len(all); whole && n > 0 && sameRequest(all[n-1].oldest(), e) {
			all[n-1].events = append(all[n-1].events, e)
			continue
		}
		g := &eventGroup{[]users.Event{e}, day}
		all = append(all, g)
		if e.Group != "" {
			batches[day+e.Group] = g
		}
	}
	return all
}

// consequences are the actions that a request takes because of another one, or again and again.
var consequences = map[users.Action]bool{
	users.ActionEnded: true, users.ActionStarted: true, users.ActionHandedOver: true, users.ActionTokenRevoked: true, users.ActionTokenDisabled: true,
	users.ActionViewDeleted: true, users.ActionLeaveDropped: true,
}

// sameRequest reports whether e is a consequence of the event before it, in the same request.
func sameRequest(e, before users.Event) bool {
	return consequences[e.Action] && e.RequestID != "" && e.RequestID == before.RequestID && e.Actor.Key == before.Actor.Key &&
		e.Via == before.Via && e.At.Equal(before.At) && e.Group == before.Group
}

// groupRow shows events in one line: as what a batch did, or as the first event of a request.
func (t presenter) groupRow(list []users.Event) views.EventRow {
	lead := list[len(list)-1]
	var ended *users.Event
	for i, e := range list {
		switch e.Action {
		case users.ActionBatchStarted:
			lead = e
		case users.ActionBatchEnded:
			ended = &list[i]
		}
	}
	row := t.eventRow(lead)
	if lead.Group != "" {
		row.Badge = views.Link{Label: words.EventBatch, URL: t.groupURL(lead.Group)}
	}
	if lead.Action == users.ActionBatchStarted {
		row.Sentence, row.Of.Label, row.Tail = words.BatchSentence(lead, ended)
		row.Of.URL = t.groupURL(lead.Group)
		return row
	}
	if len(list) == 1 {
		return row
	}
	row.More = words.MoreEvents(len(list) - 1)
	for i := len(list) - 1; i >= 0 && len(row.Others) < rowOthers; i-- {
		if list[i].Seq != lead.Seq {
			row.Others = append(row.Others, t.eventLink(list[i]))
		}
	}
	return row
}

// groupURL is the address of the events of a batch, for those who may see the audit log.
func (t presenter) groupURL(group string) string {
	if !seesAudit(t.actor) {
		return ""
	}
	return listAddress{path: "/audit"}.with("group", group)
}

// eventLink leads to an event by its sentence.
func (t presenter) eventLink(e users.Event) views.Link {
	verb, detail := words.Sentence(e, e.Target.Key == "" || e.Target.Key == e.Actor.Key)
	label := words.Capital(verb)
	if e.Target.Key != e.Actor.Key && e.Target.Key != "" {
		label += " " + bidi.Isolate(t.person(e.Target).Label)
	}
	if detail != "" {
		label += " " + detail
	}
	return views.Link{Label: label, URL: t.eventURL(e)}
}

// eventRow shows one event in a line.
func (t presenter) eventRow(e users.Event) views.EventRow {
	row := views.EventRow{Event: t.event(e), Clock: e.At.In(t.zone).Format("15:04")}
	if !inRow[e.Action] {
		row.Changes = nil
	} else {
		row.Sentence, row.Tail = words.ShortSentence(e, row.Target.Label == "")
		if len(row.Changes) > rowChanges && row.URL != "" {
			row.Fields, row.Changes = words.FieldCount(len(row.Changes)), nil
		}
	}
	cut := false
	shorten := func(text *string, most int) {
		short := words.Shorten(*text, most)
		cut = cut || short != *text
		*text = short
	}
	for i := range row.Changes {
		shorten(&row.Changes[i].Old, rowValue)
		shorten(&row.Changes[i].New, rowValue)
	}
	shorten(&row.Reason, rowReason)
	if cut && row.URL != "" {
		row.Cut = words.EventCut
	}
	if e.Via == users.ViaSession || e.Actor.Key == "" {
		row.Via = "" // the usual way, or what the actor is called
	}
	if seesAudit(t.actor) && users.MayUndo(t.actor, e) {
		row.Undo = views.Link{Label: words.EventUndo, URL: undoPath(e.Seq)}
	}
	return row
}
