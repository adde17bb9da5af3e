package web_test

import (
	"database/sql"
	"errors"
	"net/http"
	"os"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// spoilPage inverts a kilobyte of the database's file, in the first page of a table,
// while the console runs.
func (s *site) spoilPage(t *testing.T, table string) {
	t.Helper()
	s.Settle()
	var path string
	var page, size int64
	err := s.DB.Reads().QueryRowContext(t.Context(), `SELECT file, rootpage, page_size FROM sqlite_schema, pragma_page_size, pragma_database_list AS list
		WHERE sqlite_schema.name = $1 AND list.name = 'main'`, table).Scan(&path, &page, &size)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var busy, log, done int
	err = beside.QueryRowContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done)
	if err := errors.Join(err, beside.Close()); err != nil || busy > 0 {
		t.Fatalf("%v, %d", err, busy)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // not before: SQLite's locks would go with it
	part := make([]byte, 1024)
	if _, err := file.ReadAt(part, (page-1)*size); err != nil {
		t.Fatal(err)
	}
	for i := range part {
		part[i] ^= 0xff
	}
	if _, err := file.WriteAt(part, (page-1)*size); err != nil {
		t.Fatal(err)
	}
}

// TestCorruptPage meets a damaged page while the console runs: whatever needs it
// says that the data cannot be reached, and the rest works.
func TestCorruptPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{url: databasetest.SQLiteURL(t)})
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	form := b.get(t, "/users/ana@example.com/edit").form(t, "/users/ana@example.com/edit")
	s.spoilPage(t, "event_changes")
	s.pragma(t, "PRAGMA shrink_memory") // a writer has to read it, too

	for range 2 { // the first time does not spoil the second
		p := b.get(t, "/users/ana@example.com/activity").must(t, http.StatusServiceUnavailable, "cannot use its database at the moment: its file is damaged", "Request req_")
		if p.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		b.post(t, "/users/ana@example.com/edit", set(form, "name", "Anna", "reason", "x")).must(t, http.StatusServiceUnavailable)
		b.get(t, "/users").must(t, http.StatusOK, "ana@example.com")
		b.get(t, "/users/ana@example.com/edit").must(t, http.StatusOK)
	}
	if got := s.Must(t, "ana@example.com"); got.Version != 1 {
		t.Errorf("the edit that could not be told of was kept: %+v", got)
	}
}
