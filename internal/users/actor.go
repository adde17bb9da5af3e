package users

import "time"

// Via says how an actor came. Its values are stored.
type Via string

// The ways to come.
const (
	ViaSession  Via = "session"  // a signed-in browser
	ViaToken    Via = "token"    // a program with an API token
	ViaCommand  Via = "command"  // the operator at the command line
	ViaSchedule Via = "schedule" // the console itself, unasked
	ViaProvider Via = "provider" // the OpenID provider
)

// ActorKind says what an actor is. The rules of [Permissions] ask for it, not for the way
// in which the actor came.
type ActorKind string

// The kinds of actors. The first three are the kinds of users.
const (
	ActorPerson   = ActorKind(KindPerson)
	ActorService  = ActorKind(KindService)
	ActorSystem   = ActorKind(KindSystem)
	ActorOperator = ActorKind("operator") // at the command line
	ActorProvider = ActorKind("provider") // the OpenID provider
	ActorConsole  = ActorKind("console")  // the console itself, unasked
)

// ActorKinds are all kinds of actors.
var ActorKinds = []ActorKind{ActorPerson, ActorService, ActorSystem, ActorOperator, ActorProvider, ActorConsole}

// An Actor does something. Its role is the one read when the request came in; a change
// reads it again.
type Actor struct {
	Kind      ActorKind
	Key       Key // empty for an operator, the provider, the console, and a person who is not known
	ID        ID
	Name      string
	Role      Role
	Via       Via
	Session   SessionID // of a person in a browser
	AuthTime  time.Time // when they authenticated, see [Session.AuthenticatedAt]
	Token     TokenID   // that the actor came with; empty without one
	Scopes    ScopeSet  // of the token
	Tool      string    // name and version of a program, as it says
	RequestID string
	Address   string // IP address of the client
	UserAgent string
}

// Command returns the operator at the command line, who may do what an owner may.
func Command(requestID string) Actor {
	return Actor{Kind: ActorOperator, Role: RoleOwner, Via: ViaCommand, RequestID: requestID}
}

// Visitor returns a person in a browser who is not known, in a request from an address.
func Visitor(requestID, address, userAgent string) Actor {
	return Actor{Kind: ActorPerson, Via: ViaSession, RequestID: requestID, Address: address, UserAgent: userAgent}
}

// Program returns a program that is not known yet, in a request from an address. tool is the
// name and version that it gives; empty if it gives none.
func Program(requestID, address, userAgent, tool string) Actor {
	return Actor{Via: ViaToken, RequestID: requestID, Address: address, UserAgent: userAgent, Tool: tool}
}

// Provider returns the OpenID provider as an actor, in a request from an address.
func Provider(requestID, address, userAgent string) Actor {
	return Actor{Kind: ActorProvider, Via: ViaProvider, RequestID: requestID, Address: address, UserAgent: userAgent}
}

// consoleActor returns the console itself, for what it records without being asked.
func consoleActor(requestID string) Actor {
	return Actor{Kind: ActorConsole, Via: ViaSchedule, RequestID: requestID}
}

// As returns a as the user u.
func (a Actor) As(u User) Actor {
	a.Kind, a.Key, a.ID, a.Name, a.Role = ActorKind(u.Kind), u.Key, u.ID, u.Name, u.Role
	return a
}

// with returns a, who is the user of t, as one who came with the token t: with the lower of
// two roles and its scopes.
func (a Actor) with(t Token) Actor {
	a.Token, a.Scopes, a.Role = t.ID, t.Scopes, t.Acts()
	return a
}

// ref returns the user that a is, and the zero Ref if it is none.
func (a Actor) ref() Ref {
	if a.Key == "" {
		return Ref{}
	}
	return Ref{a.Key, a.ID, a.Name, Kind(a.Kind)}
}

// is reports whether a and u are the same user.
func (a Actor) is(u User) bool { return a.Key != "" && a.Key == u.Key }

// answersFor reports whether a is the responsible person of u.
func (a Actor) AnswersFor(u User) bool {
	return a.Kind == ActorPerson && a.Key != "" && a.Key == u.Responsible.Key
}
