package users_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// checked returns what is found wrong with a directory, in a file also with its schema and
// its index of search texts.
func checked(t *testing.T, d *userstest.Directory) []string {
	t.Helper()
	if d.DB.Engine() == database.PostgreSQL {
		tx, err := d.DB.Streams().BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		return users.Check(t.Context(), tx, func(string, int, int) {})
	}
	found, err := database.Verify(t.Context(), "sqlite:"+d.DB.Name(), database.Verification{
		Contents: func(ctx context.Context, tx *sql.Tx) []string {
			return slices.Concat(users.Check(ctx, tx, func(string, int, int) {}), users.CheckSearch(ctx, tx))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// newLivedIn returns a directory in which everything has happened that a history
// tells of.
func newLivedIn(t *testing.T, url string) *userstest.Directory {
	t.Helper()
	d := userstest.NewAt(t, url)
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
	_, err := d.AddSystemUser(ctx, users.Command("req"), "platform")
	must("add a system user", err)
	_, err = d.ChangeRole(ctx, d.Owner, "bea@example.com", users.RoleChange{Role: users.RoleAuditor, Version: d.Must(t, "bea@example.com").Version})
	must("change the role", err)
	name := "Ana Álvarez"
	_, err = d.Edit(ctx, d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name, Channels: map[string]bool{"web_ui": true}}})
	must("edit", err)
	must("reset the sign-in", d.ResetSignIn(ctx, d.Owner, "bea@example.com", "new provider"))
	d.SignedIn(t, "bea@example.com")
	must("deactivate", d.Deactivate(ctx, d.Owner, "bea@example.com", users.Departure{}))
	must("reactivate", d.Reactivate(ctx, d.Owner, "bea@example.com", ""))
	must("deactivate", d.Deactivate(ctx, d.Owner, "cleo@example.com", users.Departure{}))
	_, err = d.SaveView(ctx, d.Owner, users.NewView{Name: "Robots", Query: "type=service"})
	must("save a view", err)
	d.Invited(t, "gone@example.com", users.RoleUser)
	must("delete", d.Delete(ctx, d.Owner, "gone@example.com", users.Deletion{Confirm: "gone@example.com"}))
	d.RefuseAccess(ctx, d.Owner, "nobody@example.com", "audit")
	d.Settle()
	return d
}

// TestCheck finds nothing wrong with what the console has done.
func TestCheck(t *testing.T) {
	t.Parallel()
	if found := checked(t, newLivedIn(t, databasetest.ServedURL(t))); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// TestCheckOfALoadedDirectory does the same for users who came with a history.
func TestCheckOfALoadedDirectory(t *testing.T) {
	t.Parallel()
	d := onFile(t)
	past := somePast(d.Clock.Now())
	past[1].By, past[2].By = command, command // nobody else is there
	past[2].Since = past[2].Since[:0]
	if err := load(t, d, past); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, d); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// TestCheckAfterErasure deletes the details of everything that was done to
// somebody: what cannot be told any more is not wrong.
func TestCheckAfterErasure(t *testing.T) {
	t.Parallel()
	d := newLivedIn(t, databasetest.ServedURL(t))
	spoil(t, d, `DELETE FROM event_details WHERE target_id = 'bea@example.com'`)
	if found := checked(t, d); len(found) > 0 {
		t.Errorf("found:\n%s", strings.Join(found, "\n"))
	}
}

// spoil runs statements on the tables themselves: references are looked at in the end, or
// on PostgreSQL neither these nor triggers are.
func spoil(t *testing.T, d *userstest.Directory, statements string) {
	t.Helper()
	if d.DB.Engine() == database.PostgreSQL {
		databasetest.RunPostgres(t, d.DB.Name(), `SET session_replication_role = replica; `+statements)
		return
	}
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.Exec(`PRAGMA defer_foreign_keys = ON`); err != nil {
			return err
		}
		_, err := tx.Exec(statements)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forgetful lets SQLite delete events. In PostgreSQL no trigger is in the way then.
var forgetful = map[database.Engine]string{database.SQLite: `DROP TRIGGER events_are_not_deleted; `}[databasetest.Engine()]

// spoiled are changes of the tables behind the console's back, each in one way.
var spoiled = map[string]struct{ spoil, says string }{
	"a role given by hand":           {`UPDATE users SET role = 'owner' WHERE user_id = 'ana@example.com'`, "ana@example.com is not as the history says: role"},
	"a name given by hand":           {`UPDATE users SET name = 'Nemo' WHERE user_id = 'ana@example.com'`, "ana@example.com is not as the history says: name"},
	"a time zone given by hand":      {`UPDATE users SET time_zone = 'Europe/Rome' WHERE user_id = 'robot'`, "robot is not as the history says: time_zone"},
	"a channel turned on by hand":    {`UPDATE users SET channels = '{"email":true,"web_ui":true}' WHERE user_id = 'robot'`, "robot is not as the history says: channel.web_ui"},
	"a version too many":             {`UPDATE users SET version = version + 1 WHERE user_id = 'robot'`, "robot has a version that the events do not come to"},
	"a version too few":              {`UPDATE users SET version = version - 1 WHERE user_id = 'ana@example.com'`, "ana@example.com has a version that the events do not come to"},
	"a version beyond erased events": {`DELETE FROM event_details WHERE target_id = 'robot'; UPDATE users SET version = 9 WHERE user_id = 'robot'`, "robot has a version"},
	"a reactivation by hand":         {`UPDATE users SET deactivated = (1 = 0) WHERE user_id = 'cleo@example.com'`, "cleo@example.com is deactivated, or is not"},
	"an identity taken away":         {`DELETE FROM identities WHERE subject = 'sub-bea@example.com'`, "bea@example.com is kept as one with an identity"},
	"an identity unbound by hand":    {`DELETE FROM identities WHERE subject = 'sub-bea@example.com'; UPDATE users SET identified = (1 = 0) WHERE user_id = 'bea@example.com'`, "bea@example.com has an identity, or has none"},
	"a user put in by hand": {`INSERT INTO users (user_id, role, deactivated, identified, channels, types, time_zone, sort_name, search_text, updated_at, version, key, kind, created_at, created_by, seen_at)
		SELECT 'eve@example.com', role, (1 = 0), (1 = 0), channels, types, time_zone, 'eve@example.com', '', updated_at, 1, 'usr_eve', kind, created_at, created_by, seen_at FROM users WHERE user_id = 'cleo@example.com'`,
		"eve@example.com has no event of having been created"},
	"a user deleted by hand":         {`DELETE FROM users WHERE user_id = 'cleo@example.com'`, "tells of a user usr_"},
	"a count":                        {`UPDATE tallies SET n = n + 2 WHERE kind = 'service'`, "service, user, active: counted 3, there 1"},
	"a count by day":                 {`UPDATE day_tallies SET n = 7 WHERE what = 'review'`, "review 2027-05-01: counted 7, there 1"},
	"a hole in the history":          {forgetful + `DELETE FROM event_details WHERE seq IN (7, 8); DELETE FROM events WHERE seq IN (7, 8)`, "before the event 9 there are numbers without an event"},
	"a history without a beginning":  {forgetful + `DELETE FROM event_details WHERE seq = 1; DELETE FROM events WHERE seq = 1`, "owner@example.com has no event of having been created"},
	"an event left out by its end":   {forgetful + `DELETE FROM event_details WHERE seq = (SELECT MAX(seq) FROM events WHERE action = 'user.edited'); DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events WHERE action = 'user.edited')`, "ana@example.com has a version"},
	"a session of who is away":       {`UPDATE sessions SET user_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com')`, "is of nobody who may be signed in"},
	"an identity of a program":       {`UPDATE identities SET user_key = (SELECT key FROM users WHERE user_id = 'robot') WHERE subject = 'sub-bea@example.com'`, "who is no person of the directory"},
	"somebody who cannot answer":     {`UPDATE users SET responsible_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com') WHERE user_id = 'robot'`, "For robot somebody answers who is not there, or cannot"},
	"a name that cannot be searched": {`UPDATE users SET search_text = '  other' WHERE user_id = 'robot'`, "robot is not found by their name"},
	"no secret":                      {`DELETE FROM secrets`, "lacks the secret of the cursors"},
	"a form without event":           {`INSERT INTO done_forms (key, actor_key, seq, at) SELECT 'frm_x', '', 9999, MAX(at) FROM events`, "The form frm_x has done something of which there is no event"},
}

// spoiledFiles are changes of what only a file has checked.
var spoiledFiles = map[string]struct{ spoil, says string }{
	"an index behind its table": {`DROP TRIGGER users_search_update; UPDATE users SET search_text = search_text || '  more' WHERE user_id = 'robot'`,
		"The index of the search is not in step with the users"},
	"an index without a user": {`DROP TRIGGER users_search_update; UPDATE users SET search_text = '' WHERE user_id = 'robot'`,
		"The index of the search is not in step with the users"},
	"a rule taken away": {`DROP TRIGGER events_are_not_changed`, "The schema lacks the trigger events_are_not_changed"},
	"a rule made harmless": {`DROP TRIGGER events_are_not_deleted; CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT 1; END`,
		"The trigger events_are_not_deleted is not as the console made it"},
	"a table of somebody else's": {`CREATE TABLE notes (a TEXT)`, "The schema has the table notes, which no console made"},
}

// TestCheckFinds changes the tables behind the console's back, each time in one
// way, and looks for the sentence that says so.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	checkFinds(t, databasetest.ServedURL, spoiled)
	checkFinds(t, databasetest.SQLiteURL, spoiledFiles)
}

// checkFinds does so for each of the changes, in a database of its own.
func checkFinds(t *testing.T, url func(testing.TB) string, changes map[string]struct{ spoil, says string }) {
	t.Helper()
	for name, test := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newLivedIn(t, url(t))
			spoil(t, d, test.spoil)
			found := checked(t, d)
			if !slices.ContainsFunc(found, func(one string) bool { return strings.Contains(one, test.says) }) {
				t.Errorf("got no %q in\n%s", test.says, strings.Join(found, "\n"))
			}
		})
	}
}

// TestCheckNamesAFew spoils more than anybody wants to read.
func TestCheckNamesAFew(t *testing.T) {
	t.Parallel()
	d := newLivedIn(t, databasetest.ServedURL(t))
	for i := range 30 {
		d.ServiceUser(t, "robot-"+string(rune('a'+i%26))+string(rune('a'+i/26)), users.RoleUser)
	}
	spoil(t, d, `UPDATE users SET responsible_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com') WHERE kind = 'service'`)
	found := checked(t, d)
	if len(found) > 70 || !slices.ContainsFunc(found, func(one string) bool { return strings.Contains(one, "the same holds of 26 more") }) {
		t.Errorf("got %d findings:\n%s", len(found), strings.Join(found, "\n"))
	}
}
