package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestSession_authTime signs in with values of auth_time.
func TestSession_authTime(t *testing.T) {
	for circumstance, test := range map[string]struct {
		ago   time.Duration // of auth_time; negative: ahead
		unset bool
		want  time.Duration
	}{
		"a moment ago":               {ago: 0, want: 0},
		"hours ago":                  {ago: 3 * time.Hour, want: 3 * time.Hour},
		"by a clock that is ahead":   {ago: -time.Minute, want: 0},
		"and does not say when":      {unset: true},
		"in microseconds as it says": {ago: 1500 * time.Microsecond, want: 1500 * time.Microsecond},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			claims, visit := userstest.Claims("owner@example.com"), userstest.Visit("secret")
			if !test.unset {
				claims.AuthTime = d.Clock.Now().Add(-test.ago)
			}
			in, err := d.SignIn(t.Context(), claims, visit)
			if err != nil {
				t.Fatal(err)
			}
			var want time.Time
			if !test.unset {
				want = d.Clock.Now().Add(-test.want)
			}
			found, err := d.Session(t.Context(), visit.Digest)
			if err != nil || !found.Session.AuthenticatedAt.Equal(want) || !in.Session.AuthenticatedAt.Equal(want) {
				t.Errorf("got %v and %v, %v, want %v", in.Session.AuthenticatedAt, found.Session.AuthenticatedAt, err, want)
			}
			if actor := found.Actor("req", "192.0.2.1", "test"); !actor.AuthTime.Equal(want) {
				t.Errorf("the actor: got %v, want %v", actor.AuthTime, want)
			}
		})
	}
}

// signInsAgain are identities that come back from a sign-in that the owner was asked for.
var signInsAgain = map[string]struct {
	as      string
	refused bool
}{
	"as themselves":                           {as: "owner@example.com"},
	"as another person":                       {as: "bo@example.com", refused: true},
	"as an invited person":                    {as: "invited@example.com", refused: true},
	"as a person who is not in the directory": {as: "stranger@example.com", refused: true},
}

// TestSignInAgainIsOfTheSamePerson signs in as another person where the owner was asked to sign in
// again: the sign-in is refused, and the owner's session goes on.
func TestSignInAgainIsOfTheSamePerson(t *testing.T) {
	for circumstance, test := range signInsAgain {

		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, users.Config{Signup: users.SignupOpen})
			d.Person(t, "bo@example.com", users.RoleUser)
			d.Invited(t, "invited@example.com", users.RoleUser)
			first := userstest.Visit("first")
			if _, err := d.SignIn(t.Context(), userstest.Claims("owner@example.com"), first); err != nil {
				t.Fatal(err)
			}
			again := userstest.Visit("again")
			again.Replaces, again.Only = first.Digest, d.Owner.Key
			_, err := d.SignIn(t.Context(), userstest.Claims(test.as), again)
			refused, _ := errors.AsType[*users.RefusedError](err)
			if test.refused != (refused != nil && refused.Reason == users.RefusedOnly) || !test.refused && err != nil {
				t.Fatalf("got %v", err)
			}
			if _, err := d.Session(t.Context(), first.Digest); (err == nil) != test.refused {
				t.Errorf("the first session: %v", err)
			}
			if _, err := d.Session(t.Context(), again.Digest); (err == nil) == test.refused {
				t.Errorf("the new session: %v", err)
			}
			if u := d.Must(t, "invited@example.com"); u.Status != users.StatusInvited {
				t.Errorf("the invited person is %s", u.Status)
			}
			if _, err := d.User(t.Context(), d.Owner, "stranger@example.com"); !errors.Is(err, users.ErrNotFound) {
				t.Errorf("the stranger: %v", err)
			}
		})
	}
}

// ownerSince returns the owner as one who authenticated a while ago.
func ownerSince(age time.Duration) func(*userstest.Directory) users.Actor {
	return func(d *userstest.Directory) users.Actor {
		actor := d.Owner
		actor.AuthTime = d.Clock.Now().Add(-age)
		return actor
	}
}

// recentSignInTests are issues of tokens, and whether they need another sign-in.
var recentSignInTests = map[string]struct {
	actor func(*userstest.Directory) users.Actor
	id    users.ID
	again bool
}{
	"just now, for an admin":              {ownerSince(0), "boss", false},
	"five minutes ago, for an admin":      {ownerSince(5 * time.Minute), "boss", false},
	"a little longer ago, for an admin":   {ownerSince(5*time.Minute + time.Microsecond), "boss", true},
	"a little longer ago, for an auditor": {ownerSince(5*time.Minute + time.Microsecond), "reader", false},
	"yesterday, for an owner":             {ownerSince(24 * time.Hour), "owner@example.com", true},
	"at an unknown time, for an admin": {func(d *userstest.Directory) users.Actor {
		actor := d.Owner
		actor.AuthTime = time.Time{}
		return actor
	}, "boss", true},
	"at the command line, for an admin": {func(*userstest.Directory) users.Actor { return users.Command("cmd") }, "boss", false},
}

// TestTokenOfAnAdminNeedsARecentSignIn issues tokens with sign-ins of all ages. Only a token that acts
// as an admin or owner needs a recent one, and only of a person in a browser.
func TestTokenOfAnAdminNeedsARecentSignIn(t *testing.T) {
	for circumstance, test := range recentSignInTests {

		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "boss", users.RoleAdmin)
			d.ServiceUser(t, "reader", users.RoleAuditor)
			_, secret, err := d.IssueToken(t.Context(), test.actor(d), test.id,
				users.NewToken{Name: "one", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
			if errors.Is(err, users.ErrSignInAgain) != test.again || !test.again && err != nil || (secret == "") != test.again {
				t.Errorf("got %v", err)
			}
			all, err := d.Tokens(t.Context(), d.Owner, test.id)
			if err != nil || (len(all) == 0) != test.again {
				t.Errorf("there are %d tokens, %v", len(all), err)
			}
		})
	}
}
