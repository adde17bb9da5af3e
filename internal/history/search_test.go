package history_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// skipTo records an event of a number, so that the next one has the number after it.
func skipTo(t *testing.T, d *userstest.Directory, seq int64) {
	t.Helper()
	d.Alter(t, `INSERT INTO events SELECT $1, at, action, actor_key, target_key, via, '', '', 0, '', '', encoding, change_digest, actor_digest FROM events WHERE seq = 1`, seq)
}

// newLog returns a directory whose audit log has events in two blocks of the index. The last n
// events, from number 32,762 on, have a reason.
func newLog(t *testing.T, n int) *userstest.Directory {
	t.Helper()
	return newLogIn(t, userstest.New(t), n)
}

// newLogIn is newLog for a new directory d.
func newLogIn(t *testing.T, d *userstest.Directory, n int) *userstest.Directory {
	t.Helper()
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	skipTo(t, d, users.EventBlockSize-7)
	for i := range n {
		name := fmt.Sprintf("Ana %d", i)
		if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: &name}, Reason: fmt.Sprintf("Ticket %d of 山田太郎", i)}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// searches are queries of the log of [newLog].
var searches = map[string]history.Query{
	"in many":              {Text: "ticket"},
	"by its beginning":     {Text: "tick ana"},
	"in one":               {Text: "ticket 7"},
	"in none":              {Text: "ticket nothing"},
	"of a script":          {Text: "太郎"},
	"of actor and target":  {Text: "ticket", Actor: "owner@example.com", Target: "ana@example.com"},
	"of another actor":     {Text: "ticket", Actor: "ana@example.com"},
	"about a user":         {Text: "7", About: "ana@example.com"},
	"an action":            {Text: "ana", Action: users.ActionStarted},
	"signs and quotes":     {Text: `"Ticket's" (4) OR * :`},
	"no words but filters": {Action: users.ActionEdited},
}

// checkSearches checks that all searches find the events wanted, by an index of the events
// from 1 to last.
func checkSearches(t *testing.T, d *userstest.Directory, state string, last int64, want map[string][]int64) {
	t.Helper()
	if _, first, got := d.Indexed(t); first != 1 || got != last {
		t.Errorf("%s: the index has %d to %d, want 1 to %d", state, first, got, last)
	}
	for name, q := range searches {
		if got, unsearched := d.Find(t, q); !slices.Equal(got, want[name]) || unsearched != 0 {
			t.Errorf("%s, %s: got %v with %d unsearched, want %v", state, name, got, unsearched, want[name])
		}
	}
}

// TestSearch searches the same log with an index of no event, of some and of all: the results
// are equal.
func TestSearch(t *testing.T) {
	t.Parallel()
	d := newLog(t, 12)
	want := map[string][]int64{}
	for name, q := range searches {
		want[name], _ = d.Find(t, q)
	}
	if len(want["in many"]) != 12 || len(want["in one"]) != 1 || len(want["in none"]) != 0 || len(want["of a script"]) != 12 {
		t.Errorf("without an index: %v", want)
	}
	d.Index(t)
	last := d.Last(t)
	checkSearches(t, d, "indexed", last, want)
	skipTo(t, d, 5*users.EventBlockSize-2) // the next events are in two other blocks
	for i := range 3 {
		name := fmt.Sprintf("Ana again %d", i)
		if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}, Reason: "Ticket"}); err != nil {
			t.Fatal(err)
		}
		seq := d.Last(t)
		for _, name := range []string{"in many", "by its beginning", "of actor and target", "no words but filters"} {
			want[name] = slices.Insert(want[name], 0, seq)
		}
	}
	checkSearches(t, d, "with newer events", last, want)
	d.Index(t)
	checkSearches(t, d, "indexed again", d.Last(t), want)
}

