package users_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// readOnly returns a new token of an hour with the scope to read users.
func readOnly(name string) users.NewToken {
	return users.NewToken{Name: name, Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}}
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	robot := d.ServiceUser(t, "robot", users.RoleAuditor)
	last := d.Last(t)
	token, secret := d.IssuedBy(t, d.Owner, "robot", users.NewToken{Name: "  nightly  ingest ", Description: " reads\nall ", Lifetime: 90 * 24 * time.Hour,
		Scopes: []users.Scope{users.ScopeUsersRead, users.ScopeAuditRead, users.ScopeUsersRead}, Ranges: []string{"192.0.2.0/24"}, Reason: "ticket 7"})
	owner := users.Ref{Key: d.Owner.Key, ID: d.Owner.ID, Name: d.Owner.Name, Kind: users.KindPerson}
	want := users.Token{ID: token.ID, User: robot.Ref(), UserRole: users.RoleAuditor, UserStatus: users.StatusActive, Name: "nightly ingest", Description: "reads all",
		Hint: secret[len("usr_pat_")+39 : len("usr_pat_")+43], Role: users.RoleAuditor, Scopes: []users.Scope{users.ScopeAuditRead, users.ScopeUsersRead},
		Ranges: token.Ranges, IssuedAt: d.Clock.Now(), IssuedBy: owner, ShownTo: owner, ShownStatus: users.StatusActive,
		EndsAt: d.Clock.Now().Add(90 * 24 * time.Hour), IssuedUntil: d.Clock.Now().Add(90 * 24 * time.Hour)}
	stored, err := d.Token(t.Context(), d.Owner, token.ID)
	if err != nil {
		t.Fatal(err)
	}
	for how, got := range map[string]users.Token{"returned": token, "stored": stored} {
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(want.Ranges[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
	check(t, d, last, nil, nil, "owner@example.com token.issued robot [token:  → tok_*, token_name:  → nightly ingest, token_role:  → auditor, expiry:  → 2027-02-21T09:00:00Z, scopes:  → audit.read users.read, ranges:  → 192.0.2.0/24] because \"ticket 7\"")
}

// invalidTokens are new tokens with mistakes, and the fields of these.
var invalidTokens = map[string]struct {
	alter  func(*users.NewToken)
	fields string
}{
	"no name":                   {func(n *users.NewToken) { n.Name = " \t " }, "name"},
	"a long name":               {func(n *users.NewToken) { n.Name = strings.Repeat("ä", 101) }, "name"},
	"a name of control marks":   {func(n *users.NewToken) { n.Name = "a\u202eb" }, "name"},
	"a long description":        {func(n *users.NewToken) { n.Description = strings.Repeat("a", 501) }, "description"},
	"no end":                    {func(n *users.NewToken) { n.Lifetime = 0 }, "expiry"},
	"an end in the past":        {func(n *users.NewToken) { n.Lifetime = -time.Hour }, "expiry"},
	"an end that is too far":    {func(n *users.NewToken) { n.Lifetime = 365*24*time.Hour + 1 }, "expiry"},
	"never":                     {func(n *users.NewToken) { n.Never = true }, "expiry"},
	"no scopes":                 {func(n *users.NewToken) { n.Scopes = nil }, "scopes"},
	"an empty list of scopes":   {func(n *users.NewToken) { n.Scopes = []users.Scope{} }, "scopes"},
	"an unknown scope":          {func(n *users.NewToken) { n.Scopes = []users.Scope{"users.delete"} }, "scopes"},
	"a range that is none":      {func(n *users.NewToken) { n.Ranges = []string{"192.0.2.0/33"} }, "ranges"},
	"a host name":               {func(n *users.NewToken) { n.Ranges = []string{"example.com"} }, "ranges"},
	"an address with a zone":    {func(n *users.NewToken) { n.Ranges = []string{"fe80::1%eth0"} }, "ranges"},
	"a leading zero":            {func(n *users.NewToken) { n.Ranges = []string{"192.0.02.0/24"} }, "ranges"},
	"too many ranges":           {func(n *users.NewToken) { n.Ranges = addressesOf(users.MaxRanges + 1) }, "ranges"},
	"a long reason":             {func(n *users.NewToken) { n.Reason = strings.Repeat("a", 501) }, "reason"},
	"all at once":               {func(n *users.NewToken) { *n = users.NewToken{Ranges: []string{"x"}, Reason: "\x00"} }, "name expiry scopes ranges reason"},
	"the longest of everything": {func(n *users.NewToken) { n.Name, n.Lifetime = strings.Repeat("ä", 100), 365*24*time.Hour }, ""},
}

// addressesOf returns so many addresses, each different.
func addressesOf(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("192.0.2.%d", i)
	}
	return all
}

// TestIssueToken_invalid issues tokens with mistakes: the error lists the fields, and no token is
// issued.
func TestIssueToken_invalid(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	for circumstance, test := range invalidTokens {
		n := readOnly("one")
		test.alter(&n)
		last := d.Last(t)
		token, secret, err := d.IssueToken(t.Context(), d.Owner, "robot", n)
		var fields []string
		if bad, ok := errors.AsType[*users.InvalidError](err); ok {
			for _, f := range bad.Fields {
				fields = append(fields, f.Field)
			}
		} else if err != nil {
			t.Errorf("%s: %v", circumstance, err)
		}
		if got := strings.Join(fields, " "); got != test.fields {
			t.Errorf("%s: got mistakes in %q, want %q", circumstance, got, test.fields)
		}
		if err != nil && (token.ID != "" || secret != "" || d.Last(t) != last) {
			t.Errorf("%s: a refused token was issued: %+v", circumstance, token)
		}
	}
}

// TestTokenThatNeverEnds issues a token without an end, which takes the setting for it.
func TestTokenThatNeverEnds(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{TokenLifetime: users.Unlimited})
	d.ServiceUser(t, "robot", users.RoleUser)
	for name, n := range map[string]users.NewToken{
		"never":         {Never: true},
		"for 300 years": {Lifetime: 290 * 365 * 24 * time.Hour},
	} {
		n.Name, n.Scopes = name, []users.Scope{users.ScopeUsersRead}
		token, secret := d.IssuedBy(t, d.Owner, "robot", n)
		if n.Never != token.EndsAt.Equal(users.EndOfTime) {
			t.Errorf("%s: ends at %v", name, token.EndsAt)
		}
		stored, err := d.Token(t.Context(), d.Owner, token.ID)
		if err != nil || !stored.EndsAt.Equal(token.EndsAt) {
			t.Errorf("%s: stored with the end %v, %v; want %v", name, stored.EndsAt, err, token.EndsAt)
		}
		d.With(t, secret)
	}
}

