package users_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

const newIssuer = "https://new.example.com"

// Subjects of the people of TestMoveIdentities.
const ana, bo, owner = "sub-ana@example.com", "sub-bo@example.com", "sub-owner@example.com"

// identityMoves are moves of identities and their results.
var identityMoves = map[string]struct {
	move   users.IdentityMove
	moved  users.Moved
	flaws  []string          // fields with mistakes; nil: it is done
	become map[string]string // subjects at the new issuer, by user_id
}{
	"all with their subjects": {users.IdentityMove{}, users.Moved{People: 3}, nil,
		map[string]string{"ana@example.com": ana, "bo@example.com": bo, "owner@example.com": owner}},
	"by a map": {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, "1"}, {2, bo, "2"}, {3, owner, "3"}}}, users.Moved{People: 3}, nil,
		map[string]string{"ana@example.com": "1", "bo@example.com": "2", "owner@example.com": "3"}},
	"some by a map": {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, ana}}}, users.Moved{People: 1, Left: 2}, nil,
		map[string]string{"ana@example.com": ana}},
	"only to look": {users.IdentityMove{DryRun: true}, users.Moved{People: 3}, nil, map[string]string{}},
	"subjects that change places": {users.IdentityMove{To: userstest.Issuer, Subjects: []users.SubjectMove{{1, ana, bo}, {2, bo, ana}}}, users.Moved{People: 2, Left: 1}, nil,
		map[string]string{"ana@example.com": bo, "bo@example.com": ana, "owner@example.com": owner}},
	"an old subject twice":        {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, "1"}, {2, ana, "2"}}}, users.Moved{}, []string{"line 2"}, nil},
	"a new subject twice":         {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, "1"}, {2, bo, "1"}}}, users.Moved{}, []string{"line 2"}, nil},
	"a subject that is not bound": {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, "1"}, {4, "x", "2"}}}, users.Moved{}, []string{"line 4"}, nil},
	"a subject that is missing":   {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, ""}}}, users.Moved{}, []string{"line 1"}, nil},
	"one that is bound there":     {users.IdentityMove{Subjects: []users.SubjectMove{{1, ana, "taken"}}}, users.Moved{}, []string{"line 1"}, nil},
	"one that stays there":        {users.IdentityMove{To: userstest.Issuer, Subjects: []users.SubjectMove{{1, ana, bo}}}, users.Moved{}, []string{"line 1"}, nil},
	"from an issuer of no one":    {users.IdentityMove{From: "https://none.example.com"}, users.Moved{}, []string{"from"}, nil},
	"to the same issuer":          {users.IdentityMove{To: userstest.Issuer}, users.Moved{}, []string{"to"}, nil},
}

// withTwoIssuers returns a directory with ana and bo of the former issuer, and taken of the new one.
func withTwoIssuers(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	for _, id := range []string{"ana@example.com", "bo@example.com"} {
		d.Person(t, id, users.RoleUser)
	}
	d.Invited(t, "taken@example.com", users.RoleUser)
	at := users.Claims{Issuer: newIssuer, Subject: "taken", Address: "taken@example.com", Verified: users.VerifiedYes}
	if _, err := d.SignIn(t.Context(), at, userstest.Visit("taken")); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestMoveIdentities moves ana, bo and the owner to another issuer, or finds why not.
func TestMoveIdentities(t *testing.T) {
	t.Parallel()
	for name, test := range identityMoves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := withTwoIssuers(t)
			if test.move.From == "" {
				test.move.From = userstest.Issuer
			}
			if test.move.To == "" {
				test.move.To = newIssuer
			}
			last := d.Last(t)
			got, err := d.MoveIdentities(t.Context(), users.Command("cmd"), test.move)
			if test.flaws != nil {
				checkMistakes(t, d, last, err, test.flaws...)
				return
			}
			if err != nil || got != test.moved {
				t.Fatalf("moved %+v, %v; want %+v", got, err, test.moved)
			}
			if n := len(d.Since(t, last)); n != test.moved.People && !test.move.DryRun || n > 0 && test.move.DryRun {
				t.Errorf("%d events for %d people", n, test.moved.People)
			}
			for id, subject := range test.become {
				in, err := d.SignIn(t.Context(), users.Claims{Issuer: test.move.To, Subject: subject, Address: id}, userstest.Visit("new "+id))
				if err != nil || string(in.User.ID) != id {
					t.Errorf("%s at the new issuer: %s, %v", subject, in.User.ID, err)
				}
			}
		})
	}
}

// TestMoveKeepsSessions moves a person who is signed in: the session goes on, the provider
// ends it by its new name, and no one else may move identities.
func TestMoveKeepsSessions(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "s")
	move := users.IdentityMove{From: userstest.Issuer, To: newIssuer}
	if _, err := d.MoveIdentities(t.Context(), d.Owner, move); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by an owner in a browser: %v", err)
	}
	last := d.Last(t)
	_, err := d.MoveIdentities(t.Context(), users.Command("cmd"), move)
	check(t, d, last, err, nil,
		"operator identity.moved ana@example.com [identity: "+userstest.Issuer+" sub-ana@example.com → "+newIssuer+" sub-ana@example.com]",
		"operator identity.moved owner@example.com [identity: "+userstest.Issuer+" sub-owner@example.com → "+newIssuer+" sub-owner@example.com]")
	lives(t, d, "s", true)
	issuers, err := d.Issuers(t.Context())
	if diff := cmp.Diff([]users.IssuerCount{{Issuer: newIssuer, People: 2}}, issuers); diff != "" || err != nil {
		t.Errorf("issuers, %v (-want +got):\n%s", err, diff)
	}
	for issuer, want := range map[string]bool{newIssuer: false, userstest.Issuer: true, "https://a.example.com": true, "https://z.example.com": true} {
		if others, err := d.HasOtherIssuers(t.Context(), issuer); err != nil || others != want {
			t.Errorf("other issuers than %s: got %t, %v", issuer, others, err)
		}
	}
	if n, err := d.LogOut(t.Context(), provider, users.Logout{Issuer: newIssuer, Subject: "sub-ana@example.com", JTI: "1", IssuedAt: d.Clock.Now()}); n != 1 || err != nil {
		t.Errorf("logged out at the new issuer: %d, %v", n, err)
	}
}
