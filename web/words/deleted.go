package words

import (
	"time"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Texts about deleted users.
const (
	DeletedUsers  = "Deleted"
	Restore       = "Restore"
	DeleteForGood = "Delete for good"
	Withdraw      = "Withdraw the invitation of"
	WithdrawTitle = "Withdraw the invitation" // where no name follows
	WithdrawSaved = "Withdraw"                // in the line that says who was added
)

// DeletedText says how long deleted users can be restored.
func DeletedText(grace time.Duration) string {
	if grace == 0 {
		return "This console deletes at once: users who are deleted can't be restored."
	}
	return "Users who were deleted can be restored for " + Period(grace) + ". They can't sign in, and their tokens are refused."
}

// ComesBackAsNew says when a deleted person can sign in with the same address as a new user:
// one with a provider account after the grace.
func ComesBackAsNew(id string, grace time.Duration, identified bool) string {
	when := "Once deleted,"
	if grace > 0 && identified {
		when = Period(grace) + " after the deletion,"
	}
	return Capital(when) + " they can sign in with the address " + id + " as a new user. A deactivated user can't."
}

// OwnReturn says whether a person who deletes their own account can have it back, and how they can
// come back; signsUp if they can sign in as a new user.
func OwnReturn(grace time.Duration, signsUp bool) string {
	again := "To come back, you have to be added by an admin again, as a new user."
	if signsUp {
		again = "You can sign in again later, as a new user with the role user."
	}
	if grace > 0 {
		return "For " + Period(grace) + " you can't sign in, and an admin can restore your account. After that, it can't be restored. " + again
	}
	return "This can't be undone. " + again
}

// PurgeTitle asks whether to delete a deleted user for good.
func PurgeTitle(label string) string { return "Delete " + bidi.Isolate(Plain(label)) + " for good?" }

// DaysLeft says how long a deleted user can still be restored, in days begun.
func DaysLeft(left time.Duration) string {
	const day = 24 * time.Hour
	if left < day {
		return "less than a day left"
	}
	return numbers.Counted(int((left+day-1)/day), "day", "days") + " left"
}

// Period names a duration in days, or in hours where it is shorter than two days.
func Period(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day && d%day == 0:
		return numbers.Counted(int(d/day), "day", "days")
	case d >= time.Hour && d%time.Hour == 0:
		return numbers.Counted(int(d/time.Hour), "hour", "hours")
	}
	return d.String()
}

// Themselves names a user of a kind who is the actor.
func Themselves(k users.Kind) string {
	if k == users.KindPerson {
		return "Themselves"
	}
	return "Itself"
}

// Restored says that a deleted user was restored.
func Restored(label string) string { return "Restored " + label + "." }

// Purged says that a deleted user can't be restored any more.
func Purged(label string) string { return "Deleted " + label + " for good." }
