package users_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// damageIndex takes leaves of the index of the search away, as a page that went bad does,
// past all that keeps a console from it.
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

// damagedAlone are the indexes that damageIndex damages.
var damagedAlone = []string{"users_search"}

// searched returns the user_ids that a search finds, and how it went on.
func searched(t *testing.T, s *directory.Service, as users.Actor, text string) (ids []string, how directory.Scan) {
	t.Helper()
	l, err := s.Users(t.Context(), as, directory.Query{Text: text})
	if err != nil {
		t.Fatalf("search for %q: %v", text, err)
	}
	for _, u := range l.Users {
		ids = append(ids, string(u.ID))
	}
	return ids, l.Scanned
}

// TestDamagedIndex damages the index of the search under two consoles: searches are answered
// without it, it is verified and noted, one console rebuilds it, and nothing is wrong
// afterwards.
func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	d := userstest.NewAt(t, url)
	d.Invited(t, "ana.alvarez@example.com", users.RoleUser)
	other, want := d.Another(t), []string{"ana.alvarez@example.com"}
	reader := directory.New(d.DB, other, directory.Config{})
	checkFound := func(when string, s *directory.Service, how directory.Scan) {
		t.Helper()
		if got, scanned := searched(t, s, d.Owner, "alvarez"); !cmp.Equal(got, want) || scanned != how {
			t.Errorf("%s: got %v, scan %d; want %v, scan %d", when, got, scanned, want, how)
		}
	}
	checkFound("before", d.Directory, directory.ScanNone)
	if damaged, err := d.VerifyIndexes(t.Context(), nil); err != nil || len(damaged) != 0 {
		t.Errorf("before: got %v, %v, want that none is damaged", damaged, err)
	}
	damageIndex(t, url)
	checkFound("when a statement calls it damaged", d.Directory, directory.ScanAll)
	reported := <-d.DB.Damage()
	if !database.IsDamaged(reported) {
		t.Errorf("reported: got %v", reported)
	}
	if damaged, err := d.VerifyIndexes(t.Context(), reported); err != nil || !cmp.Equal(damaged, damagedAlone) {
		t.Errorf("VerifyIndexes: got %v, %v, want %v", damaged, err, damagedAlone)
	}
	checkFound("on the other console", reader, directory.ScanAll)
	if sizes, err := other.Sizes(t.Context()); err != nil || !cmp.Equal(sizes.Damaged, damagedAlone) {
		t.Errorf("Sizes: got %v, %v", sizes.Damaged, err)
	}
	rebuildAtOnce(t, d.Service, other)
	checkFound("when it is rebuilt", d.Directory, directory.ScanNone)
	checkFound("when it is rebuilt, on the other console", reader, directory.ScanNone)
	d.Invited(t, "bea.alvarez@example.com", users.RoleUser)
	want = append(want, "bea.alvarez@example.com")
	checkFound("after a change", reader, directory.ScanNone)
	expectConsistent(t, d)
}

// expectConsistent runs the consistency check.
func expectConsistent(t *testing.T, d *userstest.Directory) {
	t.Helper()
	err := d.DB.Inspect(t.Context(), func(tx *sql.Tx) error {
		for _, finding := range users.Check(t.Context(), database.SQLite, tx, func(string, int, int) {}) {
			t.Error("check: ", finding)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// rebuildAtOnce has consoles rebuild the index at once: one does it.
func rebuildAtOnce(t *testing.T, consoles ...*users.Service) {
	t.Helper()
	var all sync.WaitGroup
	done := make(chan []string, len(consoles))
	for _, s := range consoles {
		all.Go(func() {
			rebuilt, err := s.RebuildIndexes(context.WithoutCancel(t.Context()))
			if err != nil {
				t.Error(err)
			}
			done <- rebuilt
		})
	}
	all.Wait()
	close(done)
	var rebuilt []string
	for one := range done {
		rebuilt = append(rebuilt, one...)
	}
	if !cmp.Equal(rebuilt, damagedAlone) {
		t.Errorf("rebuilt: got %v, want %v once", rebuilt, damagedAlone)
	}
}

// TestSearchWithoutIndex searches as TestDamagedIndex does, on either engine, for all kinds
// of words: what is found is what the index finds.
func TestSearchWithoutIndex(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, id := range []string{"ana.alvarez@example.com", "jo@example.com", "bea@other.example.com"} {
		d.Invited(t, id, users.RoleUser)
	}
	d.ServiceUser(t, "robot", users.RoleUser)
	texts := []string{"alvarez", "jo", "an", "example", "other ex", "type:service ro", "nobody at all", `"bea@other.example.com"`}
	want := map[string][]string{}
	for _, text := range texts {
		want[text], _ = searched(t, d.Directory, d.Owner, text)
	}
	transact(t, d, `INSERT INTO damaged_indexes (engine, name, found_at) SELECT '`+string(d.DB.Engine())+`', 'users_search', at FROM events WHERE seq = 1`)
	for _, text := range texts {
		got, how := searched(t, d.Directory, d.Owner, text)
		if !cmp.Equal(got, want[text]) {
			t.Errorf("%q: got %v, want %v", text, got, want[text])
		}
		if how != directory.ScanAll {
			t.Errorf("%q: scan %d", text, how)
		}
	}
	if err := d.IndexesRebuilt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, how := searched(t, d.Directory, d.Owner, "alvarez"); how != directory.ScanNone {
		t.Errorf("when it is rebuilt: scan %d", how)
	}
}
