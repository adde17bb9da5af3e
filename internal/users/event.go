package users

import (
	"time"

	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/spelling"
)

// Action names what an event records, as noun.verbed. Its values are stored.
type Action string

// The actions.
const (
	ActionCreated       Action = "user.created"
	ActionEdited        Action = "user.edited"
	ActionRoleChanged   Action = "user.role_changed"
	ActionDeactivated   Action = "user.deactivated"
	ActionReactivated   Action = "user.reactivated"
	ActionDeleted       Action = "user.deleted"
	ActionRestored      Action = "user.restored" // after a deletion, which it undoes
	ActionPurged        Action = "user.purged"   // can't be restored any more
	ActionLeavePlanned  Action = "departure.planned"
	ActionLeaveDropped  Action = "departure.cancelled" // also because it was refused when it was due
	ActionErased        Action = "user.erased"         // the target is named by key alone
	ActionReviewed      Action = "user.reviewed"
	ActionHandedOver    Action = "user.handed_over" // a service user got another responsible person
	ActionStarted       Action = "session.started"
	ActionRefused       Action = "session.refused" // a sign-in of a known user
	ActionEnded         Action = "session.ended"
	ActionTokenIssued   Action = "token.issued"
	ActionTokenEnabled  Action = "token.enabled"
	ActionTokenDisabled Action = "token.disabled"
	ActionTokenRevoked  Action = "token.revoked"
	ActionTokenRotated  Action = "token.rotated"
	ActionTokenExtended Action = "token.extended" // the overlap after a rotation
	ActionClientStruck  Action = "token.client_struck_off"
	ActionLoginApproved Action = "login.approved" // of a program, which may fetch a token for the target
	ActionLoginRefused  Action = "login.refused"  // the target is who refused it
	ActionBound         Action = "identity.bound"
	ActionReset         Action = "identity.reset"
	ActionMoved         Action = "identity.moved" // to another issuer
	ActionViewSaved     Action = "view.saved"
	ActionViewEdited    Action = "view.edited"
	ActionViewDeleted   Action = "view.deleted"   // the target is the owner of the view, if another user deleted it
	ActionAccessRefused Action = "access.refused" // a request of a known user
	ActionBatchStarted  Action = "batch.started"  // an act on many users; its events are a group
	ActionBatchEnded    Action = "batch.ended"
	ActionExported      Action = "directory.exported"
	ActionExportEnded   Action = "directory.export_ended" // by the console itself
)

// Actions are all actions, in the order in which a filter offers them.
var Actions = []Action{
	ActionCreated, ActionEdited, ActionRoleChanged, ActionDeactivated, ActionReactivated, ActionDeleted, ActionRestored, ActionPurged, ActionLeavePlanned, ActionLeaveDropped, ActionErased,
	ActionReviewed, ActionHandedOver, ActionTokenIssued, ActionTokenEnabled, ActionTokenDisabled, ActionTokenRevoked,
	ActionTokenRotated, ActionTokenExtended, ActionClientStruck,
	ActionLoginApproved, ActionLoginRefused, ActionStarted, ActionEnded, ActionRefused, ActionBound, ActionReset, ActionMoved,
	ActionViewSaved, ActionViewEdited, ActionViewDeleted, ActionAccessRefused, ActionBatchStarted, ActionBatchEnded, ActionExported, ActionExportEnded,
}

// An Event is one row of the audit log.
type Event struct {
	Seq       int64
	At        time.Time
	Action    Action
	Actor     Ref // as they were; zero for the command line and for an unknown person
	Target    Ref // as they were; zero if there is none
	Via       Via
	RequestID string
	Changes   []Change
	Reason    string // as given by the actor
	Address   string // IP address of the client
	UserAgent string
	Group     string  // of the events that were made together; empty for one alone
	Undoes    int64   // number of the event that this one undoes; 0 for none
	Token     TokenID // that the actor came with; empty without one
	Tool      string  // that the actor used, if it is a known program: see lastingTool

	// Each part of an event can be erased by itself: of the target, or of the actor, the key
	// is left then.
	ChangeErased bool // what was changed, and in whom as they were
	ActorErased  bool // who did it, as they were, from where and why

	// People are the users whom the changes name, by key, as they are called now, without the
	// deleted ones. Package history sets them.
	People map[Key]Ref

	by        *Actor // who did it, in a change of another actor; nil: the actor of the change
	version   int64  // of the target's record after the event
	actorKind ActorKind
}

