package users

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// newTestService returns a directory with an owner, from inside the package: these
// tests reach for what others cannot.
func newTestService(t *testing.T) *Service {
	t.Helper()
	return newTestServiceIn(t, databasetest.URL(t))
}

// newTestServiceIn is newTestService in the database at url.
func newTestServiceIn(t *testing.T, url string) *Service {
	t.Helper()
	s := NewService(databasetest.Open(t, url, database.Options{}), Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(s.Close)
	if err := s.EnsureOwners(t.Context(), []string{"owner@example.com"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// countRows returns how many rows a table has.
func countRows(t *testing.T, s *Service, table string) int {
	t.Helper()
	n, err := database.Count(t.Context(), s.reads(), `SELECT COUNT(*) FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestChangeRefusesUnauditedWrite checks what the compiler cannot: a change that
// writes and returns no event is rolled back.
func TestChangeRefusesUnauditedWrite(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	err := s.change(t.Context(), Command(""), func(tx *changeTx) ([]Event, error) {
		_, err := tx.exec(t.Context(), `UPDATE users SET name = 'x'`)
		return nothing, err
	})
	if !errors.Is(err, errUnaudited) {
		t.Errorf("change: got error %v, want %v", err, errUnaudited)
	}
	if n, _ := database.Count(t.Context(), s.reads(), `SELECT COUNT(*) FROM users WHERE name = 'x'`); n != 0 {
		t.Error("the write was kept")
	}
}

// TestReadsCannotWrite sends a statement that writes, and looks like a query, to
// the pool that everything is read from.
func TestReadsCannotWrite(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	var key string
	err := s.reads().QueryRowContext(t.Context(), `DELETE FROM sessions RETURNING id`).Scan(&key)
	if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "-", ""), "readonly") {
		t.Errorf("a read that deletes: got error %v, want one that says read-only", err)
	}
}

// forbidden are statements that would change what is recorded, by engine; "" is either.
var forbidden = map[database.Engine]map[string]string{
	"": {
		"update a row":                `UPDATE events SET action = 'x'`,
		"delete a row":                `DELETE FROM events`,
		"overwrite a row":             `INSERT INTO events SELECT * FROM events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET action = 'x'`,
		"insert before the last":      `INSERT INTO events SELECT 0, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest FROM events WHERE seq = 1`,
		"update changes":              `UPDATE event_changes SET target_name = 'x'`,
		"update an actor":             `UPDATE event_actors SET reason = 'x'`,
		"overwrite changes":           `INSERT INTO event_changes SELECT * FROM event_changes WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET target_name = 'x'`,
		"overwrite an actor":          `INSERT INTO event_actors SELECT * FROM event_actors WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET reason = 'x'`,
		"change an old event's part":  `INSERT INTO event_actors SELECT 1, nonce, actor_id, actor_name, actor_kind, 'x', address, user_agent FROM event_actors WHERE seq = 2`,
		"change an old event's other": `INSERT INTO event_changes SELECT 1, nonce, target_id, 'x', target_kind, target_version, changes FROM event_changes WHERE seq = 2`,
	},
	database.SQLite: {
		"replace a row":    `INSERT OR REPLACE INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest) VALUES (1, 0, 'x', '', '', 'command', '', '', 0, '', '', 1, zeroblob(32), zeroblob(32))`,
		"replace changes":  `INSERT OR REPLACE INTO event_changes SELECT * FROM event_changes`,
		"replace an actor": `INSERT OR REPLACE INTO event_actors SELECT * FROM event_actors`,
	},
	database.PostgreSQL: {
		"truncate both":    `TRUNCATE events CASCADE`,
		"truncate changes": `TRUNCATE event_changes`,
		"truncate actors":  `TRUNCATE event_actors`,
	},
}

// TestEventsCannotBeChanged asks the database itself, past all our code.
func TestEventsCannotBeChanged(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{"", databasetest.Engine()} {
		for name, statement := range forbidden[engine] {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newTestService(t)
				if _, err := s.AddSystemUser(t.Context(), Command(""), "platform"); err != nil {
					t.Fatal(err)
				}
				err := s.note(t.Context(), bookkeeping{query: statement})
				if err == nil || !strings.Contains(err.Error(), "events are ") && !strings.Contains(err.Error(), "parts of events are ") {
					t.Errorf("%s: got %v, want the database to refuse it", statement, err)
				}
			})
		}
	}
}

// TestDetailsCanBeErased does the one thing that may be done to an event: its
// personal part goes, the fixed row stays.
func TestDetailsCanBeErased(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	if err := s.note(t.Context(), bookkeeping{query: `DELETE FROM event_changes`}, bookkeeping{query: `DELETE FROM event_actors`}); err != nil {
		t.Fatal(err)
	}
	found, err := eventsWhere(t.Context(), s.reads(), `e.seq = 1`)
	if e := found[0]; err != nil || !e.ChangeErased || !e.ActorErased || e.Target.Key == "" {
		t.Errorf("got %+v, %v; want an erased event that keeps its keys", e, err)
	}
}

// wholeChanges are changes that write to several tables.
var wholeChanges = map[string]func(context.Context, *Service) error{
	"delete": func(ctx context.Context, s *Service) error {
		return s.Delete(ctx, Command(""), "leaver@example.com", Deletion{Confirm: "leaver@example.com"})
	},
	"first sign-in": func(ctx context.Context, s *Service) error {
		_, err := s.SignIn(ctx, Claims{Issuer: "i", Subject: "new", Address: "late@example.com", Verified: VerifiedYes}, Visit{Digest: DigestOf("new"), Attempt: Attempt{Digest: DigestOf("new")}})
		return err
	},
	"sign-in": func(ctx context.Context, s *Service) error {
		_, err := s.SignIn(ctx, Claims{Issuer: "i", Subject: "s"}, Visit{Digest: DigestOf("again"), Attempt: Attempt{Digest: DigestOf("again")}})
		return err
	},
	"create": func(ctx context.Context, s *Service) error {
		_, err := s.AddSystemUser(ctx, Command(""), "platform")
		return err
	},
	"form": func(ctx context.Context, s *Service) error {
		_, err := s.AddSystemUser(Once(ctx, Request{Key: NewFormKey().For("/")}), Command(""), "platform")
		return err
	},
}

// faults make a kind of statement fail, by engine.
var faults = map[database.Engine]string{
	database.SQLite: `CREATE TRIGGER fault BEFORE %s BEGIN SELECT RAISE(ABORT, 'injected'); END`,
	database.PostgreSQL: `CREATE FUNCTION fault() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected'; END $$;
		CREATE TRIGGER fault BEFORE %s FOR EACH ROW EXECUTE FUNCTION fault()`,
}

// TestChangeIsWholeOrNothing makes each kind of statement fail in turn, under
// each kind of change.
func TestChangeIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	for statement, hit := range map[string][]string{
		"INSERT ON users":          {"create", "form"},
		"INSERT ON identities":     {"first sign-in"},
		"INSERT ON used_attempts":  {"first sign-in", "sign-in"},
		"INSERT ON sessions":       {"first sign-in", "sign-in"},
		"INSERT ON events":         {"create", "delete", "first sign-in", "form", "sign-in"},
		"INSERT ON event_changes":  {"create", "delete", "first sign-in", "form", "sign-in"},
		"INSERT ON event_actors":   {"create", "delete", "first sign-in", "form", "sign-in"},
		"INSERT ON event_mentions": {"delete"},
		"INSERT ON done_requests":  {"form"},
		"UPDATE ON users":          {"delete", "first sign-in"},
		"UPDATE ON identities":     {"sign-in"},
		"DELETE ON users":          {"delete"},
		"DELETE ON identities":     {"delete"},
		"DELETE ON sessions":       {"delete"},
	} {
		for _, name := range hit {
			t.Run(name+" fails at "+statement, func(t *testing.T) {
				t.Parallel()
				s := newTestService(t)
				arrive(t, s)
				before := snapshot(t, s)
				if err := s.note(t.Context(), bookkeeping{query: fmt.Sprintf(faults[s.db.Engine()], statement)}); err != nil {
					t.Fatal(err)
				}
				if err := wholeChanges[name](t.Context(), s); err == nil || !strings.Contains(err.Error(), "injected") {
					t.Fatalf("the injected fault hit nothing: %v", err)
				}
				if after := snapshot(t, s); after != before {
					t.Errorf("after the fault: got %v rows, want %v", after, before)
				}
			})
		}
	}
}

// arrive adds leaver@example.com, who has signed in and is responsible for a service
// user, and late@example.com, who has yet to sign in.
func arrive(t *testing.T, s *Service) {
	t.Helper()
	ctx, operator := t.Context(), Command("")
	for _, id := range []string{"leaver@example.com", "late@example.com"} {
		if _, err := s.AddPerson(ctx, operator, NewPerson{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SignIn(ctx, Claims{Issuer: "i", Subject: "s", Address: "leaver@example.com", Verified: VerifiedYes}, Visit{Digest: DigestOf("leaver"), Attempt: Attempt{Digest: DigestOf("leaver")}}); err != nil {
		t.Fatal(err)
	}
	_, err := s.CreateServiceUser(ctx, operator, NewServiceUser{NewPerson{ID: "robot"}, ServiceFields{Responsible: "leaver@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Settle()
}

// snapshot returns how many rows each table of the record and its history has.
func snapshot(t *testing.T, s *Service) (rows [9]int) {
	t.Helper()
	for i, table := range []string{"users", "identities", "sessions", "events", "event_changes", "event_actors", "event_mentions", "done_requests", "used_attempts"} {
		rows[i] = countRows(t, s, table)
	}
	return rows
}

func TestBookkeepingNeverWaits(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	held, release := make(chan struct{}), make(chan struct{})
	s.notes.add(func() error { close(held); <-release; return nil })
	<-held
	for range 10_000 {
		s.noteInBackground(deleteExpiredSessions(time.Now(), time.Hour))
	}
	close(release)
	s.Close()
	s.noteInBackground(deleteExpiredSessions(time.Now(), time.Hour)) // after Close it is dropped
}

func TestChangeSeesDemotion(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	ctx := context.Background()
	if _, err := s.AddPerson(ctx, Command(""), NewPerson{ID: "admin@example.com", Role: RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	in, err := s.SignIn(ctx, Claims{Issuer: "i", Subject: "a", Address: "admin@example.com", Verified: VerifiedYes}, Visit{Digest: DigestOf("a"), Attempt: Attempt{Digest: DigestOf("a")}})
	if err != nil {
		t.Fatal(err)
	}
	stale := in.Actor("", "", "") // as a request that came in before the demotion holds it
	if _, err := s.ChangeRole(ctx, Command(""), "admin@example.com", RoleChange{Role: RoleUser}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddPerson(ctx, stale, NewPerson{ID: "x@example.com"}); !errors.Is(err, ErrForbidden) {
		t.Errorf("AddPerson by a demoted admin: got error %v, want %v", err, ErrForbidden)
	}
}
