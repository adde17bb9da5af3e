package main

import (
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// damageIndex removes leaves of the search index in a SQLite database, as a corrupt page does.
func damageIndex(t *testing.T, url string) {
	t.Helper()
	path, _ := strings.CutPrefix(url, "sqlite:")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(20000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `DELETE FROM users_search_data WHERE id > 10`); err != nil {
		t.Fatal(err)
	}
}

// TestIndexIsRebuilt searches with a damaged index: the console logs that and rebuilds it.
func TestIndexIsRebuilt(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	d := userstest.NewAt(t, url)
	d.Invited(t, "ana@example.com", users.RoleUser)
	out := &lockedBuffer{}
	ticks := make(chan time.Time)
	stop := maintenance{d.Service, d.DB.Engine(), d.DB.Damage(), slog.New(slog.NewTextHandler(out, nil))}.start(t.Context(), ticks)
	defer stop()
	search := func() directory.Scan {
		l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: "ana@"})
		if err != nil || len(l.Users) != 1 {
			t.Errorf("search: got %d users, %v", len(l.Users), err)
		}
		return l.Scanned
	}
	damageIndex(t, url)
	if how := search(); how != directory.ScanAll {
		t.Errorf("damaged: scan %d", how)
	}
	for !strings.Contains(out.String(), "indexes rebuilt") {
		ticks <- time.Time{} // received when the previous tick is done
	}
	if how := search(); how != directory.ScanNone {
		t.Errorf("rebuilt: scan %d", how)
	}
	if said := out.String(); !strings.Contains(said, "an index is damaged, and is being rebuilt") || !strings.Contains(said, "users_search") {
		t.Errorf("logged:\n%s", said)
	}
}

// TestCheckRepairs repairs a damaged index with console check --repair. It does not rebuild an
// index that is intact.
func TestCheckRepairs(t *testing.T) {
	t.Parallel()
	url, _ := newInhabited(t)
	damageIndex(t, url)
	says(t, url, 1, "The index of the search differs from what it indexes", "check")
	says(t, url, 0, "The index users_search has been rebuilt.\n", "check", "--repair")
	says(t, url, 0, "is whole", "check")
	if said, status := runConsole(t, url, "check", "--repair"); status != 0 || strings.Contains(said, "rebuilt") {
		t.Errorf("a sound one: got status %d and\n%s", status, said)
	}
	says(t, "sqlite:"+t.TempDir()+"/none.db", 1, "is not there", "check", "--repair")
}
