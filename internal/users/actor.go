package users

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

// An Actor is who does something, and from where. Its role is the one read when
// the request came in; whatever changes something reads it again.
type Actor struct {
	Key       Key // empty for the command line, and for a stranger who signs in
	ID        ID
	Name      string
	Role      Role
	Via       Via
	Session   SessionID // with ViaSession
	RequestID string
	Address   string // IP address of the client
	UserAgent string
	Form      FormKey // of the form that asks for it, which is done once; empty for what may be asked for again
}

// Command returns the operator at the command line, who may do what an owner may.
func Command(requestID string) Actor {
	return Actor{Role: RoleOwner, Via: ViaCommand, RequestID: requestID}
}

// Provider returns the OpenID provider as an actor, in a request from an address.
func Provider(requestID, address, userAgent string) Actor {
	return Actor{Via: ViaProvider, RequestID: requestID, Address: address, UserAgent: userAgent}
}

// consoleActor returns the console itself, for what it records without being asked.
func consoleActor(requestID string) Actor { return Actor{Via: ViaSchedule, RequestID: requestID} }

// is reports whether a and u are the same user.
func (a Actor) is(u User) bool { return a.Key != "" && a.Key == u.Key }

// answersFor reports whether a is the responsible person of u.
func (a Actor) answersFor(u User) bool { return a.Key != "" && a.Key == u.Responsible.Key }