// TestIssueToken_byToken issues tokens by a token: with no more scopes, addresses and power than it
// has, and for its own user.
func TestIssueToken_byToken(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleAuditor)
	d.ServiceUser(t, "other", users.RoleUser)
	held := []users.Scope{users.ScopeUsersRead, users.ScopeTokensSelf, users.ScopeFilesUpload}
	_, secret := d.IssuedBy(t, d.Owner, "robot", users.NewToken{Name: "held", Lifetime: time.Hour, Scopes: held, Ranges: []string{"192.0.2.0/24", "2001:db8::/32"}})
	program := d.With(t, secret)
	for circumstance, test := range map[string]struct {
		id     users.ID
		scopes []users.Scope
		ranges []string
		want   string // scopes and ranges of the new token; empty: refused
	}{
		"null scopes":                {"robot", nil, nil, "files.upload tokens.self users.read 192.0.2.0/24 2001:db8::/32"},
		"fewer":                      {"robot", []users.Scope{users.ScopeUsersRead}, []string{"192.0.2.128/25"}, "users.read 192.0.2.128/25"},
		"a scope of its own":         {"robot", []users.Scope{users.ScopeFilesUpload}, nil, "files.upload 192.0.2.0/24 2001:db8::/32"},
		"another scope":              {"robot", []users.Scope{users.ScopeUsersRead, users.ScopeUsersWrite}, nil, ""},
		"everything":                 {"robot", []users.Scope{users.ScopeEverything}, nil, ""},
		"the scope to introspect":    {"robot", []users.Scope{users.ScopeTokensIntrospect}, nil, ""},
		"more of an address range":   {"robot", nil, []string{"192.0.0.0/16"}, ""},
		"another address range":      {"robot", nil, []string{"192.0.2.0/24", "198.51.100.1"}, ""},
		"all addresses of a family":  {"robot", nil, []string{"::/0"}, ""},
		"for another user":           {"other", nil, nil, ""},
		"for its responsible person": {d.Owner.ID, nil, nil, ""},
	} {
		token, _, err := d.IssueToken(t.Context(), program, test.id, users.NewToken{Name: circumstance, Lifetime: time.Hour, Scopes: test.scopes, Ranges: test.ranges})
		got := users.ScopeSet(token.Scopes).String()
		for _, p := range token.Ranges {
			got += " " + p.String()
		}
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: got %q, %v; want %q", circumstance, got, err, test.want)
		}
		if err == nil && (token.IssuedWith != program.Token || token.ShownTo.Key != "" || token.IssuedBy.ID != "robot") {
			t.Errorf("%s: issued by %v with %s, shown to %v", circumstance, token.IssuedBy, token.IssuedWith, token.ShownTo)
		}
	}
}

