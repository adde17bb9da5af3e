package demodata

import (
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// usesKept is for how long before the present uses of tokens are generated: the console keeps
// them no longer.
const usesKept = 90 * day

// idleService has the role admin and an unused token.
const idleService = "ticket-bridge"

// A cadence reports whether a program runs at a full hour.
type cadence func(at time.Time) bool

// The cadences of programs, in UTC.
var (
	nightly cadence = func(at time.Time) bool { return at.Hour() == 2 }
	sundays cadence = func(at time.Time) bool { return at.Weekday() == time.Sunday && at.Hour() == 3 }
	office  cadence = func(at time.Time) bool {
		return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && at.Hour() >= 1 && at.Hour() < 14 // the same days from Lagos to Tokyo
	}
)

// runs returns the uses by a program between two times, some minutes past an hour each, from
// addresses in turn.
func (r cadence) runs(from, to time.Time, minute int, tool string, addresses ...string) (all []use) {
	for at := from.UTC().Truncate(time.Hour).Add(time.Duration(minute) * time.Minute); at.Before(to); at = at.Add(time.Hour) {
		if at.After(from) && r(at) {
			all = append(all, use{at, addresses[len(all)%len(addresses)], tool})
		}
	}
	return all
}

// scheduleUses plans uses of a token, those of ten days by one task.
func (p *plan) scheduleUses(k tokenKey, groups ...[]use) {
	all := slices.Concat(groups...)
	slices.SortStableFunc(all, func(a, b use) int { return a.at.Compare(b.at) })
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].at.Sub(all[0].at) < 10*day {
			n++
		}
		p.schedule(all[n-1].at, "", useToken(k, all[:n]))
		all = all[n:]
	}
}

// sampleTokens plans the tokens of the sample's service user. Ewa Zielińska issued two of them
// before her deactivation; one is being rotated, and not all programs have switched.
func (p *plan) sampleTokens() {
	upload := tokenKey{sampleService, "Evening upload"}
	read := []users.Scope{users.ScopeUsersRead, users.ScopeTokensSelf}
	p.schedule(p.ago(270*day), sampleDeactivated, issueToken(upload, users.NewToken{
		Description: "The upload of each evening, and the screens of the control room.", Lifetime: 365 * day, Scopes: read,
	}))
	p.sampleRotation(upload)

	stock := tokenKey{sampleService, "Stock count"}
	p.schedule(p.ago(100*day), sampleDeactivated, issueToken(stock, users.NewToken{Lifetime: 365 * day, Scopes: read}))
	p.scheduleUses(stock, nightly.runs(p.ago(usesKept), p.now, 20, "curl/8.9.1", "10.0.9.3"))

	labels := tokenKey{sampleService, "Label printer"}
	p.schedule(p.ago(80*day), sampleAdmin, issueToken(labels, users.NewToken{Lifetime: 90 * day, Scopes: read, Ranges: []string{"10.0.0.0/8"}}))
	p.schedule(p.ago(20*day), sampleUser, disableToken(labels, "To find out what still uses it"))
	p.schedule(p.ago(20*day-2*time.Hour), sampleUser, enableToken(labels, "The printer in hall 2 does"))
	p.scheduleUses(labels, office.runs(p.ago(20*day-2*time.Hour), p.now, 41, "label-printer/3.1", "10.0.5.20"))

	p.schedule(p.ago(200*day), sampleAdmin, issueToken(tokenKey{sampleService, "Inventory report"}, users.NewToken{
		Description: "For a report that was never written.", Lifetime: 365 * day, Scopes: read,
	}))

	leaked := tokenKey{sampleService, "First try"}
	p.schedule(p.ago(30*day), sampleUser, issueToken(leaked, users.NewToken{Lifetime: 90 * day, Scopes: read}))
	p.scheduleUses(leaked, []use{{p.ago(29 * day), "10.0.4.7", "curl/8.9.1"}, {p.ago(28 * day), "10.0.4.7", "curl/8.9.1"}})
	p.schedule(p.ago(6*day), sampleUser, revokeToken(leaked, "Found in a public repository"))
	p.scheduleUses(leaked, []use{{p.ago(5 * day), "203.0.113.66", "python-requests/2.32"}, {p.ago(3 * day), "203.0.113.66", "python-requests/2.32"}})

	p.schedule(p.ago(8*day), sampleUser, approveLogin("haruto-laptop"))
	p.schedule(p.ago(7*day), sampleUser, refuseLogin("build-7", "I did not start this"))
}

