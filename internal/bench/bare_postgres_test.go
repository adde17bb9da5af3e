//go:build postgres

package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestBareEditOnPostgres checks that the statements of an edit, run by pgx alone, come to
// an edit, and take the lock that the console's own take.
func TestBareEditOnPostgres(t *testing.T) {
	t.Parallel()
	url := directory(t, databasetest.PostgresURL(t))
	conns, err := connectBare(t.Context(), url, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer conns.close()
	edits, err := bareEdits(t.Context(), url, conns, []*form{{id: "ann@example.com"}, {id: "bob@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, edit := range edits {
		if !strings.Contains(edit.begin, "pg_advisory_xact_lock") {
			t.Errorf("an edit begins with %q, which takes no lock", edit.begin)
		}
		for turn := range 3 {
			if err := edit.editOn(t.Context(), conns[i], turn); err != nil {
				t.Error(err)
			}
		}
	}
	var versions, events int
	if err := conns[0].QueryRow(t.Context(), `SELECT SUM(version) FROM users WHERE user_id IN ('ann@example.com', 'bob@example.com')`).Scan(&versions); err != nil {
		t.Fatal(err)
	}
	if err := conns[0].QueryRow(t.Context(), `SELECT COUNT(*) FROM events WHERE action = 'user.edited'`).Scan(&events); err != nil {
		t.Fatal(err)
	}
	if versions != 12 || events != 10 { // each was added, edited by the domain's method, and four times by its statements
		t.Errorf("got versions %d in all and %d events, want 12 and 10", versions, events)
	}
}

// TestStatementsOfPages checks that the bench sees what a page runs, and can run that
// itself.
func TestStatementsOfPages(t *testing.T) {
	t.Parallel()
	address := directory(t, databasetest.PostgresURL(t))
	paths := []string{"/users", searchPath("ann"), userPath("bob@example.com", "")}
	seen, err := statementsOf(t.Context(), address, paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	conns, err := connectBare(t.Context(), address, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer conns.close()
	for i, page := range seen {
		if len(page) < 3 || !strings.Contains(page[0].text, "sessions") {
			t.Errorf("%s was seen to run %d statements, the session's not first: %v", paths[i], len(page), page)
		}
		for _, s := range page {
			if err := readAll(t.Context(), conns[0], s); err != nil {
				t.Errorf("%s: %v", s.text, err)
			}
		}
	}
	if !strings.Contains(seen[1][len(seen[1])-1].text+seen[1][2].text, " LIKE ") {
		t.Errorf("the search was not seen among %v", seen[1])
	}
}

// TestServer checks what is told of a server, and where a directory on it is.
func TestServer(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	s := new(server)
	if s.admin, err = pgx.Connect(t.Context(), address.String()); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.describe(t.Context()); err != nil || !strings.HasPrefix(s.words, "PostgreSQL 1") {
		t.Errorf("the server is told as %q (%v)", s.words, err)
	}
	name := strings.TrimPrefix(address.Path, "/")
	if got, err := onServer(address.String(), "other"); err != nil || got != strings.Replace(address.String(), "/"+name, "/other", 1) {
		t.Errorf("got %s, %v", got, err)
	}
}
