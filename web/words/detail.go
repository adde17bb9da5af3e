package words

import (
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Texts of the page of one user.
const (
	Access            = "Access"
	LastSeen          = "Last seen"
	RoleOf            = "Role"
	ResponsibleFor    = "Responsible for"
	ResponsiblePerson = "Responsible person"
	Never             = "Never"
	Missing           = "Missing"

	FirstSignedIn   = "First signed in"
	CreatedWhen     = "Created"
	InvitedWhen     = "Invited"
	NotSignedInYet  = "Not signed in yet"
	NoOpenSession   = "No session is open"
	NoAccessNow     = "No access while deactivated"
	NoReviewDue     = "No review is due"
	NoReviewDate    = "No review date"
	EventsByWeek    = "Events"
	EventsByWeekCut = "Events, counted to 1,000"
	ByOthers        = "By others"
	YourAccount     = "your account"

	CopyInvitation     = "Copy invitation"
	WithdrawInvitation = "Withdraw invitation"
	StaysEnded         = "They don’t come back"
	CanComeBack        = "Can come back on reactivation"
	RefusedSince       = "A sign-in was refused since"
)

// By names the series of what a user of a kind did.
func By(kind users.Kind, self bool) string {
	switch {
	case self:
		return "By you"
	case kind == users.KindPerson:
		return "By them"
	}
	return "By it"
}

// LastDevice says from where someone was last seen, and how many sessions are open.
func LastDevice(device, address string, sessions int) string {
	text := device
	if address != "" {
		text += ", " + address
	}
	if sessions > 1 {
		text += " · " + numbers.Counted(sessions, "session", "sessions")
	}
	return text
}

// ServiceUsers returns a number of service users: "3 service users".
func ServiceUsers(n int) string { return numbers.Counted(n, "service user", "service users") }

// ReviewsDue says how many reviews are due: "2 reviews due".
func ReviewsDue(n int) string { return numbers.Counted(n, "review due", "reviews due") }

// ReviewOn says when a review is: "Review on 1 May 2027".
func ReviewOn(on users.Date) string { return "Review on " + Date(on) }

// ReviewDueSince says since when a review is due: "Review due since 1 May 2026".
func ReviewDueSince(on users.Date) string { return "Review due since " + Date(on) }

// TokensOf returns a number of tokens: "2 tokens", "No tokens".
func TokensOf(n int) string {
	if n == 0 {
		return "No tokens"
	}
	return numbers.Counted(n, "token", "tokens")
}

// SessionsEnded says how many sessions ended: "2 sessions ended".
func SessionsEnded(n int) string { return numbers.Counted(n, "session", "sessions") + " ended" }

// TokensRefused says that tokens are refused: "1 token is refused".
func TokensRefused(n int) string {
	if n == 1 {
		return "1 token is refused"
	}
	return numbers.Grouped(n) + " tokens are refused"
}

// GivenTo says how many service users were handed over, before the name of the person who is
// responsible now. Without one, that they have no responsible person.
func GivenTo(n int, toPerson bool) string {
	if toPerson {
		return ServiceUsers(n) + " handed over to"
	}
	return ServiceUsers(n) + " left without a responsible person"
}

// TimeThere returns a time zone with the time of day in it: "Europe/Berlin, 10:36 there".
func TimeThere(zone, clock string) string { return Plain(zone) + ", " + clock + " there" }