// sampleRotation plans uses of a token by five programs, of which two have not switched to its successor.
func (p *plan) sampleRotation(k tokenKey) {
	begin := p.ago(usesKept - time.Hour)
	var screens []string
	for i := range 12 {
		screens = append(screens, fmt.Sprint("10.0.4.", 101+i))
	}
	p.scheduleUses(k,
		office.runs(begin, p.ago(11*day), 7, "grafana-agent/0.44", screens...),
		sundays.runs(begin, p.now, 10, "roboto-sdk 0.62.0", "10.0.4.7"),
		nightly.runs(begin, p.ago(9*day), 0, "roboto-sdk 0.62.0", "10.0.7.12"),
		[]use{{p.ago(77 * day), "198.51.100.30", "python-httpx/0.28.1"}, {p.ago(43 * day), "192.0.2.44", "curl/8.9.1"}, {p.ago(41 * day), "192.0.2.44", "curl/8.9.1"}})
	p.schedule(p.ago(12*day), sampleUser, rotateToken(k, 14*day, "Ewa has seen it, and she has left"))
	p.scheduleUses(k.next(),
		office.runs(p.ago(11*day), p.now, 7, "grafana-agent/0.44", screens...),
		nightly.runs(p.ago(9*day), p.now, 0, "roboto-sdk 0.62.0", "10.0.7.12"))
	p.schedule(p.ago(26*time.Hour), sampleUser, extendOverlap(k, 19*day, "The Sunday run is still to be moved"))
	p.schedule(p.ago(25*time.Hour), sampleUser, strikeOff(k, users.ClientName{Name: "python-httpx", Network: "198.51.100.30"}, "A test on a laptop that is gone"))
}

// tokenHistory plans the token of a service user; most are in use, some end soon.
func (p *plan) tokenHistory(s *service) {
	if s.responsible == nil || s.retired || s.week < 3 {
		return
	}
	issued := p.ago(time.Duration(14+p.r.IntN(min(300, 7*s.week-14))) * day)
	lifetime := p.now.Sub(issued) + time.Duration(20+p.r.IntN(60))*day
	if p.r.IntN(12) == 0 {
		lifetime = p.now.Sub(issued) + time.Duration(3+p.r.IntN(9))*day // ends soon
	}
	by := p.serviceManager(s, issued)
	if s.role == users.RoleAdmin { // which needs a recent sign-in
		by = ""
	}
	k := tokenKey{s.id, pick(p.r, []string{"Production", "Main", "Cluster"})}
	p.schedule(issued, by, issueToken(k, users.NewToken{Lifetime: min(lifetime, 365*day), Scopes: []users.Scope{users.ScopeEverything}}))
	from := p.ago(usesKept - time.Hour)
	if issued.After(from) {
		from = issued
	}
	tool := pick(p.r, []string{"roboto-sdk 0.62.0", "roboto-sdk 0.61.2", "python-requests/2.32", "curl/8.9.1", "Go-http-client/2.0"})
	address := fmt.Sprintf("10.%d.%d.%d", 1+p.r.IntN(20), p.r.IntN(200), 2+p.r.IntN(250))
	runs := pick(p.r, []cadence{nightly, nightly, nightly, sundays, sundays, office, nil})
	if runs != nil && s.id != idleService {
		p.scheduleUses(k, runs.runs(from, p.now, p.r.IntN(60), tool, address))
	}
}
