package web

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// events tells a list of events.
func (t teller) events(list []users.Event) []views.Event {
	all := make([]views.Event, len(list))
	for i, e := range list {
		all[i] = t.event(e)
		if told[e.Action] {
			all[i].Changes = nil
		}
	}
	return all
}

// event tells one event as a sentence: who did what to whom.
func (t teller) event(e users.Event) views.Event {
	d, known := deeds[e.Action]
	if !known { // written by a newer version
		d = deed{icon: "history", other: string(e.Action) + ":", self: string(e.Action)}
	}
	shown := views.Event{
		Seq: strconv.FormatInt(e.Seq, 10), URL: t.eventURL(e), Icon: d.icon,
		Actor: t.eventActor(e), Sentence: fill(d.self, e), Reason: plainText(e.Reason), Changes: t.changes(e),
		When: t.time(e.At), Via: viaWords[e.Via], Address: plainText(e.Address), UserAgent: plainText(e.UserAgent),
		RequestID: e.RequestID, ChangeErased: e.ChangeErased, ActorErased: e.ActorErased,
		Token: string(e.Token), Tool: plainText(e.Tool),
	}
	// A target without a key was never there, such as who was refused a sign-in.
	if (e.Target.Key != "" || e.Target.ID != "") && e.Target.Key != e.Actor.Key {
		shown.Sentence, shown.Target = fill(d.other, e), t.eventTarget(e)
	}
	if d.tail != nil {
		shown.Tail = d.tail(e)
	}
	return shown
}

// eventURL is the address of an event, for those who may see the audit log.
func (t teller) eventURL(e users.Event) string {
	if !seesAudit(t.actor) {
		return ""
	}
	return eventPath(e.Seq)
}

// eventPath returns the path of the page about one event.
func eventPath(seq int64) string { return "/audit/" + strconv.FormatInt(seq, 10) }

// eventActor shows the actor of an event: a user, or the kind of actor that it was.
func (t teller) eventActor(e users.Event) views.Person { return t.actorOf(e.Actor, e.ActorKind()) }

// actorOf shows an actor: the user that it is, or else its kind.
func (t teller) actorOf(user users.Ref, kind users.ActorKind) views.Person {
	if user.Key != "" {
		return t.person(user)
	}
	return nobody(cmp.Or(actorWords[kind], "Someone"))
}

// nobody stands where an event has no user to name.
func nobody(label string) views.Person {
	return views.Person{Label: label}
}

// eventTarget shows whom it was done to. Those who were deleted by it, or never
// were there, have no page to lead to.
func (t teller) eventTarget(e users.Event) views.Person {
	p := t.person(e.Target)
	if e.Action == users.ActionDeleted || e.Action == users.ActionErased || e.Target.Key == "" {
		p.URL = ""
	}
	return p
}

// fill puts into a sentence what it leaves open: the fields that were changed, or
// which session ended. Who ended their own by signing out is told so in place of
// the whole sentence.
func fill(sentence string, e users.Event) string {
	if !strings.Contains(sentence, "%s") {
		return sentence
	}
	what := changedFields(e)
	if e.Action == users.ActionEnded {
		if endedBecause(e) == users.EndedSignedOut {
			return "signed out"
		}
		what = "a session"
	} else if !strings.Contains(sentence, "own") {
		what = "the " + what
	}
	return strings.Replace(sentence, "%s", what, 1)
}

// changedFields names what an edit changed: "name and picture".
func changedFields(e users.Event) string {
	var names []string
	notifications := false
	for _, c := range e.Changes {
		if strings.HasPrefix(c.Field, "channel.") || strings.HasPrefix(c.Field, "type.") {
			notifications = true
			continue
		}
		names = append(names, strings.ToLower(fieldWord(c.Field)))
	}
	if notifications {
		names = append(names, "notifications")
	}
	if len(names) == 0 {
		return "record"
	}
	return enumerate(names, "and")
}

// endedBecause returns why a session ended.
func endedBecause(e users.Event) users.SessionEnd {
	for _, c := range e.Changes {
		if c.Field == "session" {
			return users.SessionEnd(c.New)
		}
	}
	return ""
}

