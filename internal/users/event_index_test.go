package users_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// aLog returns a directory with a log, the last n events of which have a reason. They are in
// two blocks of the index: the first of them has the number 32,762.
func aLog(t *testing.T, n int) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	alter(t, d, `INSERT INTO events SELECT 32761, at, action, actor_key, target_key, via, '', '', 0, '', '', encoding, change_digest, actor_digest FROM events WHERE seq = 1`)
	for i := range n {
		name := fmt.Sprintf("Ana %d", i)
		if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: &name}, Reason: fmt.Sprintf("Ticket %d of 山田太郎", i)}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// index has all events indexed.
func index(t *testing.T, d *userstest.Directory) {
	t.Helper()
	for {
		added, err := d.IndexEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if added == 0 {
			return
		}
	}
}

// indexed returns what the index of the log has.
func indexed(t *testing.T, d *userstest.Directory) (version, first, last int64) {
	t.Helper()
	row := d.DB.Reads().QueryRowContext(t.Context(), `SELECT version, first_seq, last_seq FROM search_index WHERE name = 'event_words'`)
	if err := row.Scan(&version, &first, &last); err != nil {
		t.Fatal(err)
	}
	return version, first, last
}

// alter writes to the database what no service would.
func alter(t *testing.T, d *userstest.Directory, statement string, args ...any) {
	t.Helper()
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// findings returns the numbers of all events that a search finds, page by page from the
// newest on and back again, which have to be the same.
func findings(t *testing.T, d *userstest.Directory, q users.EventQuery) (seqs []int64, unsearched int64) {
	t.Helper()
	q.Limit = 3
	var back []int64
	for {
		page, err := d.Events(t.Context(), users.Command(""), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			seqs = append(seqs, e.Seq)
		}
		unsearched = page.Unsearched
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	if len(seqs) == 0 {
		return nil, unsearched
	}
	q.After, q.Before = "", fmt.Sprint(seqs[len(seqs)-1]-1)
	for q.Before != "" {
		page, err := d.Events(t.Context(), users.Command(""), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Backward(page.Events) {
			back = append(back, e.Seq)
		}
		q.Before = page.Previous
	}
	if slices.Reverse(back); !slices.Equal(seqs, back) {
		t.Errorf("%q: forth %v, back %v", q.Text, seqs, back)
	}
	return seqs, unsearched
}

// TestSearchIndexedAndNewer is that a search finds the same whether the index has none of
// the events, some or all.
func TestSearchIndexedAndNewer(t *testing.T) {
	t.Parallel()
	d := aLog(t, 12)
	queries := map[string]users.EventQuery{
		"in many":              {Text: "ticket"},
		"by its beginning":     {Text: "tick ana"},
		"in one":               {Text: "ticket 7"},
		"in none":              {Text: "ticket nothing"},
		"of a script":          {Text: "太郎"},
		"of whom and by whom":  {Text: "ticket", Actor: d.Owner.ID, Target: "ana@example.com"},
		"of another":           {Text: "ticket", Actor: "ana@example.com"},
		"about a user":         {Text: "7", About: "ana@example.com"},
		"an action":            {Text: "ana", Action: users.ActionStarted},
		"signs and quotes":     {Text: `"Ticket's" (4) OR * :`},
		"no words but filters": {Action: users.ActionEdited},
	}
	before := map[string][]int64{}
	for name, q := range queries {
		before[name], _ = findings(t, d, q)
	}
	if len(before["in many"]) != 12 || len(before["in one"]) != 1 || len(before["in none"]) != 0 || len(before["of a script"]) != 12 {
		t.Errorf("without an index: %v", before)
	}
	check := func(state string, last int64) {
		t.Helper()
		if _, first, got := indexed(t, d); first != 1 || got != last {
			t.Errorf("%s: the index has %d to %d, want 1 to %d", state, first, got, last)
		}
		for name, q := range queries {
			if got, unsearched := findings(t, d, q); !slices.Equal(got, before[name]) || unsearched != 0 {
				t.Errorf("%s, %s: got %v with %d unsearched, want %v", state, name, got, unsearched, before[name])
			}
		}
	}
	index(t, d)
	last := d.Last(t)
	check("indexed", last)
	for i := range 3 {
		name := fmt.Sprintf("Ana again %d", i)
		if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}, Reason: "Ticket"}); err != nil {
			t.Fatal(err)
		}
		seq := d.Last(t)
		for _, name := range []string{"in many", "by its beginning", "of whom and by whom", "no words but filters"} {
			before[name] = slices.Insert(before[name], 0, seq)
		}
	}
	check("with newer events", last)
	index(t, d)
	check("indexed again", d.Last(t))
}

