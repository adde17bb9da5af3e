package words

import (
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Messages that say what was done.
const (
	ProfileSaved     = "Saved your profile."
	NothingChanged   = "Nothing was changed: all values are the same."
	Already          = "This was already done"
	DoneAlready      = Already + ", so it was not done again."
	AccountDeleted   = "Your account is deleted."
	OwnSessionEnded  = "Ended the session."
	UserErased       = "Deleted the user and erased their personal data from the audit log."
	ProgramStruckOff = "Struck off the program. The old token can be retired without it."
	ProgressUnknown  = "The progress of the export is not known here. Your browser shows the download."
)

// Added says that a person was added.
func Added(label string) string { return "Added " + label + "." }

// Created says that a service user was created.
func Created(label string) string { return "Created " + label + "." }

// Saved says that a user was saved.
func Saved(label string) string { return "Saved " + label + "." }

// Deactivated says that a user was deactivated.
func Deactivated(label string) string { return "Deactivated " + label + "." }

// DepartureCancelled says that a planned departure was cancelled.
const DepartureCancelled = "Cancelled the planned departure."

// DeparturePlanned says that a user will be deactivated.
func DeparturePlanned(label, at string) string {
	return "Planned: " + label + " will be deactivated on " + at + "."
}

// TakesOver says who takes over a service user, with suggestions.
func TakesOver(suggested []string) string {
	text := "Type part of their name to choose from a list. If you leave it empty, it has no responsible person."
	if len(suggested) > 0 {
		text = "Suggested: " + Or(suggested) + ". " + text
	}
	return text
}

// Reactivated says that a user was reactivated, and what became of that many suspended tokens.
func Reactivated(label string, tokens int, broughtBack bool) string {
	done := "Reactivated " + label + "."
	switch {
	case tokens > 0 && broughtBack:
		done += " " + numbers.Counted(tokens, "token works", "tokens work") + " again."
	case tokens > 0:
		done += " " + numbers.Counted(tokens, "token is", "tokens are") + " disabled."
	}
	return done
}

// Deleted says that a user was deleted.
func Deleted(label string) string { return "Deleted " + label + "." }

// ResetDone says that the sign-in of a person was reset.
func ResetDone(label string) string { return "Reset the sign-in of " + label + "." }

// RoleChanged says that a user has another role.
func RoleChanged(label string, role users.Role) string {
	return "Changed the role of " + label + " to " + string(role) + "."
}

// Reviewed says that a service user was marked as reviewed.
func Reviewed(label string, next users.Date) string {
	return "Marked " + label + " as reviewed. The review date is " + Date(next) + "."
}

// EndedSession says that a session of a user was ended.
func EndedSession(of users.ID) string { return "Ended a session of " + string(of) + "." }

// EndedSessions says that n sessions of a user were ended.
func EndedSessions(n int, of users.ID) string {
	return "Ended " + numbers.Counted(n, "session", "sessions") + " of " + string(of) + "."
}

// EndedOwnSessions says that n other sessions of the viewer were ended.
func EndedOwnSessions(n int) string {
	return "Ended " + numbers.Counted(n, "other session", "other sessions") + "."
}

// SavedView says that a view of the directory was saved.
func SavedView(name string) string { return "Saved the view “" + Plain(name) + "”." }

// DeletedView says that a view of the directory was deleted.
func DeletedView(name string) string { return "Deleted the view “" + Plain(name) + "”." }

// TokenDisabled says that a token was disabled.
func TokenDisabled(t users.Token) string {
	return "Disabled " + tokenName(t) + ". Its uses are refused until it is enabled."
}

// TokenRevoked says that a token was revoked.
func TokenRevoked(t users.Token) string {
	return "Revoked " + tokenName(t) + ". Its uses are refused for good."
}

// TokenEnabled says that a token was enabled.
func TokenEnabled(t users.Token) string { return "Enabled " + tokenName(t) + "." }

// TokenRetired says that the old token of a rotation was retired.
func TokenRetired(t users.Token) string {
	return "Retired the old token " + TokenHint(t) + ": it is disabled. Revoke it once no program has sent it for a while."
}

// OverlapExtended says that the old token of a rotation works for longer.
func OverlapExtended(old users.Token) string {
	return "Extended the overlap: the old token " + TokenHint(old) + " keeps working."
}

// Rotated says how many tokens were rotated.
func Rotated(n int) string {
	return "Rotated " + numbers.Counted(n, "token", "tokens") + "."
}

func tokenName(t users.Token) string { return "“" + Plain(t.Name) + "” " + TokenHint(t) }

// HandedOver says who is responsible for service users now: each person for those listed, and
// no one for those in left.
func HandedOver(to map[users.Ref][]string, left []string) string {
	var all []string
	for person, services := range to { // one person, unless someone else changed one of them meanwhile
		all = append(all, person.Label()+" is now responsible for "+Few(services)+".")
	}
	slices.Sort(all)
	if len(left) > 0 {
		all = append(all, "Without a responsible person: "+Few(left)+".")
	}
	return strings.Join(all, " ")
}

// Few lists up to five of all, or four and the number of others.
func Few(all []string) string {
	const most = 5
	if len(all) > most {
		return And(append(slices.Clone(all[:most-1]), numbers.Grouped(len(all)-most+1)+" others"))
	}
	return And(all)
}
