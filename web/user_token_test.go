package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

const fleetTokens = "/users/fleet/tokens"

// fleet returns a console with the service user fleet, and a browser of its owner.
func fleet(t *testing.T, role users.Role, options ...siteOptions) (*site, *browser) {
	t.Helper()
	s := newSite(t, options...)
	s.ServiceUser(t, "fleet", role)
	return s, s.signIn(t, "owner@example.com")
}

// issue fills in the form for a new token of fleet and returns the answer.
func (b *browser) issue(t *testing.T, values ...string) page {
	t.Helper()
	form := b.get(t, fleetTokens+"/new").must(t, http.StatusOK).form(t, fleetTokens+"/new")
	return b.post(t, fleetTokens+"/new", set(form, append([]string{"name", "Nightly report"}, values...)...))
}

func TestNewToken(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleAuditor)
	last := s.Last(t)
	p := b.issue(t, "description", "For operations", "scope.audit.read", "on", "ranges", "192.0.2.7, 10.0.4.0/24", "reason", "asked for").must(t, http.StatusOK,
		"Copy the secret now", words.Scopes([]users.Scope{users.ScopeUsersRead, users.ScopeAuditRead}), "10.0.4.0/24, 192.0.2.7", "You alone", "Auditor")
	secret := secretIn(p.body)
	if err := s.used(t, secret, "192.0.2.7", "curl 8.9"); err != nil {
		t.Fatalf("the secret on the page: %v", err)
	}
	for _, line := range []string{"curl " + s.server.URL + "/v1/users/whoami", `endpoint="` + s.server.URL + `"`} {
		if !strings.Contains(p.text(t), line) {
			t.Errorf("the page does not say %s", line)
		}
	}
	if got := p.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: got %q, want no-store", got)
	}
	if trail := s.Trail(t, last); len(trail) != 1 || !strings.Contains(trail[0], "token.issued") {
		t.Errorf("got events %q", trail)
	}
	all, err := s.Tokens(t.Context(), s.Owner, "fleet")
	if err != nil || len(all) != 1 || all[0].EndsAt != s.Clock.Now().Add(90*24*time.Hour) || all[0].ShownTo.Key != s.Owner.Key || all[0].Description != "For operations" {
		t.Errorf("got %+v, %v", all, err)
	}
	b.get(t, fleetTokens).must(t, http.StatusOK, "Nightly report", "…"+all[0].Hint, "Live", "from 192.0.2.7", "curl 8.9", "Shown to owner@example.com", "in 90 days")
	b.get(t, fleetTokens+"/"+string(all[0].ID)).must(t, http.StatusOK, "For operations", words.Scopes([]users.Scope{users.ScopeUsersRead, users.ScopeAuditRead}), string(all[0].ID))
}

// TestNewTokenMistakes sends all mistakes at once: each has a message beside its field, and the
// values are kept.
func TestNewTokenMistakes(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	p := b.issue(t, "name", "", "description", strings.Repeat("x", 501), "scope.users.read", "", "ranges", "10.0.4", "expiry", "date", "ends_on", "2020-01-01", "reason", "because").
		must(t, http.StatusUnprocessableEntity, "Enter a name.", "Choose at least one scope.", "is not an address range", words.ChooseLaterDay)
	form := p.form(t, fleetTokens+"/new")
	for name, want := range map[string]string{"ranges": "10.0.4", "expiry": "date", "ends_on": "2020-01-01", "reason": "because", "description": strings.Repeat("x", 501)} {
		if got := form.Get(name); got != want {
			t.Errorf("%s holds %.40q, want %.40q", name, got, want)
		}
	}
	invalid := 0
	for _, n := range p.nodes(t, "input") {
		if attr(n, "aria-invalid") == "true" {
			invalid++
		}
	}
	if invalid != 4 { // the scopes are a group
		t.Errorf("%d inputs are marked as wrong, want 4", invalid)
	}
	b.issue(t, "expiry", "soon").must(t, http.StatusUnprocessableEntity, words.ChooseEnd)
	b.issue(t, "expiry", "366").must(t, http.StatusUnprocessableEntity, "tokens last 365 days at most here")
	b.issue(t, "expiry", "date", "ends_on", "2029-01-01").must(t, http.StatusUnprocessableEntity, "tokens last 365 days at most here")
	b.issue(t, "expiry", "never").must(t, http.StatusUnprocessableEntity, "Choose an end")
	b.issue(t, "scope.everything", "on").must(t, http.StatusUnprocessableEntity, "cannot set “scope.everything”")
	if all, err := s.Tokens(t.Context(), s.Owner, "fleet"); err != nil || len(all) > 0 {
		t.Errorf("%d tokens were issued, %v", len(all), err)
	}
}