// TestIndexAfterAnUpdate is a log that has no index, or one of other words: it is found the
// newest first, and how many events are not searched yet is told.
func TestIndexAfterAnUpdate(t *testing.T) {
	t.Parallel()
	d := aLog(t, 8)
	index(t, d)
	last := d.Last(t)
	alter(t, d, `UPDATE search_index SET first_seq = $1`, last-3) // as after part of the work
	alter(t, d, map[database.Engine]string{
		database.SQLite:     `INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		database.PostgreSQL: `DELETE FROM event_words_index`,
	}[d.DB.Engine()])
	if got, unsearched := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 0 || unsearched != last-4 {
		t.Errorf("got %v with %d unsearched, want none with %d", got, unsearched, last-4)
	}
	alter(t, d, `UPDATE search_index SET version = 0`)
	if got, unsearched := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 8 || unsearched != 0 {
		t.Errorf("of another version: got %v with %d unsearched, want all, read directly", got, unsearched)
	}
	index(t, d)
	version, first, to := indexed(t, d)
	if got, unsearched := findings(t, d, users.EventQuery{Text: "ticket"}); version == 0 || first != 1 || to != last || len(got) != 8 || unsearched != 0 {
		t.Errorf("afterwards the index of version %d has %d to %d, and %v is found with %d unsearched", version, first, to, got, unsearched)
	}
}

// TestIndexByTwoConsoles has two services on one database index at once: each event is in
// the index once.
func TestIndexByTwoConsoles(t *testing.T) {
	t.Parallel()
	d := aLog(t, 5)
	other := d.Another(t)
	for _, err := range atOnce(8, func(i int) error {
		_, err := []*users.Service{d.Service, other}[i%2].IndexEvents(t.Context())
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	index(t, d)
	if got, _ := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 5 {
		t.Errorf("got %v, want five events", got)
	}
}

// TestIndexEventWithoutWords indexes an event of the console itself, without a target and a
// reason, when it is the only new one.
func TestIndexEventWithoutWords(t *testing.T) {
	t.Parallel()
	d := aLog(t, 1)
	index(t, d)
	seq := d.Last(t) + 1
	alter(t, d, `INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)
		SELECT $1, at, $2, '', '', 'schedule', '', '', 0, '', '', 1, change_digest, actor_digest FROM events WHERE seq = 1`, seq, users.ActionExportEnded)
	alter(t, d, `INSERT INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes) SELECT $1, nonce, '', '', '', 0, '[]' FROM event_changes WHERE seq = 1`, seq)
	alter(t, d, `INSERT INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent) SELECT $1, nonce, '', '', 'console', '', '', '' FROM event_actors WHERE seq = 1`, seq)
	index(t, d)
	if _, _, last := indexed(t, d); last != seq {
		t.Errorf("the index has events to %d, want %d", last, seq)
	}
	if got, _ := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 1 {
		t.Errorf("found %v, want one event", got)
	}
}

// TestIndexForgets is that what is deleted from the index is found no more, and is not left
// in the file.
func TestIndexForgets(t *testing.T) {
	t.Parallel()
	d := aLog(t, 3)
	name := "Zyxwvut"
	if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	index(t, d)
	seqs, _ := findings(t, d, users.EventQuery{Text: "zyxwvut"})
	if len(seqs) != 1 {
		t.Fatalf("found %v, want one event", seqs)
	}
	if d.DB.Engine() == database.SQLite {
		words := `owner example com ana 2 zyxwvut`
		alter(t, d, `INSERT INTO event_words_index (event_words_index, rowid, words) VALUES ('delete', $1, $2)`, seqs[0], "00000"+strings.ReplaceAll(words, " ", " 00000"))
		var left int
		if err := d.DB.Reads().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM event_words_index_data WHERE instr(block, 'zyxwvut') > 0`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d blocks of the index still have the word, %v", left, err)
		}
	} else {
		alter(t, d, `DELETE FROM event_words_index WHERE seq = $1`, seqs[0])
	}
	if got, _ := findings(t, d, users.EventQuery{Text: "zyxwvut"}); len(got) != 0 {
		t.Errorf("found %v afterwards", got)
	}
	if got, _ := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 3 {
		t.Errorf("of the others %v are found, want three", got)
	}
}

// TestSearchWithoutDamagedIndex is that an index which is noted to be damaged is not asked,
// and with SQLite is built anew.
func TestSearchWithoutDamagedIndex(t *testing.T) {
	t.Parallel()
	d := aLog(t, 4)
	index(t, d)
	alter(t, d, map[database.Engine]string{
		database.SQLite:     `INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		database.PostgreSQL: `DELETE FROM event_words_index`,
	}[d.DB.Engine()])
	alter(t, d, `INSERT INTO damaged_indexes (engine, name, found_at) SELECT $1, 'event_words_index', at FROM events WHERE seq = 1`, d.DB.Engine())
	if got, _ := findings(t, d, users.EventQuery{Text: "ticket"}); len(got) != 4 {
		t.Errorf("found %v, want four events", got)
	}
	if d.DB.Engine() == database.PostgreSQL {
		return // where the role that owns the index rebuilds it
	}
	if rebuilt, err := d.RebuildIndexes(t.Context()); err != nil || !slices.Equal(rebuilt, []string{"event_words_index"}) {
		t.Fatalf("RebuildIndexes: got %v, %v", rebuilt, err)
	}
	index(t, d)
	got, unsearched := findings(t, d, users.EventQuery{Text: "ticket"})
	if version, first, _ := indexed(t, d); len(got) != 4 || unsearched != 0 || version == 0 || first != 1 {
		t.Errorf("afterwards %v are found, by the index of version %d from %d on", got, version, first)
	}
}
