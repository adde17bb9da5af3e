package users_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestMergeIndexes renames a user often enough that FTS5 would have merged the segments of the
// index within an edit. They are merged by MergeIndexes alone, in transactions of few pages, and a
// search finds the last name only.
func TestMergeIndexes(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	d := userstest.NewAt(t, url)
	d.Invited(t, "ana@example.com", users.RoleUser)
	const renames = 60
	for i := range renames {
		renameAna(t, d, fmt.Sprintf("Ana %03d", i))
	}
	if n := segments(t, d); n < renames {
		t.Fatalf("%d segments after %d edits: an edit has merged some", n, renames)
	}
	for more := true; more; {
		var err error
		if more, err = d.MergeIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := segments(t, d); n > 8 {
		t.Errorf("%d segments are left", n)
	}
	for text, want := range map[string]int{"ana 059": 1, "ana 058": 0, "owner": 1} {
		if found, _ := searched(t, d.Directory, d.Owner, text); len(found) != want {
			t.Errorf("a search for %q finds %v", text, found)
		}
	}
	before := pagesLogged(t, url)
	if more, err := d.MergeIndexes(t.Context()); more || err != nil || pagesLogged(t, url) != before {
		t.Errorf("merging without a change writes %d pages, %v, %v", pagesLogged(t, url)-before, more, err)
	}
}

// renameAna gives ana@example.com another name.
func renameAna(t *testing.T, d *userstest.Directory, name string) {
	t.Helper()
	if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
}

// segments returns how many segments the index of the search has.
func segments(t *testing.T, d *userstest.Directory) int {
	t.Helper()
	n, err := database.Count(t.Context(), d.DB.Reads(), `SELECT COUNT(DISTINCT segid) FROM users_search_idx`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// pagesLogged returns how many pages the write-ahead log of the file at url has: mxFrame in the
// header of the wal-index.
func pagesLogged(t *testing.T, url string) int {
	t.Helper()
	index, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:") + "-shm")
	if err != nil {
		t.Fatal(err)
	}
	return int(binary.NativeEndian.Uint32(index[16:]))
}

// TestEditWritesFewPages counts the pages that an edit of a name writes to the write-ahead log: in
// a small directory one of each table and index that has a row of it.
func TestEditWritesFewPages(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLiteURL(t)
	d := userstest.NewAt(t, url)
	d.Invited(t, "ana@example.com", users.RoleUser)
	const (
		record = 4  // users and its indexes by name, by facet and name, by time of the change
		event  = 10 // three tables, their six indexes and its tally
		search = 2  // segment and size of the document
		splits = 4  // a full page becomes two, below one that names both
	)
	least := record + event + search + splits
	for i := range 20 {
		before := pagesLogged(t, url)
		renameAna(t, d, fmt.Sprintf("Ana %03d", i))
		n := pagesLogged(t, url) - before
		if least = min(least, n); n > record+event+search+splits {
			t.Errorf("edit %d of a name writes %d pages", i, n)
		}
	}
	if least > record+event+search {
		t.Errorf("no edit of a name writes fewer than %d pages", least)
	}
}
