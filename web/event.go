package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// eventIcons are the icons of the actions.
var eventIcons = map[users.Action]string{
	users.ActionCreated:       "user-plus",
	users.ActionEdited:        "pencil",
	users.ActionRoleChanged:   "shield",
	users.ActionDeactivated:   "user-x",
	users.ActionReactivated:   "user-check",
	users.ActionDeleted:       "trash-2",
	users.ActionRestored:      "user-check",
	users.ActionPurged:        "trash-2",
	users.ActionLeavePlanned:  "clock",
	users.ActionLeaveDropped:  "ban",
	users.ActionErased:        "trash-2",
	users.ActionReviewed:      "shield-check",
	users.ActionHandedOver:    "users",
	users.ActionStarted:       "log-in",
	users.ActionRefused:       "ban",
	users.ActionEnded:         "log-out",
	users.ActionTokenIssued:   "key-round",
	users.ActionTokenEnabled:  "key-round",
	users.ActionTokenDisabled: "ban",
	users.ActionTokenRevoked:  "ban",
	users.ActionTokenRotated:  "key-round",
	users.ActionTokenExtended: "key-round",
	users.ActionClientStruck:  "key-round",
	users.ActionLoginApproved: "key-round",
	users.ActionLoginRefused:  "ban",
	users.ActionBound:         "link",
	users.ActionReset:         "unlink",
	users.ActionMoved:         "link",
	users.ActionViewSaved:     "bookmark",
	users.ActionViewEdited:    "bookmark",
	users.ActionViewDeleted:   "bookmark",
	users.ActionBatchStarted:  "users",
	users.ActionBatchEnded:    "users",
	users.ActionExported:      "download",
	users.ActionExportEnded:   "download",
	users.ActionAccessRefused: "shield-alert",
}

// saidInSentence are the actions whose sentence says all that a list has to show. The changes,
// such as a session's id, are on the event's own page.
var saidInSentence = map[users.Action]bool{
	users.ActionStarted: true, users.ActionEnded: true, users.ActionRefused: true, users.ActionAccessRefused: true,
	users.ActionReviewed: true, users.ActionHandedOver: true, users.ActionExportEnded: true,
}

// factActions are the actions whose changes are facts, without an old value.
var factActions = []users.Action{users.ActionExported, users.ActionExportEnded, users.ActionBatchStarted, users.ActionBatchEnded}

// events shows a list of events.
func (t presenter) events(list []users.Event) []views.Event {
	all := make([]views.Event, len(list))
	for i, e := range list {
		all[i] = t.event(e)
		if saidInSentence[e.Action] {
			all[i].Changes = nil
		}
	}
	return all
}

// event shows one event as a sentence: who did what to whom.
func (t presenter) event(e users.Event) views.Event {
	shown := views.Event{
		Seq: strconv.FormatInt(e.Seq, 10), URL: t.eventURL(e), Icon: cmp.Or(eventIcons[e.Action], "history"),
		Actor: t.actorOf(e.Actor, e.ActorKind()), Reason: words.Plain(e.Reason), Changes: t.changes(e),
		When: t.time(e.At), Via: words.Via(e.Via), Address: words.Plain(e.Address), UserAgent: words.Plain(e.UserAgent),
		RequestID: e.RequestID, ChangeErased: e.ChangeErased, ActorErased: e.ActorErased,
		Token: string(e.Token), Tool: words.Plain(e.Tool),
	}
	// A target with an ID alone is an address whose sign-in was refused.
	self := e.Target.Key == "" && e.Target.ID == "" || e.Target.Key == e.Actor.Key
	shown.Sentence, shown.Tail = words.Sentence(e, self)
	if !self {
		shown.Target = t.eventTarget(e)
	}
	return shown
}

// eventURL is the address of an event, for those who may see the audit log.
func (t presenter) eventURL(e users.Event) string {
	if !seesAudit(t.actor) {
		return ""
	}
	return eventPath(e.Seq)
}

// eventPath returns the path of the page about one event.
func eventPath(seq int64) string { return "/audit/" + strconv.FormatInt(seq, 10) }

// actorOf shows an actor: the user, or else the kind of actor.
func (t presenter) actorOf(user users.Ref, kind users.ActorKind) views.Person {
	if user.Key != "" {
		return t.person(user)
	}
	return unlinked(words.Actor(kind))
}

// unlinked stands where there is no user to link to.
func unlinked(label string) views.Person { return views.Person{Label: label} }

// eventTarget shows the target of an event. A user who was deleted by it, or never existed, has
// no page to link to.
func (t presenter) eventTarget(e users.Event) views.Person {
	p := t.person(e.Target)
	if e.Action == users.ActionDeleted || e.Action == users.ActionPurged || e.Action == users.ActionErased || e.Target.Key == "" {
		p.URL = ""
	}
	return p
}

// changes shows the changes of an event, field by field. A user who was added has no old values,
// one who was deleted no new ones. A change that only says what the event is about is a fact.
func (t presenter) changes(e users.Event) []views.Change {
	facts := slices.Contains(factActions, e.Action)
	changes := make([]views.Change, 0, len(e.Changes))
	for _, c := range e.Changes {
		switch e.Action {
		case users.ActionCreated, users.ActionRestored:
			if c.Field != "user_id" {
				c.Old = ""
			}
		case users.ActionDeleted:
			c.New = ""
		}
		changes = append(changes, views.Change{
			Field: words.Plain(words.Field(c.Field)), Fact: facts || c.Field == "token" || c.Old == c.New,
			Old: revealed(t.eventValue(e, c.Field, c.Old)),
			New: revealed(t.eventValue(e, c.Field, c.New)),
		})
	}
	return changes
}

// revealed returns text with its invisible characters shown, and its lines as they are.
func revealed(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = spelling.Reveal(line)
	}
	return strings.Join(lines, "\n")
}

// eventValue returns the value of a field of an event as it is shown.
func (t presenter) eventValue(e users.Event, field, value string) string {
	if field == "session" && e.Action == users.ActionEnded && !strings.HasPrefix(value, "ses_") {
		return words.Capital(words.SessionEnd(users.SessionEnd(value)))
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil && (field == "expiry" || field == "overlap" || field == "due") {
		return t.endOf(at)
	}
	return words.Value(field, words.Mentioned(e, field, value))
}

// endOf says when a token ends, which may be never.
func (t presenter) endOf(at time.Time) string {
	if at.Equal(users.EndOfTime) {
		return "Never"
	}
	return t.time(at).Exact
}