// ActorKind returns what the actor of e was. Where that is erased it follows from the way the
// actor came: the operator, the provider and the console come each in their own way, and a
// session is a person's. It is empty where an actor with a token is erased.
func (e Event) ActorKind() ActorKind {
	if e.actorKind != "" {
		return e.actorKind
	}
	switch e.Via {
	case ViaSession:
		return ActorPerson
	case ViaCommand:
		return ActorOperator
	case ViaProvider:
		return ActorProvider
	case ViaSchedule:
		return ActorConsole
	}
	return ""
}

// A Change is one field's old and new value. The fields are named as in forms. The values are
// codes and keys, never texts to show: docs/audit-format.md lists them. A user is written by
// [personValue].
type Change = audit.Change

// personValue returns the value of a change that names a user, by key and by the user_id of
// now. The field has to be one of those of [audit.NamesPerson], so that an erasure finds it.
func personValue(r Ref) string { return audit.Person(string(r.Key), string(r.ID)) }

// Person returns the user whom the value of a field names, by key and the user_id at that time,
// and false if values of the field name none. Of events from before keys were kept the key may
// be missing.
func Person(field, value string) (Ref, bool) {
	if !audit.NamesPerson(field) {
		return Ref{}, false
	}
	key, id := audit.ParsePerson(value)
	return Ref{Key: Key(key), ID: ID(id)}, true
}

// nothing is what a callback of [Service.change] returns when it found nothing
// to change.
var nothing []Event

// newEvent returns an event on target, as it is after the event.
func newEvent(action Action, target User, changes ...Change) Event {
	return Event{Action: action, Target: target.Ref(), Changes: changes, version: target.Version}
}

// withActor returns e with an actor and a time.
func (e Event) withActor(a Actor, at time.Time) Event {
	e.At, e.Actor, e.Via, e.actorKind = at, Ref{Key: a.Key, ID: a.ID, Name: a.Name}, a.Via, a.Kind
	e.RequestID, e.Address, e.UserAgent, e.Token, e.Tool = a.RequestID, a.Address, a.UserAgent, a.Token, lastingTool(a.Tool)
	return e
}

// withReason returns e with the reason given for it.
func (e Event) withReason(reason string) Event {
	e.Reason = reason
	return e
}

// difference returns what changed between two versions of a user, field by field.
func difference(before, after User) []Change {
	var changes []Change
	b, a := before.fields(), after.fields()
	for i := range a {
		if !sameValue(a[i].name, b[i].value, a[i].value) {
			changes = append(changes, Change{Field: a[i].name, Old: b[i].value, New: a[i].value})
		}
	}
	changes = firstStored(changes, "channel.", Channels, before.Channels, after.Channels)
	return firstStored(changes, "type.", Types, before.Types, after.Types)
}

// firstStored adds the keys that were off as they were not stored, and are stored as off now.
// Of a new user they are left out.
func firstStored(changes []Change, prefix string, known []string, before, after map[string]bool) []Change {
	for _, key := range known {
		_, was := before[key]
		if on, is := after[key]; before != nil && !was && is && !on {
			changes = append(changes, Change{Field: prefix + key, New: onOff(false)})
		}
	}
	return changes
}

// sameValue reports whether two values of a field are the same. A user is the same by key,
// whatever the user_id was.
func sameValue(field, a, b string) bool {
	was, named := Person(field, a)
	is, _ := Person(field, b)
	switch {
	case !named || a == "" || b == "":
		return a == b
	case was.Key != "" && is.Key != "":
		return was.Key == is.Key
	}
	return was.ID == is.ID
}

// A field is one value of a user as the history has it.
type field struct{ name, value string }

// fields returns the values of u that the history has, always the same fields in the same
// order. Keys that today's console does not know never change here.
func (u User) fields() []field {
	all := make([]field, 0, len(recordFields)+len(Channels)+len(Types))
	for _, f := range recordFields {
		all = append(all, field{f.name, f.logged(&u)})
	}
	for _, c := range Channels {
		all = append(all, field{"channel." + c, onOff(u.Channels[c])})
	}
	for _, t := range Types {
		all = append(all, field{"type." + t, onOff(u.Types[t])})
	}
	return all
}

// set sets a field to its value in the history: the inverse of fields,
// as far as a form shows them.
func (u *User) set(name, value string) {
	for _, f := range recordFields {
		if f.name == name {
			f.setLogged(u, value)
		}
	}
	for _, c := range Channels {
		if name == "channel."+c {
			u.Channels[c] = value == "on"
		}
	}
	for _, t := range Types {
		if name == "type."+t {
			u.Types[t] = value == "on"
		}
	}
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// Words returns the words by which e is found in the index of the audit log.
func (e Event) Words() []string {
	return spelling.IndexWords([]string{string(e.Actor.ID), string(e.Target.ID)}, []string{e.Actor.Name, e.Target.Name, e.Reason})
}
