package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// consequencePage is what all consequence pages have. The verb is as on a
// button: "Deactivate".
func (a *App) consequencePage(c echo.Context, u users.User, verb, tail, reason string, o outcome) views.Consequence {
	label, title := bidi.Isolate(words.Plain(u.Label())), verb
	if verb == words.Withdraw {
		title = words.WithdrawTitle
	}
	return views.Consequence{
		Chrome: a.userChrome(c, u, title), FormState: views.FormState{Problems: o.problems},
		Who: a.presenter(c).user(u), Heading: verb + " " + label + "?", Button: verb + " " + string(u.ID),
		Action: userPath(u.ID, tail), Cancel: userPath(u.ID), Reason: o.reasonField(reason),
	}
}

// deactivatePage says what deactivating brings.
func (a *App) deactivatePage(c echo.Context, target users.Consequences, known []users.KnownToken, form leavingForm, o outcome) (views.Consequence, error) {
	u := target.User
	m := a.consequencePage(c, u, "Deactivate", "deactivate", form.Reason, o)
	m.Danger = true
	m.Ends = append(endingSessions(target), endingAccess(u))
	if words := a.signUpWords(); words != "" && u.Kind == users.KindPerson {
		m.Ends = append(m.Ends, "They can't sign up with the address "+string(u.ID)+" either. With another account and address they can still: "+words)
	}
	m.Stays = []string{
		"The record, the role and the activity stay as they are.",
		"The user can be reactivated at any time.",
	}
	if n := suspended(target.Tokens); n > 0 {
		m.Ends = append(m.Ends, words.Capital(tokensOf(u, n))+" refused from the next request on.")
		m.Stays = append(m.Stays, "The tokens are kept. They can be brought back when the user is reactivated.")
	}
	m.Known = a.presenter(c).knownTokens(known, form.rotateForm, o, knownWords)
	switch {
	case u.Status == users.StatusDeactivated:
		m.Why = bidi.Isolate(words.Plain(u.Label())) + " is deactivated already."
	case target.LastOwner:
		m.Why = words.LastOwner
	}
	var err error
	m.LeaveOn = leaveOnField(u, form.LeaveOn, o)
	m.HandOver, err = a.handOver(c, target, form.departureForm, o)
	return m, err
}

// reactivatePage says what reactivating brings.
func (a *App) reactivatePage(c echo.Context, target users.Consequences, form reactivationForm, o outcome) views.Consequence {
	u := target.User
	m := a.consequencePage(c, u, "Reactivate", "reactivate", form.Reason, o)
	m.Stays = []string{
		"The role is " + string(u.Role) + ", as before.",
		"The record and the activity are as they were.",
	}
	if u.Kind == users.KindPerson {
		m.Stays = append(m.Stays, "They can sign in again at once. Sessions that have ended stay ended.")
	}
	if n := suspended(target.Tokens); n > 0 {
		m.Tokens = &views.Check{
			Name: "bring_back_tokens", Checked: form.Tokens,
			Label: "Bring back " + someTokens(n) + ", suspended since the deactivation. Otherwise disabled: each can be enabled later.",
		}
	}
	if u.Status != users.StatusDeactivated {
		m.Why = bidi.Isolate(words.Plain(u.Label())) + " is not deactivated."
	}
	return m
}

// deletePage says what deleting brings, and asks for the user_id.
func (a *App) deletePage(c echo.Context, target users.Consequences, known []users.KnownToken, form deletionForm, o outcome) (views.Consequence, error) {
	u := target.User
	m := a.consequencePage(c, u, deleteWords(u), "delete", form.Reason, o)
	m.Danger = true
	m.Instead = a.insteadOfDeleting(c, target)
	m.Ends = append(endingSessions(target), endingAccess(u))
	m.Known = a.presenter(c).knownTokens(known, form.rotateForm, o, knownWords)
	if grace := a.users.DeletionGrace(); grace > 0 && !u.Unused() {
		endForNow(&m, target, grace)
	} else {
		endForGood(&m, target)
	}
	m.Stays = append(m.Stays, "The audit log keeps the activity, with user ID and name, until an owner erases it.")
	if actor(c).May(users.ActErase, u) == nil {
		m.Erase = erasePart(u, form)
	}
	if target.LastOwner {
		m.Why = words.LastOwner
	}
	confirm := o.confirmField(u.ID, form.Confirm)
	m.Confirm = &confirm
	var err error
	m.HandOver, err = a.handOver(c, target, form.departureForm, o)
	return m, err
}

// deleteWords name the deletion of u.
func deleteWords(u users.User) string {
	if u.Unused() {
		return words.Withdraw
	}
	return "Delete"
}

// endForNow lists the effects of a deletion that can be taken back for a time.
func endForNow(m *views.Consequence, target users.Consequences, grace time.Duration) {
	if n := len(target.Tokens); n > 0 {
		m.Ends = append(m.Ends, words.Capital(tokensOf(target.User, n))+" refused from the next request on.")
	}
	m.Stays = []string{"The user can be restored for " + words.Period(grace) + ", with record, role, responsibilities and tokens: see the view Deleted."}
	m.Final = []string{"After " + words.Period(grace) + " the record is gone. A user who is added with the same user ID is another user."}
}

