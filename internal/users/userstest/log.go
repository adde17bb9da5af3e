package userstest

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// Index adds all events to the index of the audit log.
func (d *Directory) Index(tb testing.TB) {
	tb.Helper()
	for {
		added, err := d.IndexEvents(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		if added == 0 {
			return
		}
	}
}

// Indexed returns the version of the index of the audit log and the range of its events.
func (d *Directory) Indexed(tb testing.TB) (version, first, last int64) {
	tb.Helper()
	row := d.DB.Reads().QueryRowContext(tb.Context(), `SELECT version, first_seq, last_seq FROM search_index WHERE name = 'event_words'`)
	if err := row.Scan(&version, &first, &last); err != nil {
		tb.Fatal(err)
	}
	return version, first, last
}

// Find returns the numbers of all events that a query selects, and how many events are not
// searched. It reads page by page from the newest on and back again, which has to come to the
// same events.
func (d *Directory) Find(tb testing.TB, q history.Query) (seqs []int64, unsearched int64) {
	tb.Helper()
	q.Limit = 3
	for next := "-"; next != ""; {
		page := d.eventPage(tb, q)
		for _, e := range page.Events {
			seqs = append(seqs, e.Seq)
		}
		unsearched, next, q.After = page.Unsearched, page.Next, page.Next
	}
	if len(seqs) == 0 {
		return nil, unsearched
	}
	var back []int64
	q.Before = fmt.Sprint(seqs[len(seqs)-1] - 1)
	for q.Before != "" {
		page := d.eventPage(tb, q)
		for _, e := range slices.Backward(page.Events) {
			back = append(back, e.Seq)
		}
		q.Before = page.Previous
	}
	if slices.Reverse(back); !slices.Equal(seqs, back) {
		tb.Errorf("%q: forth %v, back %v", q.Text, seqs, back)
	}
	return seqs, unsearched
}

// eventPage returns a page of the audit log.
func (d *Directory) eventPage(tb testing.TB, q history.Query) history.Page {
	tb.Helper()
	page, err := d.History.Events(tb.Context(), users.Command(""), q)
	if err != nil {
		tb.Fatal(err)
	}
	return page
}

// Alter writes to the database what no service would.
func (d *Directory) Alter(tb testing.TB, statement string, args ...any) {
	tb.Helper()
	err := d.DB.Transact(tb.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(tb.Context(), statement, args...)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}
