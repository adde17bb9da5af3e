package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

const day = 24 * time.Hour

// shows returns the users that a query finds, and their total.
func shows(t *testing.T, d *userstest.Directory, q directory.Query) (string, int) {
	t.Helper()
	l, err := d.Directory.Users(t.Context(), users.Command("req"), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	var ids []string
	for _, u := range l.Users {
		ids = append(ids, string(u.ID))
	}
	slices.Sort(ids)
	if q.View != "" && q.Text == "" && l.Counts[q.View] != l.Total.N {
		t.Errorf("%+v: the view counts %d, its list %d", q, l.Counts[q.View], l.Total.N)
	}
	return strings.Join(ids, " "), l.Total.N
}

// tokenQueries are queries for tokens that need attention, and the users that they find in the
// directory of newTokenHolders.
var tokenQueries = []struct {
	q    directory.Query
	want string
}{
	{directory.Query{View: directory.ViewTokensEnding}, endingTokens},
	{directory.Query{View: directory.ViewTokensKnownLeft}, "known"},
	{directory.Query{View: directory.ViewTokensUnused}, ""},
	{directory.Query{Text: "tokens:ending"}, endingTokens},
	{directory.Query{Text: "Tokens:End"}, endingTokens},
	{directory.Query{Text: "tokens:known-left"}, "known"},
	{directory.Query{Text: "tokens:ending,known"}, endingTokens + " known"},
	{directory.Query{Text: "tokens:ending revoked"}, "ends-successor-revoked"},
	{directory.Query{Text: "tokens:ending tokens:known"}, ""},
	{directory.Query{View: directory.ViewTokensEnding, Text: "revoked"}, "ends-successor-revoked"},
	{directory.Query{Text: "tokens:ending", Kind: directory.Values(users.KindPerson)}, ""},
	{directory.Query{Text: "tokens:ending type:system"}, "platform"},
	{directory.Query{Text: "tokens:ending status:deactivated"}, ""},
	{directory.Query{Text: "tokens:"}, "ends ends-later ends-revoked ends-rotated ends-successor-revoked fine gone known known-ended leaver@example.com owner@example.com stays@example.com"},
}

const endingTokens = "ends ends-successor-revoked"

// newTokenHolders returns a directory with users named after their tokens, one of whom has left.
func newTokenHolders(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	leaver, stays := d.Person(t, "leaver@example.com", users.RoleOwner), d.Person(t, "stays@example.com", users.RoleOwner)
	issue := func(by users.Actor, id string, days int) users.TokenID {
		if _, err := d.User(t.Context(), by, users.ID(id)); err != nil {
			d.ServiceUser(t, id, users.RoleUser)
		}
		token, _ := d.IssuedBy(t, by, users.ID(id), users.NewToken{Name: id, Lifetime: time.Duration(days) * day, Scopes: []users.Scope{users.ScopeUsersRead}})
		return token.ID
	}
	end := func(id users.TokenID) {
		must(t, d.RevokeToken(t.Context(), stays, id, users.TokenEnd{LeaveNone: true}))
	}
	issue(stays, "fine", 300)
	issue(leaver, "known", 300)
	issue(leaver, "known", 290)
	end(issue(leaver, "known-ended", 300))
	issue(stays, "ends", 14)
	issue(stays, "ends", 7)
	issue(stays, "ends-later", 15)
	end(issue(stays, "ends-revoked", 7))
	rotated := issue(stays, "ends-rotated", 7)
	_, _, err := d.RotateToken(t.Context(), stays, rotated, users.Rotation{Overlap: 7 * day, NewToken: users.NewToken{Lifetime: 300 * day}})
	must(t, err)
	orphan := issue(stays, "ends-successor-revoked", 7)
	next, _, err := d.RotateToken(t.Context(), stays, orphan, users.Rotation{Overlap: 7 * day, NewToken: users.NewToken{Lifetime: 300 * day}})
	must(t, err)
	end(next.ID)
	issue(stays, "gone", 7)
	must(t, d.Deactivate(t.Context(), stays, "gone", users.Departure{}))
	_, err = d.AddSystemUser(t.Context(), users.Command("req"), "platform")
	must(t, err)
	issue(users.Command("req"), "platform", 7)
	must(t, d.Deactivate(t.Context(), stays, "leaver@example.com", users.Departure{}))
	return d
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTokenViews is which users the views of tokens show, and that a list, its count and the
// filter of the search agree.
func TestTokenViews(t *testing.T) {
	t.Parallel()
	d := newTokenHolders(t)
	for _, test := range tokenQueries {
		if got, n := shows(t, d, test.q); got != test.want || n != len(strings.Fields(test.want)) {
			t.Errorf("%+v: got %d, %q, want %q", test.q, n, got, test.want)
		}
	}
	if _, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: "tokens:old"}); err == nil {
		t.Error("tokens:old is understood")
	}
	sizes, err := d.Sizes(t.Context())
	if want := []users.Ending{{Days: 14, Tokens: 4}, {Days: 7, Tokens: 3}, {Days: 1}}; err != nil || !slices.Equal(sizes.Ending, want) || sizes.Tokens != 11 {
		t.Errorf("sizes: got %d, %v, %v, want 11, %v", sizes.Tokens, sizes.Ending, err, want)
	}

	if err := d.Reactivate(t.Context(), d.Owner, "leaver@example.com", users.Reactivation{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensKnownLeft}); got != "" {
		t.Errorf("known to people who left, when the person is back: %q", got)
	}
	if err := d.Delete(t.Context(), d.Owner, "leaver@example.com", users.Deletion{Confirm: "leaver@example.com"}); err != nil {
		t.Fatal(err)
	}
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensKnownLeft}); got != "known" {
		t.Errorf("known to people who left, when the person is deleted: %q", got)
	}
}