// TestTokenExpiry is which ends are offered, by the longest lifetime that tokens may have.
func TestTokenExpiry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, offered, proposed string
		most                    time.Duration
	}{
		{"a year", "30 90 180 365 date", "90", 0},
		{"unlimited", "30 90 180 365 date never", "90", users.Unlimited},
		{"a hundred days", "30 90 date", "90", 100 * 24 * time.Hour},
		{"a month and a half", "30 date", "30", 45 * 24 * time.Hour},
		{"a week", "7 date", "7", 7 * 24 * time.Hour},
		{"hours", "date", "date", 5 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, b := fleet(t, users.RoleUser, siteOptions{users: users.Config{TokenLifetime: test.most}})
			p := b.get(t, fleetTokens+"/new")
			var offered []string
			for _, n := range p.nodes(t, "option") {
				offered = append(offered, attr(n, "value"))
			}
			if got := strings.Join(offered, " "); got != test.offered || p.form(t, fleetTokens+"/new").Get("expiry") != test.proposed {
				t.Errorf("offered are %s, proposed is %s", got, p.form(t, fleetTokens+"/new").Get("expiry"))
			}
		})
	}
}

// TestTokenEndsOnADay is a last day in the time zone of the viewer, whose last hours count; the
// last day that there may be is cut by the hours over.
func TestTokenEndsOnADay(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	profile := b.get(t, "/profile").form(t, "/profile")
	b.post(t, "/profile", set(profile, "time_zone", "America/Los_Angeles")).must(t, http.StatusSeeOther)
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	now := s.Clock.Now()
	for days, want := range map[int]time.Time{
		3:   time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day()+4, 0, 0, 0, 0, zone),
		365: now.Add(365 * 24 * time.Hour),
	} {
		last := now.In(zone).AddDate(0, 0, days).Format(time.DateOnly)
		b.issue(t, "name", last, "expiry", "date", "ends_on", last).must(t, http.StatusOK)
		all, err := s.Tokens(t.Context(), s.Owner, "fleet")
		i := slices.IndexFunc(all, func(token users.Token) bool { return token.Name == last })
		if err != nil || i < 0 || !all[i].EndsAt.Equal(want) {
			t.Errorf("a token that ends in %d days: got %v, %v, want %v", days, all, err, want)
		}
	}
}

// TestFirstToken creates a service user, which leads to the form for its first token.
func TestFirstToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	form := b.get(t, "/service-users/new").form(t, "/service-users/new")
	p := b.post(t, "/service-users/new", set(form, "user_id", "fleet", "purpose", "Tests")).must(t, http.StatusSeeOther)
	p = b.follow(t, p).must(t, http.StatusOK, words.FirstToken, words.SkipForNow)
	if got := hrefOf(t, p, words.SkipForNow); got != "/users/fleet" {
		t.Errorf("skipping leads to %s", got)
	}
	action := fleetTokens + "/new?first=1"
	p = b.post(t, action, set(p.form(t, action), "name", "")).must(t, http.StatusUnprocessableEntity, words.SkipForNow, "Enter a name.")
	b.post(t, action, set(p.form(t, action), "name", "Nightly report")).must(t, http.StatusOK, "Copy the secret now")
}

