package words

import (
	"cmp"
	"strings"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
)

// Sentence describes an event without the names of actor and target. The verb stands between the
// two names, or after the actor's alone if self: the actor is the target, or there is none. The
// detail stands at the end.
func Sentence(e users.Event, self bool) (verb, detail string) {
	text, known := textOf(e)
	if !known { // written by a newer version
		text = actionText{other: string(e.Action) + ":", self: string(e.Action)}
	}
	verb = text.other
	switch {
	case self && (e.ActorKind() == users.ActorService || e.ActorKind() == users.ActorSystem):
		verb = itsOwn.Replace(text.self)
	case self:
		verb = text.self
	case e.Action == users.ActionCreated && e.Target.Kind == users.KindService:
		verb = "created"
	}
	if list, _ := valueOf(e, "list"); e.Action == users.ActionExported && list == users.ExportedLog {
		return "exported the audit log", ""
	}
	if text.detail != nil {
		detail = text.detail(e)
	}
	return fill(verb, e), detail
}

// itsOwn changes a verb from a person to a program.
var itsOwn = strings.NewReplacer("their own", "its own", "their account", "its account", "themselves", "itself")

// fill puts into a verb what it leaves open: the fields that were changed, or the session that
// ended. The ends that need no other user replace the whole verb.
func fill(verb string, e users.Event) string {
	if !strings.Contains(verb, "%s") {
		return verb
	}
	what := changedFields(e)
	if e.Action == users.ActionEnded {
		switch endOfSession(e) {
		case users.EndedSignedOut:
			return "signed out"
		case users.EndedSignedInAgain:
			return "replaced a session by signing in again"
		case users.EndedByLimit:
			return "had a session ended automatically: session limit reached"
		}
		what = "a session"
	} else if !strings.Contains(verb, "own") {
		what = "the " + what
	}
	return strings.Replace(verb, "%s", what, 1)
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
		names = append(names, strings.ToLower(Field(c.Field)))
	}
	if notifications {
		names = append(names, "notifications")
	}
	if len(names) == 0 {
		return "record"
	}
	return And(names)
}

// valueOf returns the new value of a field of an event.
func valueOf(e users.Event, field string) (value string, ok bool) {
	for _, c := range e.Changes {
		if c.Field == field {
			return c.New, true
		}
	}
	return "", false
}

// endOfSession returns why a session ended.
func endOfSession(e users.Event) users.SessionEnd {
	why, _ := valueOf(e, "session")
	return users.SessionEnd(why)
}

// sessionEndCause says why a session ended where that was a consequence, as of another role. That
// someone ended it is said by the verb.
func sessionEndCause(e users.Event) string {
	switch why := endOfSession(e); why {
	case "", users.EndedSignedOut, users.EndedByActor, users.EndedSignedInAgain, users.EndedByLimit:
		return ""
	default:
		return "(" + Plain(SessionEnd(why)) + ")"
	}
}

// sessionEnds say why a session ended.
var sessionEnds = map[users.SessionEnd]string{
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

// SessionEnd says why a session ended. A reason that this version does not know is returned as
// it is stored.
func SessionEnd(why users.SessionEnd) string {
	if text, ok := sessionEnds[why]; ok {
		return text
	}
	return string(why)
}

// fromTo returns a detail with the old and the new value of a field.
func fromTo(field string) func(users.Event) string {
	return func(e users.Event) string {
		for _, c := range e.Changes {
			old, now := Plain(Mentioned(e, field, c.Old)), Plain(Mentioned(e, field, c.New))
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

// roleGiven returns the role that someone was added with, unless it is the lowest.
func roleGiven(e users.Event) string {
	if role, ok := valueOf(e, "role"); ok && role != string(users.RoleUser) {
		return "with the role " + Plain(role)
	}
	return ""
}

// viewName returns the name of a saved view.
func viewName(e users.Event) string {
	for _, c := range e.Changes {
		if c.Field == "name" {
			return called(cmp.Or(c.New, c.Old))
		}
	}
	return ""
}

// called returns a name that someone gave to a thing, in a sentence.
func called(name string) string { return "called “" + bidi.Isolate(Plain(name)) + "”" }

// nextReview returns the new review date of a service user, in a sentence.
func nextReview(e users.Event) string {
	if on, _ := valueOf(e, "review_on"); on != "" {
		return "with the review date " + Date(users.Date(on))
	}
	return ""
}

// Mentioned names the user in the value of a field that holds one, by the present name, with the
// user_id of that time where it has changed since. A deleted user has that user_id alone. A value
// of another field is returned as it is.
func Mentioned(e users.Event, field, value string) string {
	then, ok := users.Person(field, value)
	if !ok {
		return value
	}
	now, there := e.People[then.Key]
	switch {
	case !there && then.Key != "":
		return cmp.Or(string(then.ID), DeletedUser)
	case !there:
		return string(then.ID)
	case now.ID != then.ID && then.ID != "":
		return Plain(now.Label() + " (was " + string(then.ID) + ")")
	}
	return Plain(now.Label())
}
