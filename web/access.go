package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// accessDocs is the part of the page about the API that explains introspection.
const accessDocs = "/api#introspect"

// showAccess serves GET /access: which systems ask whether a token gives access, and which
// have learned of its end.
func (a *App) showAccess(c echo.Context) error {
	t := a.presenter(c)
	askers, ends, err := a.users.Askers(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	m := views.Access{
		Chrome: a.chrome(c, words.WhereAccessEnds, "access"), Cache: numbers.Counted(int(users.IntrospectionCache/time.Second), "second", "seconds"), Docs: accessDocs,
		Since: "Of tokens that these systems have asked about, in the last " + words.Days(int(users.EndedTokensKept/day)) + ".",
	}
	for _, one := range askers {
		m.Askers = append(m.Askers, views.Asker{Person: t.person(one.User), Asked: t.time(one.LastAsked), Tokens: numbers.Counted(one.Tokens, "token", "tokens")})
	}
	if len(askers) == 0 && t.actor.May(users.ActCreateService, users.User{}) == nil {
		m.Tokens = views.Link{Label: words.NewServiceUser, URL: "/service-users/new"}
	}
	groups := groupEnds(ends)
	for _, group := range groups[:min(len(groups), maxEnds)] {
		m.Ends = append(m.Ends, t.accessEnd(group))
	}
	if len(groups) > maxEnds {
		m.More = "Only the newest " + numbers.Grouped(maxEnds) + " are shown. The audit log has all of them."
	}
	return render(c, http.StatusOK, views.AccessPage(m))
}

// maxEnds is how many ends of access are shown.
const maxEnds = 50

// groupEnds returns ends of access, the newest first, as they are shown: those of all tokens of
// one user together where it is the user who lost access.
func groupEnds(ends []users.AccessEnd) (groups [][]users.AccessEnd) {
	type loss struct {
		user users.Key
		why  users.TokenState
		at   time.Time
	}
	at := map[loss]int{}
	for _, e := range ends {
		key := loss{e.Token.User.Key, e.Why, e.At}
		i, known := at[key]
		if !known || e.Why != users.TokenSuspended && e.Why != users.TokenLive {
			at[key] = len(groups)
			groups = append(groups, []users.AccessEnd{e})
			continue
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// accessEnd shows ends of access of one token or one user, with what each asking system knows.
func (t presenter) accessEnd(group []users.AccessEnd) views.AccessEnd {
	e := group[0]
	m := views.AccessEnd{User: t.person(e.Token.User), When: t.time(e.At), What: "Token “" + words.Plain(e.Token.Name) + "” of"}
	switch e.Why {
	case users.TokenLive: // and with fewer rights
		m.What, m.How = "", "got a lower role, "+string(e.Token.UserRole)+","
	case users.TokenSuspended:
		m.What, m.How = "", words.TokenLost(e.Why)
	default:
		m.How = words.TokenLost(e.Why)
	}
	var order []users.Ref
	seen := map[users.Key]users.AskerAnswer{} // the one that says least, of several tokens
	for _, one := range group {
		for _, answer := range one.Askers {
			before, known := seen[answer.Asker.Key]
			if !known {
				order = append(order, answer.Asker)
			}
			if !known || answer.AskedAt.Before(before.AskedAt) {
				seen[answer.Asker.Key] = answer
			}
		}
	}
	for _, asker := range order {
		m.Seen = append(m.Seen, t.accessSeen(seen[asker.Key]))
	}
	return m
}

// accessSeen shows what one asking system knows of an end of access.
func (t presenter) accessSeen(answer users.AskerAnswer) views.AccessSeen {
	m := views.AccessSeen{Asker: t.person(answer.Asker)}
	switch until := answer.Stale(); {
	case answer.Seen:
		m.State, m.Text = views.Badge{Tone: "ok", Word: "Knows"}, "asked since, last on "+words.Clock(answer.AskedAt.In(t.zone))+"."
	case t.now.Before(until):
		m.State, m.Text = views.Badge{Tone: "warn", Word: "Not yet"}, "may use its last answer until "+words.Clock(until.In(t.zone))+"."
	default:
		m.State = views.Badge{Word: "Not asked"}
		m.Text = "has not asked since. Its last answer was valid until " + words.Clock(until.In(t.zone)) + "; the next request is refused."
	}
	return m
}
