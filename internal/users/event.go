package users

import "time"

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
	ActionViewDeleted   Action = "view.deleted"   // the target is whose it was, where somebody else did
	ActionAccessRefused Action = "access.refused" // a request of a known user
	ActionExported      Action = "directory.exported"
	ActionExportEnded   Action = "directory.export_ended" // by the console itself
)

// Actions are all actions, in the order in which a filter offers them.
var Actions = []Action{
	ActionCreated, ActionEdited, ActionRoleChanged, ActionDeactivated, ActionReactivated, ActionDeleted,
	ActionReviewed, ActionHandedOver, ActionTokenIssued, ActionTokenEnabled, ActionTokenDisabled, ActionTokenRevoked,
	ActionTokenRotated, ActionTokenExtended, ActionClientStruck,
	ActionLoginApproved, ActionLoginRefused, ActionStarted, ActionEnded, ActionRefused, ActionBound, ActionReset, ActionMoved,
	ActionViewSaved, ActionViewDeleted, ActionAccessRefused, ActionExported, ActionExportEnded,
}

// An Event is one row of the audit log.
type Event struct {
	Seq       int64
	At        time.Time
	Action    Action
	Actor     Ref // as they were; zero for the command line and for a stranger
	Target    Ref // as they were; zero if there is none
	Via       Via
	RequestID string
	Changes   []Change
	Reason    string // as given by the actor
	Address   string // IP address of the client
	UserAgent string
	Erased    bool // the details are gone; only keys are left of actor and target

	version int64 // of the target's record after the event
}

// ActorKind returns what the actor of e is. It is not stored: the operator, the provider
// and the console come each in their own way, and a session is a person's. With a token it
// is the kind of the user that the actor is, which the event does not hold: it is empty.
func (e Event) ActorKind() ActorKind {
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

// A Change is one field's old and new value. The fields are named as in forms.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// nothing is what a callback of [Service.change] returns when it found nothing
// to change.
var nothing []Event

// about returns an event on target, as it is after the event.
func about(action Action, target User, changes ...Change) Event {
	return Event{Action: action, Target: target.Ref(), Changes: changes, version: target.Version}
}

// by returns e as an act of an actor at a time.
func (e Event) by(a Actor, at time.Time) Event {
	e.At, e.Actor, e.Via = at, Ref{Key: a.Key, ID: a.ID, Name: a.Name}, a.Via
	e.RequestID, e.Address, e.UserAgent = a.RequestID, a.Address, a.UserAgent
	return e
}

// because returns e with the reason given for it.
func (e Event) because(reason string) Event {
	e.Reason = reason
	return e
}

// difference returns what changed between two versions of a user, field by field.
func difference(before, after User) []Change {
	var changes []Change
	b, a := before.fields(), after.fields()
	for i := range a {
		if b[i].value != a[i].value {
			changes = append(changes, Change{a[i].name, b[i].value, a[i].value})
		}
	}
	return changes
}

// A field is one value of a user as the history tells it.
type field struct{ name, value string }

// fields returns what the history tells of u, always the same fields in the same
// order. Keys that today's console does not know never change here.
func (u User) fields() []field {
	all := []field{
		{"name", u.Name}, {"picture_url", u.PictureURL}, {"role", string(u.Role)},
		{"time_zone", u.TimeZone}, {"purpose", u.Purpose},
		{"responsible", string(u.Responsible.ID)}, {"review_on", string(u.ReviewOn)},
	}
	for _, c := range Channels {
		all = append(all, field{"channel." + c, onOff(u.Channels[c])})
	}
	for _, t := range Types {
		all = append(all, field{"type." + t, onOff(u.Types[t])})
	}
	return all
}

// set gives the field its value as the history tells it: the inverse of fields,
// as far as a form shows them.
func (u *User) set(name, value string) {
	texts := map[string]*string{"name": &u.Name, "picture_url": &u.PictureURL, "time_zone": &u.TimeZone, "purpose": &u.Purpose}
	switch text, ok := texts[name]; {
	case ok:
		*text = value
	case name == "role":
		u.Role = Role(value)
	case name == "review_on":
		u.ReviewOn = Date(value)
	case name == "responsible":
		u.Responsible = Ref{ID: ID(value)}
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