// TestIndexAfterAnUpdate searches a log with an incomplete index, where a page says how many
// events are not searched, and with an index of another version, which is not asked.
func TestIndexAfterAnUpdate(t *testing.T) {
	t.Parallel()
	d := newLog(t, 8)
	d.Index(t)
	last := d.Last(t)
	d.Alter(t, `UPDATE search_index SET first_seq = $1`, last-3) // as after part of the work
	d.Alter(t, map[database.Engine]string{
		database.SQLite:     `INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		database.PostgreSQL: `DELETE FROM event_words_index`,
	}[d.DB.Engine()])
	if got, unsearched := d.Find(t, history.Query{Text: "ticket"}); len(got) != 0 || unsearched != last-4 {
		t.Errorf("got %v with %d unsearched, want none with %d", got, unsearched, last-4)
	}
	d.Alter(t, `UPDATE search_index SET version = 0`)
	if got, unsearched := d.Find(t, history.Query{Text: "ticket"}); len(got) != 8 || unsearched != 0 {
		t.Errorf("of another version: got %v with %d unsearched, want all, read directly", got, unsearched)
	}
	d.Index(t)
	version, first, to := d.Indexed(t)
	if got, unsearched := d.Find(t, history.Query{Text: "ticket"}); version == 0 || first != 1 || to != last || len(got) != 8 || unsearched != 0 {
		t.Errorf("afterwards the index of version %d has %d to %d, and %v is found with %d unsearched", version, first, to, got, unsearched)
	}
}

// TestIndexByTwoConsoles indexes from two services on one database at once: the index has each
// event once.
func TestIndexByTwoConsoles(t *testing.T) {
	t.Parallel()
	d := newLog(t, 5)
	other := d.Another(t)
	for _, err := range userstest.AtOnce(8, func(i int) error {
		_, err := []*users.Service{d.Service, other}[i%2].IndexEvents(t.Context())
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	d.Index(t)
	if got, _ := d.Find(t, history.Query{Text: "ticket"}); len(got) != 5 {
		t.Errorf("got %v, want five events", got)
	}
}

// TestIndexEventWithoutWords indexes an event of the console itself, without a target and a
// reason, when it is the only new one.
func TestIndexEventWithoutWords(t *testing.T) {
	t.Parallel()
	d := newLog(t, 1)
	d.Index(t)
	seq := d.Last(t) + 1
	d.Alter(t, `INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)
		SELECT $1, at, $2, '', '', 'schedule', '', '', 0, '', '', 1, change_digest, actor_digest FROM events WHERE seq = 1`, seq, users.ActionExportEnded)
	d.Alter(t, `INSERT INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes) SELECT $1, nonce, '', '', '', 0, '[]' FROM event_changes WHERE seq = 1`, seq)
	d.Alter(t, `INSERT INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent) SELECT $1, nonce, '', '', 'console', '', '', '' FROM event_actors WHERE seq = 1`, seq)
	d.Index(t)
	if _, _, last := d.Indexed(t); last != seq {
		t.Errorf("the index has events to %d, want %d", last, seq)
	}
	if got, _ := d.Find(t, history.Query{Text: "ticket"}); len(got) != 1 {
		t.Errorf("found %v, want one event", got)
	}
}

// TestIndexForgets deletes an event from the index: no search finds it, and its words are not
// left in the file.
func TestIndexForgets(t *testing.T) {
	t.Parallel()
	d := newLog(t, 3)
	name := "Zyxwvut"
	if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	d.Index(t)
	seqs, _ := d.Find(t, history.Query{Text: "zyxwvut"})
	if len(seqs) != 1 {
		t.Fatalf("found %v, want one event", seqs)
	}
	if d.DB.Engine() == database.SQLite {
		words := `owner example com ana 2 zyxwvut`
		d.Alter(t, `INSERT INTO event_words_index (event_words_index, rowid, words) VALUES ('delete', $1, $2)`, seqs[0], "00000"+strings.ReplaceAll(words, " ", " 00000"))
		var left int
		if err := d.DB.Reads().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM event_words_index_data WHERE instr(block, 'zyxwvut') > 0`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d blocks of the index still have the word, %v", left, err)
		}
	} else {
		d.Alter(t, `DELETE FROM event_words_index WHERE seq = $1`, seqs[0])
	}
	if got, _ := d.Find(t, history.Query{Text: "zyxwvut"}); len(got) != 0 {
		t.Errorf("found %v afterwards", got)
	}
	if got, _ := d.Find(t, history.Query{Text: "ticket"}); len(got) != 3 {
		t.Errorf("of the others %v are found, want three", got)
	}
}

// damageIndex empties the index of events and lists it as damaged.
func damageIndex(t *testing.T, d *userstest.Directory) {
	t.Helper()
	d.Alter(t, map[database.Engine]string{
		database.SQLite:     `INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		database.PostgreSQL: `DELETE FROM event_words_index`,
	}[d.DB.Engine()])
	d.Alter(t, `INSERT INTO damaged_indexes (engine, name, found_at) SELECT $1, 'event_words_index', at FROM events WHERE seq = 1`, d.DB.Engine())
}

// TestSearchWithoutDamagedIndex searches with an index that is listed as damaged, which is not
// used.
func TestSearchWithoutDamagedIndex(t *testing.T) {
	t.Parallel()
	d := newLog(t, 4)
	d.Index(t)
	damageIndex(t, d)
	if got, _ := d.Find(t, history.Query{Text: "ticket"}); len(got) != 4 {
		t.Errorf("found %v, want four events", got)
	}
}

// TestDamagedIndexIsRebuilt checks that a console on SQLite rebuilds the index. On PostgreSQL
// the role that owns it does, with console check --repair.
func TestDamagedIndexIsRebuilt(t *testing.T) {
	t.Parallel()
	d := newLogIn(t, userstest.NewAt(t, databasetest.SQLiteURL(t)), 4)
	d.Index(t)
	damageIndex(t, d)
	if rebuilt, err := d.RebuildIndexes(t.Context()); err != nil || !slices.Equal(rebuilt, []string{"event_words_index"}) {
		t.Fatalf("RebuildIndexes: got %v, %v", rebuilt, err)
	}
	d.Index(t)
	got, unsearched := d.Find(t, history.Query{Text: "ticket"})
	if version, first, _ := d.Indexed(t); len(got) != 4 || unsearched != 0 || version == 0 || first != 1 {
		t.Errorf("afterwards %v are found, by the index of version %d from %d on", got, version, first)
	}
}
