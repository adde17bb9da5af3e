package users

import "time"

// Via is the channel that an actor uses. Its values are stored.
type Via string

// The channels.
const (
	ViaSession  Via = "session"  // a signed-in browser
	ViaToken    Via = "token"    // a program with an API token
	ViaCommand  Via = "command"  // the operator at the command line
	ViaSchedule Via = "schedule" // the console itself, without a request
	ViaProvider Via = "provider" // the OpenID provider
)

// ActorKind is what an actor is. The rules of [Permissions] check it rather than [Via].
type ActorKind string

// The kinds of actors. The first three are the kinds of users.
const (
	ActorPerson   = ActorKind(KindPerson)
	ActorService  = ActorKind(KindService)
	ActorSystem   = ActorKind(KindSystem)
	ActorOperator = ActorKind("operator") // at the command line
	ActorProvider = ActorKind("provider") // the OpenID provider
	ActorConsole  = ActorKind("console")  // the console itself, without a request
)

// ActorKinds are all kinds of actors.
var ActorKinds = []ActorKind{ActorPerson, ActorService, ActorSystem, ActorOperator, ActorProvider, ActorConsole}

// An Actor is the user or system that a request is from. Its role is as of the beginning of the
// request; a change reads it again.
type Actor struct {
	Kind      ActorKind
	Key       Key // empty for an operator, the provider, the console, and an unknown person
	ID        ID
	Name      string
	Role      Role
	Via       Via
	Session   SessionID // of a person in a browser
	AuthTime  time.Time // when they authenticated, see [Session.AuthenticatedAt]
	Token     TokenID   // that authenticates the actor; empty without one
	Scopes    ScopeSet  // of the token
	Tool      string    // name and version that a program gives
	RequestID string
	Address   string // IP address of the client
	UserAgent string
}

// Command returns the operator at the command line, who may do what an owner may.
func Command(requestID string) Actor {
	return Actor{Kind: ActorOperator, Role: RoleOwner, Via: ViaCommand, RequestID: requestID}
}

// Visitor returns an unknown person in a browser, in a request from an address.
func Visitor(requestID, address, userAgent string) Actor {
	return Actor{Kind: ActorPerson, Via: ViaSession, RequestID: requestID, Address: address, UserAgent: userAgent}
}

// Program returns a program before authentication, in a request from an address. tool is the
// name and version that it gives, or empty.
func Program(requestID, address, userAgent, tool string) Actor {
	return Actor{Via: ViaToken, RequestID: requestID, Address: address, UserAgent: userAgent, Tool: tool}
}

// Provider returns the OpenID provider as an actor, in a request from an address.
func Provider(requestID, address, userAgent string) Actor {
	return Actor{Kind: ActorProvider, Via: ViaProvider, RequestID: requestID, Address: address, UserAgent: userAgent}
}

// consoleActor returns the console itself, for what it records without a request of a user.
func consoleActor(requestID string) Actor {
	return Actor{Kind: ActorConsole, Via: ViaSchedule, RequestID: requestID}
}

// As returns a as the user u.
func (a Actor) As(u User) Actor {
	a.Kind, a.Key, a.ID, a.Name, a.Role = ActorKind(u.Kind), u.Key, u.ID, u.Name, u.Role
	return a
}

// with returns a, the user of t, as authenticated by t: with its scopes and the lower of the two
// roles.
func (a Actor) with(t Token) Actor {
	a.Token, a.Scopes, a.Role = t.ID, t.Scopes, t.Acts()
	return a
}

// ref returns a as a [Ref], zero if a is no user.
func (a Actor) ref() Ref {
	if a.Key == "" {
		return Ref{}
	}
	return Ref{a.Key, a.ID, a.Name, Kind(a.Kind)}
}

// is reports whether a and u are the same user.
func (a Actor) is(u User) bool { return a.Key != "" && a.Key == u.Key }

// ResponsibleFor reports whether a is the responsible person of u.
func (a Actor) ResponsibleFor(u User) bool {
	return a.Kind == ActorPerson && a.Key != "" && a.Key == u.Responsible.Key
}