// TestTokenViews_unused has a token count as unused when neither its issue nor a use is within 90
// days, and be used again at once.
func TestTokenViews_unused(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	var secrets []string
	for _, id := range []string{"never", "once", "daily"} {
		d.ServiceUser(t, id, users.RoleUser)
		_, secret := d.IssuedBy(t, d.Owner, users.ID(id), users.NewToken{Name: id, Lifetime: 300 * day, Scopes: []users.Scope{users.ScopeUsersRead}})
		secrets = append(secrets, secret)
	}
	use := func(i int) {
		if _, err := d.Authenticate(t.Context(), secrets[i], users.Program("req", "192.0.2.7", "", "curl/8")); err != nil {
			t.Fatal(err)
		}
		d.Settle()
	}
	d.Clock.Advance(10 * day)
	use(1)
	d.Clock.Advance(80 * day)
	use(2)
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensUnused}); got != "" {
		t.Errorf("after 90 days: %q", got)
	}
	d.Clock.Advance(day)
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensUnused}); got != "never" {
		t.Errorf("after 91 days: %q", got)
	}
	d.Clock.Advance(10 * day)
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensUnused}); got != "never once" {
		t.Errorf("after 101 days: %q", got)
	}
	use(0)
	if got, _ := shows(t, d, directory.Query{View: directory.ViewTokensUnused}); got != "once" {
		t.Errorf("after a use: %q", got)
	}
}

// TestTokensToRenew lists for a person the tokens that end soon of their own and of the service
// users that they are responsible for, and no others.
func TestTokensToRenew(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	for _, id := range []string{"hers", "others"} {
		n := users.NewServiceUser{NewPerson: users.NewPerson{ID: id, Name: id}}
		n.Purpose, n.Responsible = "Tests.", "owner@example.com"
		if id == "hers" {
			n.Responsible = "ana@example.com"
		}
		if _, err := d.CreateServiceUser(t.Context(), d.Owner, n); err != nil {
			t.Fatal(err)
		}
		d.IssuedBy(t, d.Owner, users.ID(id), users.NewToken{Name: id + " soon", Lifetime: 14 * day, Scopes: []users.Scope{users.ScopeUsersRead}})
		d.IssuedBy(t, d.Owner, users.ID(id), users.NewToken{Name: id + " later", Lifetime: 15 * day, Scopes: []users.Scope{users.ScopeUsersRead}})
	}
	d.IssuedBy(t, ana, ana.ID, users.NewToken{Name: "own", Lifetime: day, Scopes: []users.Scope{users.ScopeUsersRead}})
	names := func(all []users.Token, err error) (names []string) {
		if err != nil {
			t.Error(err)
		}
		for _, token := range all {
			names = append(names, token.Name)
		}
		return names
	}
	own, theirs, err := d.TokensFor(t.Context(), ana)
	if got := names(users.ToRenew(slices.Concat(theirs, own), d.Clock.Now()), err); !slices.Equal(got, []string{"own", "hers soon"}) {
		t.Errorf("to renew: got %q", got)
	}
	if got := names(theirs, err); !slices.Equal(got, []string{"hers soon", "hers later"}) {
		t.Errorf("answered for: got %q", got)
	}
	own, theirs, err = d.TokensFor(t.Context(), users.Command("req"))
	if got := names(slices.Concat(own, theirs), err); got != nil {
		t.Errorf("the command line: got %q", got)
	}
}
