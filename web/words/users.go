package words

import "github.com/roboto-ai/console/internal/users"

// roleMay says what a role may do.
var roleMay = map[users.Role]string{
	users.RoleUser:    "Sees and edits their own profile.",
	users.RoleAuditor: "Sees all users and the audit log, but can't change anything.",
	users.RoleAdmin:   "Adds people and service users with the role user, and manages users and auditors.",
	users.RoleOwner:   "Manages all users and changes roles.",
}

// kinds name the kinds of users.
var kinds = map[users.Kind]string{
	users.KindPerson:  "Person",
	users.KindService: "Service user",
	users.KindSystem:  "System user",
}

// actors name the actors that are not users.
var actors = map[users.ActorKind]string{
	users.ActorOperator: "Command line",
	users.ActorProvider: "OpenID provider",
	users.ActorConsole:  "Console",
}

// vias name the ways in which an actor reached the console.
var vias = map[users.Via]string{
	users.ViaSession:  "Browser session",
	users.ViaToken:    "API token",
	users.ViaCommand:  "Command line",
	users.ViaSchedule: "Console",
	users.ViaProvider: "OpenID provider",
}

// InvitedSince says when a person was invited, like "2 days ago".
func InvitedSince(ago string) string { return "Invited " + ago + "." }

// Role returns the name of a role: "Owner".
func Role(r users.Role) string { return Capital(string(r)) }

// RoleMay says what a user of the kind may do with a role.
func RoleMay(kind users.Kind, r users.Role) string {
	if kind != users.KindPerson && r == users.RoleUser {
		return "Sees only its own record."
	}
	return roleMay[r]
}

// Status returns the name of a status: "Invited".
func Status(s users.Status) string { return Capital(string(s)) }

// Kind returns the name of a kind of user, and the stored value of one that this version does
// not know.
func Kind(k users.Kind) string {
	if name, ok := kinds[k]; ok {
		return name
	}
	return string(k)
}

// Actor returns the name of an actor that is not a user.
func Actor(kind users.ActorKind) string {
	if name, ok := actors[kind]; ok {
		return name
	}
	return "Someone"
}

// Via returns the name of the way in which an actor reached the console.
func Via(v users.Via) string { return vias[v] }
