package words

import (
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// A Task describes one line of the page To do.
type Task struct {
	Icon      string
	One, Many string // what there is, after its number
	Note      string
	Act       string // the button that opens the list
}

// Tasks are the lines of the page To do that are views of the directory, by view.
var Tasks = map[directory.View]Task{
	directory.ViewTokensEnding: {"key-round", "user has tokens that end within 14 days", "users have tokens that end within 14 days", "None of these tokens has a successor.", "Rotate…"},
	directory.ViewReviewDue:    {"calendar-check", "service user is due for review", "service users are due for review", "Their review date is reached or missing.", "Review…"},
	directory.ViewUnanswered:   {"user-x", "service user has no responsible person", "service users have no responsible person", "Choose a person for each.", "Assign…"},
	directory.ViewDormant:      {"shield-alert", "admin was not seen for 90 days", "admins were not seen for 90 days", "Owners are counted, too.", ShowTask},
	directory.ViewInvitedLong:  {"mail", "invitation is older than 14 days", "invitations are older than 14 days", "These people have not signed in yet.", ShowTask},
}

// ShowTask leads to the list of a task that has no act of its own.
const ShowTask = "Show"

// DeparturesTask is the line about what was refused of planned departures.
var DeparturesTask = Task{"user-x", "planned departure was refused in whole or in part", "planned departures were refused in whole or in part", "Planned departures of the last 30 days.", ShowTask}

// ChoosePerson is the act that gives a service user a responsible person.
const ChoosePerson = "Choose a responsible person…"

// DepartureRefused says what was refused of a planned departure, and why.
func DepartureRefused(e users.Event) string {
	cause, _ := valueOf(e, "cause")
	what := "The planned deactivation was cancelled: "
	if e.Action == users.ActionHandedOver {
		what = "It has no responsible person: "
	}
	return what + tokenCause(cause) + "."
}

// StrangersTask is the line about refused sign-ins of verified addresses.
var StrangersTask = Task{"shield-x", "verified address was refused", "verified addresses were refused", "No user has these addresses. Sign-ins of the last 14 days.", ShowTask}
