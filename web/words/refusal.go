package words

import (
	"errors"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// DoctorAgent is the User-Agent of the requests of console doctor, by which the log of a
// console marks them. Any client may send it.
const DoctorAgent = "console-doctor"

// A Refusal is all that is said about one cause for which a sign-in is refused.
type Refusal struct {
	Kind   RefusalKind // how the page is answered
	Person string      // what happened and what they can do, in sentences; BASE stands for the console's address
	Tell   string      // what they tell an admin, after "could not sign in: "; empty where an admin cannot help
	Found  string      // what the operator reads in the doctor, and an admin on the user's page, in sentences
	Fix    string      // what the operator can do about it, in sentences

	Because string // the cause after "because", in the history; only of what is stored there
	Admin   string // what an admin can do about it on the pages; only of what is stored
}

// A RefusalKind is how a refused sign-in is answered.
type RefusalKind int

// The kinds.
const (
	Forbidden   RefusalKind = iota // the person may not come in as they are
	Attempt                        // this attempt has ended; another one may succeed
	Provider                       // the provider or its set-up is at fault
	Unavailable                    // the provider does not answer at the moment
)

// RefusalOf returns the name and the entry of the cause for which a sign-in was refused
// with err. It reports false where err is no refusal.
func RefusalOf(err error) (name string, r Refusal, ok bool) {
	if refused, is := errors.AsType[*users.RefusedError](err); is {
		name = string(refused.Reason)
	} else {
		name = string(auth.CauseOf(err))
	}
	r, ok = Refusals[name]
	if refused, is := errors.AsType[*users.RefusedError](err); is && refused.Detail != "" {
		r.Person += " " + refused.Detail
		r.Found += " " + refused.Detail
	}
	return name, r, ok
}