// TestTokenRoles is who may do what with tokens: a responsible person issues and ends, above
// their own role they see and end alone.
func TestTokenRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bo@example.com", users.RoleUser)
	serviceUserOf(t, s, "fleet", string(ana.ID))
	serviceUserOf(t, s, "mighty", string(ana.ID))
	if _, err := s.ChangeRole(t.Context(), s.Owner, "mighty", users.RoleChange{Role: users.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	b := s.signIn(t, "ana@example.com")
	b.get(t, fleetTokens).must(t, http.StatusOK, words.NewToken)
	b.issue(t).must(t, http.StatusOK, "Copy the secret now")
	token, secret := s.token(t, "mighty")
	b.get(t, "/users/mighty/tokens").must(t, http.StatusOK, "Your role is user, and the token would have the role admin", words.DisableOrRevoke)
	b.get(t, "/users/mighty/tokens/new").must(t, http.StatusForbidden)
	b.post(t, "/users/mighty/tokens/new", url.Values{"name": {"x"}, "expiry": {"90"}, "scope.users.read": {"on"}}).must(t, http.StatusForbidden)
	end := "/users/mighty/tokens/" + string(token.ID) + "/end"
	b.post(t, end, set(b.get(t, end).must(t, http.StatusOK).form(t, end), "act", "revoke", "leave_none", "on")).must(t, http.StatusSeeOther)
	if err := s.used(t, secret, "192.0.2.1", ""); err == nil {
		t.Error("the token still gives access")
	}
	other := s.signIn(t, "bo@example.com")
	for _, path := range []string{fleetTokens, fleetTokens + "/new", "/users/mighty/tokens/" + string(token.ID)} {
		other.get(t, path).must(t, http.StatusForbidden)
	}
	owner := s.signIn(t, "owner@example.com")
	for _, path := range []string{fleetTokens + "/" + string(token.ID), fleetTokens + "/tok_none", fleetTokens + "/%00", fleetTokens + "/tok_A%FF"} {
		owner.get(t, path).must(t, http.StatusNotFound)
	}
}

// TestTokenOfAPromotedUser is a token of a user whose role was raised since.
func TestTokenOfAPromotedUser(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	token, _ := s.token(t, "fleet")
	if _, err := s.ChangeRole(t.Context(), s.Owner, "fleet", users.RoleChange{Role: users.RoleAdmin, Version: s.Must(t, "fleet").Version}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fleetTokens, fleetTokens + "/" + string(token.ID)} {
		b.get(t, path).must(t, http.StatusOK, "Issued as user; rotate to use admin")
	}
}

// TestTokenShownToSomebodyWhoLeft marks the people who know a secret and are away.
func TestTokenShownToSomebodyWhoLeft(t *testing.T) {
	t.Parallel()
	s, owner := fleet(t, users.RoleUser)
	s.as(t, users.RoleAdmin).issue(t).must(t, http.StatusOK)
	owner.get(t, fleetTokens).must(t, http.StatusOK, "Shown to Admin")
	deactivated(t, s, owner, "admin@example.com")
	owner.get(t, fleetTokens).must(t, http.StatusOK, "Shown to Admin (deactivated)")
	if err := s.Delete(t.Context(), s.Owner, "admin@example.com", users.Deletion{Confirm: "admin@example.com"}); err != nil {
		t.Fatal(err)
	}
	owner.get(t, fleetTokens).must(t, http.StatusOK, "by a deleted user", "(deleted)")
}

// TestEndToken disables and revokes tokens: the last one that works only where the form says so.
func TestEndToken(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	token, secret := s.token(t, "fleet")
	at := fleetTokens + "/" + string(token.ID)
	form := b.get(t, at+"/end").must(t, http.StatusOK, "It is the only token of", "Leaked: end it now").form(t, at+"/end")
	p := b.post(t, at+"/end", set(form, "act", "disable", "reason", "leaked")).must(t, http.StatusUnprocessableEntity, "has no other token that works")
	if got := p.form(t, at+"/end").Get("reason"); got != "leaked" {
		t.Errorf("the reason is %q", got)
	}
	b.post(t, at+"/end", set(form, "act", "both", "leave_none", "on")).must(t, http.StatusUnprocessableEntity, words.ChooseTokenEnd)
	if err := s.used(t, secret, "192.0.2.1", ""); err != nil {
		t.Fatalf("nothing was ended, and yet: %v", err)
	}
	b.follow(t, b.post(t, at+"/end", set(form, "act", "disable", "leave_none", "on"))).must(t, http.StatusOK, "Disabled “", "Enable", "Revoke…")
	if err := s.used(t, secret, "192.0.2.1", ""); err == nil {
		t.Error("a disabled token gives access")
	}
	enable := b.get(t, at).must(t, http.StatusOK, "This token was disabled").form(t, at+"/enable")
	b.follow(t, b.post(t, at+"/enable", enable)).must(t, http.StatusOK, "Enabled “")
	if err := s.used(t, secret, "192.0.2.1", ""); err != nil {
		t.Errorf("an enabled token: %v", err)
	}
	s.token(t, "fleet")
	p = b.get(t, at+"/end").must(t, http.StatusOK)
	if strings.Contains(p.text(t), "Leaked") {
		t.Error("another token works, and yet the page asks for the box")
	}
	b.post(t, at+"/end", set(p.form(t, at+"/end"), "act", "revoke")).must(t, http.StatusSeeOther)
	b.get(t, at).must(t, http.StatusOK, "This token was revoked")
	b.get(t, at+"/end").must(t, http.StatusOK, words.TokenRevokedAlready)
}

// TestTooManyTokens asks for one more than a user may have.
func TestTooManyTokens(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	for range users.MaxTokens {
		s.token(t, "fleet")
	}
	b.issue(t, "reason", "one more").must(t, http.StatusConflict, "tokens")
}

// TestEveryScopeIsOffered is that the form for a token has a box with words for each scope.
func TestEveryScopeIsOffered(t *testing.T) {
	t.Parallel()
	_, b := fleet(t, users.RoleUser)
	p := b.get(t, fleetTokens+"/new").must(t, http.StatusOK)
	labels := map[string]string{}
	for _, n := range p.nodes(t, "label") {
		labels[attr(n, "for")] = textOf(n)
	}
	for _, scope := range users.Scopes {
		if words, code, _ := strings.Cut(labels["f-scope."+string(scope)], " "+string(scope)); words == "" || code != "" {
			t.Errorf("%s: got the label %q", scope, labels["f-scope."+string(scope)])
		}
	}
}