// TestTokenOfATokenHasItsRole promotes a user after the issue of a token: a token that it issues has
// the lower role, too.
func TestTokenOfATokenHasItsRole(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	_, secret := d.Issued(t, "robot")
	if _, err := d.ChangeRole(t.Context(), d.Owner, "robot", users.RoleChange{Role: users.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	program := d.With(t, secret)
	made, madeSecret := d.IssuedBy(t, program, "robot", users.NewToken{Name: "made", Lifetime: time.Hour})
	if made.Role != users.RoleUser || d.With(t, madeSecret).Role != users.RoleUser {
		t.Errorf("a token with the role user made one with %s", made.Role)
	}
}

// TestSystemUsersGetTokensFromTheCommandLine issues tokens for system users, which only the operator may.
func TestSystemUsersGetTokensFromTheCommandLine(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	platform := d.System(t, "platform")
	for name, actor := range map[string]users.Actor{"an owner": d.Owner, "the system user": platform} {
		if _, _, err := d.IssueToken(t.Context(), actor, "platform", readOnly("x")); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("by %s: got %v, want %v", name, err, users.ErrForbidden)
		}
	}
	if err := d.RevokeToken(t.Context(), platform, platform.Token, users.TokenEnd{LeaveNone: true}); err != nil {
		t.Errorf("end its own token: %v", err)
	}
}

// TestPersonalTokens issues tokens of people, which only they themselves may, unless the setting is off.
func TestPersonalTokens(t *testing.T) {
	t.Parallel()
	for circumstance, off := range map[string]bool{"on": false, "off": true} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, users.Config{NoPersonalTokens: off})
			ana := d.Person(t, "ana@example.com", users.RoleUser)
			token, _, err := d.IssueToken(t.Context(), ana, ana.ID, readOnly("mine"))
			if (err == nil) == off || off && !errors.Is(err, users.ErrForbidden) {
				t.Errorf("by herself: %v", err)
			}
			if err == nil && token.ShownTo.ID != ana.ID {
				t.Errorf("shown to %v", token.ShownTo)
			}
			if _, _, err := d.IssueToken(t.Context(), d.Owner, ana.ID, readOnly("hers")); !errors.Is(err, users.ErrForbidden) {
				t.Errorf("by the owner: got %v, want %v", err, users.ErrForbidden)
			}
			if _, _, err := d.IssueToken(t.Context(), users.Command("cmd"), ana.ID, readOnly("hers")); err != nil {
				t.Errorf("at the command line: %v", err)
			}
		})
	}
}

// TestIssueToken_inactive issues tokens for users who are not active.
func TestIssueToken_inactive(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	d.Invited(t, "invited@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "robot", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []users.ID{"robot", "invited@example.com"} {
		if _, _, err := d.IssueToken(t.Context(), users.Command("cmd"), id, readOnly("x")); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("for %s: got %v, want %v", id, err, users.ErrForbidden)
		}
	}
}

// TestTooManyTokens issues two tokens at once, on two consoles, for a user who may have one more: one
// is issued.
func TestTooManyTokens(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	var first users.Token
	for i := range users.MaxTokens - 1 {
		token, _ := d.IssuedBy(t, d.Owner, "robot", readOnly(fmt.Sprintf("token %d", i)))
		if i == 0 {
			first = token
		}
	}
	if err := d.DisableToken(t.Context(), d.Owner, first.ID, users.TokenEnd{}); err != nil { // it counts all the same
		t.Fatal(err)
	}
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range []*users.Service{d.Service, d.Another(t)} {
		both.Go(func() { _, _, errs[i] = s.IssueToken(t.Context(), d.Owner, "robot", readOnly("last")) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), users.ErrTooManyTokens) {
		t.Errorf("got %v, want one %v", errs, users.ErrTooManyTokens)
	}
	if err := d.RevokeToken(t.Context(), d.Owner, first.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	d.IssuedBy(t, d.Owner, "robot", readOnly("there is room"))
	d.Clock.Advance(2 * time.Hour)
	d.IssuedBy(t, d.Owner, "robot", readOnly("those that expired do not count"))
}