// endedTail says why a session ended, where that was a consequence, as of another
// role. That someone ended it is what the rest of the sentence says.
func endedTail(e users.Event) string {
	switch why := endedBecause(e); why {
	case "", users.EndedSignedOut, users.EndedByActor:
		return ""
	default:
		return "(" + plainText(endWord(why)) + ")"
	}
}

// endWords say why a session ended.
var endWords = map[users.SessionEnd]string{
	users.EndedSignedOut:       "signed out",
	users.EndedSignedInAgain:   "signed in again",
	users.EndedByActor:         "ended",
	users.EndedByLimit:         "session limit reached",
	users.EndedDeactivated:     "deactivated",
	users.EndedDeleted:         "deleted",
	users.EndedRoleChanged:     "role changed",
	users.EndedReset:           "sign-in reset",
	users.EndedAtProvider:      "signed out at the provider",
	users.EndedNotAtProvider:   "no longer signed in at the provider",
	users.EndedOtherAtProvider: "signed in at the provider with another account",
}

// endWord says why a session ended; a reason that this version does not know by its stored
// value.
func endWord(why users.SessionEnd) string {
	if word, ok := endWords[why]; ok {
		return word
	}
	return string(why)
}

// fromTo returns what tells the old and the new value of a field.
func fromTo(field string) func(users.Event) string {
	return func(e users.Event) string {
		for _, c := range e.Changes {
			old, now := plainText(personWord(e, field, c.Old)), plainText(personWord(e, field, c.New))
			if c.Field == field && old != "" {
				return "from " + bidi.Isolate(old) + " to " + bidi.Isolate(now)
			}
			if c.Field == field {
				return "to " + now
			}
		}
		return ""
	}
}

// createdTail tells with which role someone was added, where it is not the usual.
func createdTail(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "role" && c.New != string(users.RoleUser) {
			return "with the role " + plainText(c.New)
		}
	}
	return ""
}

// viewName tells the name of a saved view.
func viewName(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "name" {
			return "called “" + bidi.Isolate(plainText(c.Old+c.New)) + "”"
		}
	}
	return ""
}

// nextReview tells when a service user is to be reviewed next.
func nextReview(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "review_on" && c.New != "" {
			return "with the next review on " + dateWord(users.Date(c.New))
		}
	}
	return ""
}

// changes tells the changes of an event, field by field. Of who was added there is nothing old
// to tell, of who was deleted nothing new. What only says what the event is about is a fact.
func (t teller) changes(e users.Event) []views.Change {
	exported := e.Action == users.ActionExported || e.Action == users.ActionExportEnded
	changes := make([]views.Change, 0, len(e.Changes))
	for _, c := range e.Changes {
		switch e.Action {
		case users.ActionCreated:
			c.Old = ""
		case users.ActionDeleted:
			c.New = ""
		}
		changes = append(changes, views.Change{
			Field: plainText(fieldWord(c.Field)), Fact: exported || c.Field == "token" || c.Old == c.New,
			Old: spelling.Reveal(t.eventValue(e, c.Field, c.Old)),
			New: spelling.Reveal(t.eventValue(e, c.Field, c.New)),
		})
	}
	return changes
}

// eventValue words the value of a field of an event.
func (t teller) eventValue(e users.Event, field, value string) string {
	if field == "session" && e.Action == users.ActionEnded && !strings.HasPrefix(value, "ses_") {
		return capital(endWord(users.SessionEnd(value)))
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil && (field == "expiry" || field == "overlap") {
		return t.endOf(at)
	}
	return valueWord(field, personWord(e, field, value))
}

// endOf tells when a token ends, which may be never.
func (t teller) endOf(at time.Time) string {
	if at.Equal(users.EndOfTime) {
		return "Never"
	}
	return t.time(at).Exact
}

// personWord names the user in the value of a field that holds one, as they are called now,
// with the user_id of that time where it is another now. Who has been deleted has that alone.
// A value of another field stays as it is.
func personWord(e users.Event, field, value string) string {
	then, ok := users.Person(field, value)
	if !ok {
		return value
	}
	now, there := e.People[then.Key]
	switch {
	case !there:
		return string(then.ID)
	case now.ID != then.ID && then.ID != "":
		return plainText(now.Label() + " (was " + string(then.ID) + ")")
	}
	return plainText(now.Label())
}
