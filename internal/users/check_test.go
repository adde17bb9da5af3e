package users_test

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// checked returns the inconsistencies of a directory.
func checked(t *testing.T, d *userstest.Directory) []string {
	t.Helper()
	url := d.DB.Name()
	if d.DB.Engine() == database.SQLite {
		url = "sqlite:" + url
	}
	found, err := database.Verify(t.Context(), url, database.Options{}, database.Verification{
		Contents: func(ctx context.Context, engine database.Engine, tx *sql.Tx) []string {
			return users.Check(ctx, engine, tx, func(string, int, int) {})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// newUsed returns a directory with an event of each kind in its history.
func newUsed(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.NewAt(t, databasetest.URL(t))
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	ctx := t.Context()
	d.Person(t, "ana@example.com", users.RoleAdmin)
	d.Person(t, "bea@example.com", users.RoleUser)
	d.Invited(t, "cleo@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	useTokens(t, d)
	_, err := d.AddSystemUser(ctx, users.Command("req"), "platform")
	must("add a system user", err)
	_, err = d.ChangeRole(ctx, d.Owner, "bea@example.com", users.RoleChange{Role: users.RoleAuditor, Version: d.Must(t, "bea@example.com").Version})
	must("change the role", err)
	name := "Ana Álvarez"
	_, err = d.Edit(ctx, d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name, Channels: map[string]bool{"web_ui": true}}})
	must("edit", err)
	must("reset the sign-in", d.ResetSignIn(ctx, d.Owner, "bea@example.com", users.SignInReset{Reason: "new provider"}))
	d.SignedIn(t, "bea@example.com")
	moveBothWays(t, d)
	_, err = d.LogOut(ctx, provider, users.Logout{Issuer: userstest.Issuer, Subject: "sub-bea@example.com", JTI: "1", IssuedAt: d.Clock.Now()})
	must("log out at the provider", err)
	must("deactivate", d.Deactivate(ctx, d.Owner, "bea@example.com", users.Departure{}))
	must("reactivate", d.Reactivate(ctx, d.Owner, "bea@example.com", users.Reactivation{}))
	must("deactivate", d.Deactivate(ctx, d.Owner, "cleo@example.com", users.Departure{}))
	_, err = d.SaveView(ctx, d.Owner, users.NewView{Name: "Robots", Query: "type=service"})
	must("save a view", err)
	d.Invited(t, "gone@example.com", users.RoleUser)
	must("delete", d.Delete(ctx, d.Owner, "gone@example.com", users.Deletion{Confirm: "gone@example.com"}))
	d.RefuseAccess(ctx, d.Owner, "nobody@example.com", "audit")
	d.Settle()
	d.Index(t)
	return d
}

// moveBothWays moves all identities to another issuer and back.
func moveBothWays(t *testing.T, d *userstest.Directory) {
	t.Helper()
	for _, move := range []users.IdentityMove{{From: userstest.Issuer, To: newIssuer}, {From: newIssuer, To: userstest.Issuer}} {
		if _, err := d.MoveIdentities(t.Context(), users.Command("req"), move); err != nil {
			t.Fatal(err)
		}
	}
}

// useTokens issues three tokens of the service user robot, disables the first and revokes the second.
func useTokens(t *testing.T, d *userstest.Directory) {
	t.Helper()
	disabled, _ := d.Issued(t, "robot")
	revoked, _ := d.IssuedBy(t, d.Owner, "robot", users.NewToken{Name: "ended", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	if err := d.DisableToken(t.Context(), d.Owner, disabled.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	if err := d.RevokeToken(t.Context(), d.Owner, revoked.ID, users.TokenEnd{LeaveNone: true}); err != nil {
		t.Fatal(err)
	}
	d.Issued(t, "robot")
}

// TestCheck finds no inconsistency in what the console has done.
func TestCheck(t *testing.T) {
	t.Parallel()
	if found := checked(t, newUsed(t)); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// TestCheckOfALoadedDirectory finds none in users loaded with a history.
func TestCheckOfALoadedDirectory(t *testing.T) {
	t.Parallel()
	d := onFile(t)
	past := somePast(d.Clock.Now())
	past[1].By, past[2].By = command, command // no other users exist
	past[2].Since = past[2].Since[:0]
	if err := load(t, d, past); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, d); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// TestCheckAfterErasure deletes both parts of the events of a target: what can't be verified is no
// inconsistency.
func TestCheckAfterErasure(t *testing.T) {
	t.Parallel()
	d := newUsed(t)
	transact(t, d, `DELETE FROM event_actors WHERE seq IN (SELECT seq FROM event_changes WHERE target_id = 'bea@example.com')`,
		`DELETE FROM event_changes WHERE target_id = 'bea@example.com'`, `DELETE FROM event_mentions WHERE seq NOT IN (SELECT seq FROM event_changes)`, `UPDATE search_index SET version = 0`) // the index of before is out of date
	if found := checked(t, d); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// TestCheckFinds corrupts the tables, each time in one way, and looks for the sentence about it.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	tests := maps.Clone(corruptions)
	maps.Copy(tests, corruptionsOf[databasetest.Engine()])
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newUsed(t)
			corrupt(t, d, test.statements)
			found := checked(t, d)
			if !slices.ContainsFunc(found, func(one string) bool { return strings.Contains(one, test.says) }) {
				t.Errorf("got no %q in\n%s", test.says, strings.Join(found, "\n"))
			}
		})
	}
}

// TestCheckListsExamples finds many inconsistencies of one kind, and lists a few.
func TestCheckListsExamples(t *testing.T) {
	t.Parallel()
	d := newUsed(t)
	for i := range 30 {
		d.ServiceUser(t, "robot-"+string(rune('a'+i%26))+string(rune('a'+i/26)), users.RoleUser)
	}
	corrupt(t, d, `UPDATE users SET responsible_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com') WHERE kind = 'service'`)
	found := checked(t, d)
	if len(found) > 70 || !slices.ContainsFunc(found, func(one string) bool { return strings.Contains(one, "the same holds of 26 more") }) {
		t.Errorf("got %d findings:\n%s", len(found), strings.Join(found, "\n"))
	}
}