// endForGood lists the effects of a deletion that is final at once.
func endForGood(m *views.Consequence, target users.Consequences) {
	u := target.User
	m.Ends = append(m.Ends, "The record, with name, picture and preferences, is removed.")
	if n := len(target.Tokens); n > 0 {
		m.Ends = append(m.Ends, words.Capital(theirTokens(u, n))+" for good.")
	}
	if u.Role != users.RoleUser && u.Kind == users.KindPerson {
		m.Ends = append(m.Ends, "Views of the directory that they saved are removed, those that they share too.")
	}
	m.Final = []string{"The record is gone. A user who is added with the same user ID later is another user."}
}

// erasePart offers to erase a user who is deleted.
func erasePart(u users.User, form deletionForm) *views.ErasePart {
	return &views.ErasePart{
		Box: views.Check{Name: "erase", Label: "Also erase " + whose(u) + " personal data from the audit log", Checked: form.Erase},
		Goes: "The user ID and name, the changes to the record, and the addresses, browsers and reasons are erased, with the reason given here. " +
			"That an event happened, and when, stays under the pseudonym " + pseudonym(u.Key) + ".",
		Left: "Not erased: backups of the database, the console's own log, exports that were downloaded, what the records of others say about this user, and what others wrote about this user without the user ID.",
	}
}

// insteadOfDeleting offers to deactivate where a person who is deleted can come back as a
// new user; nil where they cannot.
func (a *App) insteadOfDeleting(c echo.Context, target users.Consequences) *views.Instead {
	u := target.User
	if !target.SignsUp {
		return nil
	}
	m := &views.Instead{
		Heading: "They can come back as a new user",
		Text:    []string{a.signUpWords(), words.ComesBackAsNew(string(u.ID), a.users.DeletionGrace(), u.Identified())},
	}
	switch {
	case u.Status == users.StatusDeactivated:
		m.Text = append(m.Text, "This user is deactivated. Leave it so to keep them out.")
	case actor(c).May(users.ActDeactivate, u) == nil:
		m.Links = []views.Link{{Label: "Deactivate instead", URL: userPath(u.ID, "deactivate")}}
	}
	return m
}

// endingSessions says which sessions end.
func endingSessions(target users.Consequences) []string {
	switch n := len(target.Sessions); {
	case n == 0:
		return nil
	case n == 1:
		return []string{"Their one session ends at once, last used in " + words.Device(target.Sessions[0].UserAgent) + "."}
	default:
		return []string{"All " + numbers.Grouped(n) + " of their sessions end at once."}
	}
}

// endingAccess says what becomes impossible for u.
func endingAccess(u users.User) string {
	if u.Kind == users.KindPerson {
		return "They can't sign in as this user any more, whatever the provider says."
	}
	return "No program can act as this service user any more."
}

// handedOver says who is now responsible for the service users of a person who left, to be
// appended to another sentence. It returns nothing if there are none, or if they cannot be read:
// the act is done, and its answer may hold secrets.
func (a *App) handedOver(c echo.Context, before []users.User) string {
	now, err := a.users.Reread(c.Request().Context(), actor(c), before)
	if err != nil {
		a.log.WarnContext(c.Request().Context(), "who is responsible now", "request", requestOf(c.Request()).id, "error", err)
		return ""
	}
	to, left := map[users.Ref][]string{}, []string(nil)
	for _, service := range now {
		if r := service.Responsible; r.Key != "" {
			to[r] = append(to[r], service.Label())
		} else {
			left = append(left, service.Label())
		}
	}
	if text := words.HandedOver(to, left); text != "" {
		return " " + text
	}
	return ""
}

// knownWords say why tokens are rotated when a person leaves.
const knownWords = "They have seen these secrets, and can use them from anywhere. Each that you tick gets a new secret at once, shown to you on the next page."

// suspended returns how many tokens are refused while their user is deactivated, and not for a
// reason of their own.
func suspended(all []users.Token) (n int) {
	for _, t := range all {
		if t.DisabledAt.IsZero() {
			n++
		}
	}
	return n
}

// tokensOf words a number of tokens of u as a subject, with its verb: "their 3 tokens are".
func tokensOf(u users.User, n int) string {
	return whose(u) + " " + numbers.Counted(n, "token is", "tokens are")
}

// theirTokens words the end of a number of tokens of u: "their 3 tokens end".
func theirTokens(u users.User, n int) string {
	return whose(u) + " " + numbers.Counted(n, "token ends", "tokens end")
}

// someTokens words a number of tokens as an object: "the 3 tokens".
func someTokens(n int) string {
	if n == 1 {
		return "the token"
	}
	return "the " + numbers.Grouped(n) + " tokens"
}

// whose is the possessive for u.
func whose(u users.User) string {
	if u.Kind == users.KindPerson {
		return "their"
	}
	return "its"
}
