package web

import (
	"cmp"
	"net/url"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// chart shows the days of a token, of which count returns what the two series have of each.
func chart(id string, days []users.UseDay, first, second views.Series, count func(users.UseDay) (int, int)) views.Chart {
	c := views.Chart{ID: id, Caption: "Uses a day over 90 days", First: first, Second: second}
	for i, d := range days {
		shown := views.ChartBar{Label: words.DayOfYear(d.Day.Time())}
		shown.First, shown.Second = count(d)
		c.Bars = append(c.Bars, shown)
		if i%30 == 0 {
			c.Axis = append(c.Axis, shown.Label)
		}
	}
	c.Axis = append(c.Axis, "Today")
	return c
}

// usesChart shows the uses of one token; those that were refused only if there are any.
func usesChart(days []users.UseDay) views.Chart {
	refused := views.Series{}
	for _, d := range days {
		if d.OldRefused > 0 {
			refused = views.Series{Name: "Refused", Tone: "refused"}
		}
	}
	return chart("uses", days, views.Series{Name: "Accepted"}, refused, func(d users.UseDay) (int, int) { return d.Old, d.OldRefused })
}

// rotationChart shows the uses of the two tokens of a rotation. What was refused of the old one
// counts: a program still sends it.
func rotationChart(id string, days []users.UseDay) views.Chart {
	return chart(id, days, views.Series{Name: "New"}, views.Series{Name: "Old", Tone: "old"},
		func(d users.UseDay) (int, int) { return d.New + d.NewRefused, d.Old + d.OldRefused })
}

// programAt names a program in a sentence.
func programAt(c views.TokenClient, asks bool) string {
	if asks {
		return bidi.Isolate(c.Tool)
	}
	return bidi.Isolate(c.Tool) + " at " + c.Network
}

// clientStates are the words and tones of the states of the programs in a rotation.
var clientStates = map[users.ClientState]views.Badge{
	users.ClientNotSwitched: {Tone: "warn", Word: "Not switched yet"},
	users.ClientSwitched:    {Tone: "ok", Word: "Switched"},
	users.ClientStruckOff:   {Word: "Struck off"},
}

// tokenClient shows a program that uses a token.
func (t presenter) tokenClient(c users.TokenClient) views.TokenClient {
	shown := views.TokenClient{
		Tool: cmp.Or(words.Plain(c.Tool), "Unnamed program"), Network: cmp.Or(words.Plain(c.Network), "several addresses"),
		Cadence: c.Cadence.String(), Old: t.time(c.LastOld), New: t.time(c.LastNew), State: clientStates[c.State],
	}
	if c.Asker.Key != "" {
		shown.Tool, shown.Network = cmp.Or(words.Plain(c.Asker.Label()), "A deleted system"), "asks about the token"
	}
	return shown
}

// tokenClients shows the programs that use a token.
func (t presenter) tokenClients(list []users.TokenClient) []views.TokenClient {
	all := make([]views.TokenClient, len(list))
	for i, c := range list {
		all[i] = t.tokenClient(c)
	}
	return all
}

// refusedUses shows the programs whose uses of a token were refused.
func (t presenter) refusedUses(list []users.TokenClient) []views.RefusedUse {
	var all []views.RefusedUse
	for _, c := range list {
		if c.Refused > 0 {
			shown := t.tokenClient(c)
			all = append(all, views.RefusedUse{Network: shown.Network, Tool: shown.Tool, Count: numbers.Counted(c.Refused, "time", "times"), Last: shown.Old})
		}
	}
	return all
}

// tokenRotation shows how far the rotation of a token has come, and what the viewer may do
// about it. The id is that of its chart, unique on the page.
func (t presenter) tokenRotation(p tokenPlace, s users.RotationState, id string) views.TokenRotation {
	r := views.TokenRotation{
		Name: words.Plain(s.New.Name), State: t.rotationState(s.Old), Old: t.tokenLine(p, s.Old, s.New), New: t.tokenLine(p, s.New, users.Token{}),
		Uses: rotationChart(id, s.Days[:]), Verdict: t.verdict(s), Safe: s.Verdict.Safe && s.Old.State(t.now) == users.TokenLive,
	}
	r.Old.Ends = views.TokenEnds{} // its state says so
	r.Old.State, r.New.State = t.oldState(s.Old), t.newState(s.New)
	mayEnd := t.actor.May(users.ActRevokeToken, p.user) == nil
	for _, c := range s.Clients {
		shown := t.tokenClient(c)
		if mayEnd && c.State == users.ClientNotSwitched {
			shown.StrikeOff = p.path(s.Old.ID, "strike-off") + "?" + clientQuery(c).Encode()
		}
		r.Clients = append(r.Clients, shown)
	}
	if mayEnd {
		r.Leaked, r.Retire = p.path(s.Old.ID, "end"), p.path(s.Old.ID, "retire")
	}
	if t.actor.May(users.ActIssueToken, p.user) == nil && s.Old.EndsAt.Before(s.Old.IssuedUntil) {
		r.MoreTime = p.path(s.Old.ID, "overlap")
	}
	return r
}

// clientQuery names a program in the address of a page.
func clientQuery(c users.TokenClient) url.Values {
	return url.Values{"asker": {string(c.Asker.Key)}, "tool": {c.Name}, "network": {c.Network}}
}

// rotationState says how far the overlap of a rotation has come, by the old token.
func (t presenter) rotationState(old users.Token) views.Badge {
	whole, left := old.EndsAt.Sub(old.RotatedAt), old.EndsAt.Sub(t.now)
	switch {
	case left <= 0:
		return views.Badge{Tone: "warn", Word: "The old token has ended"}
	case whole < 2*day:
		return views.Badge{Tone: "info", Word: "Rotating, ends " + t.inDays(old.EndsAt).Relative}
	}
	passed := int(t.now.Sub(old.RotatedAt)/day) + 1
	return views.Badge{Tone: "info", Word: "Rotating, day " + numbers.Grouped(passed) + " of " + numbers.Grouped(int((whole+day/2)/day))}
}

// oldState is the state of the old token of a rotation.
func (t presenter) oldState(old users.Token) views.Badge {
	if old.State(t.now) == users.TokenLive {
		return views.Badge{Tone: "warn", Word: "Ends " + t.inDays(old.EndsAt).Relative}
	}
	return tokenBadge(old.State(t.now))
}

// newState is the state of the new token of a rotation.
func (t presenter) newState(token users.Token) views.Badge {
	switch {
	case token.State(t.now) != users.TokenLive:
		return tokenBadge(token.State(t.now))
	case token.LastUsed.At.IsZero():
		return views.Badge{Tone: "info", Word: "Not used yet"}
	}
	return views.Badge{Tone: "ok", Word: "In use"}
}

// verdict says whether the old token of a rotation is safe to retire, and by which conditions.
func (t presenter) verdict(s users.RotationState) views.Verdict {
	v := s.Verdict
	shown := views.Verdict{Tone: "ok", Headline: "Safe to retire.", Text: "Every program has switched or is struck off, and the old token is silent."}
	if !v.Safe {
		shown.Tone, shown.Headline, shown.Text = "warn", "Not yet safe to retire.", t.missing(v)
	}
	shown.Checks = []views.VerdictCheck{{Done: v.Clients > 0 && v.AllSettled(), Text: settledWords(v)}}
	if !v.LastUsed.IsZero() {
		needed := "The old token has been silent for " + words.HoursOrDays(v.Silent) + "; " + words.HoursOrDays(v.Needed) + " are needed"
		if v.Needed > day {
			needed += ", twice its longest gap"
		}
		shown.Checks = append(shown.Checks, views.VerdictCheck{Done: v.SilentEnough(), Text: needed})
	}
	if !v.EnoughUses {
		shown.Checks = append(shown.Checks, views.VerdictCheck{Text: "The old token was used " + numbers.Counted(v.Uses, "time", "times") + " in 90 days; of fewer than three uses nothing can be concluded"})
	}
	return shown
}

// settledWords says how many programs have switched.
func settledWords(v users.Verdict) string {
	switch {
	case v.Clients == 0:
		return "No program used the old token in 90 days"
	case v.Settled == 1:
		return "1 of " + numbers.Counted(v.Clients, "program", "programs") + " has switched or is struck off"
	}
	return numbers.Grouped(v.Settled) + " of " + numbers.Counted(v.Clients, "program", "programs") + " have switched or are struck off"
}

// missing says what a token waits for until it is safe to retire.
func (t presenter) missing(v users.Verdict) string {
	switch {
	case v.Waiting != nil:
		return "The next run of " + programAt(t.tokenClient(*v.Waiting), v.Waiting.Asker.Key != "") + " is expected on " + words.Weekday(v.Waiting.Next.In(t.zone)) + "."
	case !v.AllSettled():
		return "Switch the programs that have not switched, or strike off those that are gone."
	case !v.EnoughUses:
		return "It was used fewer than three times, too few to tell whether a program still needs it. Revoke it if you know that none does."
	}
	return "If it is not used again, it is safe from " + words.Weekday(v.SafeFrom.In(t.zone)) + "."
}
