package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// directory fills a database with the viewer and two people to edit, and
// returns its address.
func directory(t *testing.T, url string) string {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := users.NewService(db, users.Config{})
	by := users.Command("cmd_test")
	for id, role := range map[string]users.Role{viewer: users.RoleAdmin, "ann@example.com": users.RoleUser, "bob@example.com": users.RoleUser} {
		if _, addErr := s.AddPerson(t.Context(), by, users.NewPerson{ID: id, Role: role}); addErr != nil {
			t.Fatal(addErr)
		}
	}
	_, err = s.SignIn(t.Context(), userstest.Claims(viewer), userstest.Visit("first"))
	s.Close()
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return url
}

// TestBareEditIsAnEdit checks that the bench still knows what an edit writes. It
// fails where an edit runs a statement that the bench was not taught.
func TestBareEditIsAnEdit(t *testing.T) {
	t.Parallel()
	c, err := openInside(t.Context(), directory(t, databasetest.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	bare, err := c.bareEdit(t.Context(), []string{"ann@example.com", "bob@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	for turn := range 4 {
		if err := bare.do(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
	if u, err := c.User(t.Context(), c.actor, "bob@example.com"); err != nil || u.Version != 3 {
		t.Errorf("after two bare edits bob has version %d (%v), want 3", u.Version, err)
	}
}

func TestUnderstand(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want string // what it takes; empty: it is not understood
	}{
		"an update":              {`UPDATE users SET name = NULLIF($1, ''), version = $2 WHERE key = $3 AND version = $4`, "users.name,users.version,by key,by version"},
		"an insert":              {`INSERT INTO events (at, action) VALUES ($1, $2)`, "events.at,events.action"},
		"an insert of a select":  {`INSERT INTO events (seq, at) SELECT MAX(seq) + 1, $1 FROM events RETURNING seq`, "events.at"},
		"rows of two tables":     {`WITH a AS (INSERT INTO events (seq, at) VALUES ($1, $2)) INSERT INTO parts (seq, nonce) VALUES ($3, $4)`, "events.seq,events.at,parts.seq,parts.nonce"},
		"a select":               {`SELECT 1 FROM users u WHERE u.key = $1`, "by key"},
		"a value of no name":     {`SELECT $1`, ""},
		"more values than names": {`INSERT INTO events (at) VALUES ($1 + $2)`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := understand(test.text)
			if got := strings.Join(s.takes, ","); err == nil && got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}
