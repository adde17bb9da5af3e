package history

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// page reads a page of the audit log: of the whole log by the numbers of events and of one target by
// an index, which is fast, and of any other part of it as a long read.
func (s *Service) page(ctx context.Context, actor users.Actor, q Query) (page Page, err error) {
	from, to, err := q.place()
	if err != nil {
		return Page{}, err
	}
	words, findable, err := wordsOf(q.Text)
	switch {
	case err != nil || !findable:
		return Page{}, err
	case q.ofActions():
		all, err := s.ofActions(ctx, q, from, to)
		return q.page(all), err
	case !q.narrows() || q.ofOneTarget():
		var f database.Filter
		f.Add(`e.seq BETWEEN ? AND ?`, from, to)
		q.conditions(&f, byIndex)
		all, err := eventsWhere(ctx, s.db.Reads(), f.Where()+q.order(`e.seq`)+` LIMIT `+f.Arg(q.Limit+1), f.Args...)
		return q.page(all), err
	}
	err = s.users.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		var seqs []int64
		var unsearched int64
		if len(words) > 0 {
			seqs, unsearched, err = q.search(ctx, r, s.db.Engine(), words, from, to)
		} else {
			seqs, err = q.narrowed(ctx, r, from, to)
		}
		if err != nil {
			return err
		}
		all, err := eventsOf(ctx, r, seqs, q.order(`e.seq`))
		page = q.page(all)
		page.Unsearched = unsearched
		return err
	})
	return page, err
}

// ofOneTarget reports whether q selects by the target alone, as the pages of a user do, several
// of which a person may open at once: an index answers it.
func (q Query) ofOneTarget() bool {
	return q.Target != "" && q.Text == "" && q.Actor == "" && q.About == "" && q.Action == "" && (q.Part == PartAll || q.Part == PartChanges) && q.From.IsZero() && q.To.IsZero()
}

// narrows reports whether q selects a part of the log that the numbers of events do not
// determine, so that it may take long to find.
func (q Query) narrows() bool {
	q.After, q.Before, q.Limit = "", "", 0
	return q != Query{}
}

// place returns the range of numbers, inclusive, on the one side of the cursor of q.
func (q Query) place() (from, to int64, err error) {
	from, to = 1, math.MaxInt64
	cursor := q.After + q.Before
	if cursor == "" {
		return from, to, nil
	}
	seq, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || seq < 1 || q.After != "" && q.Before != "" {
		return 0, 0, users.ErrBadCursor
	}
	if q.Before != "" {
		return seq + 1, to, nil
	}
	return from, seq - 1, nil
}

// order returns the order of the events on the one side of the cursor, by the column of their
// numbers: those next to the cursor first.
func (q Query) order(column string) string {
	if q.Before != "" {
		return ` ORDER BY ` + column
	}
	return ` ORDER BY ` + column + ` DESC`
}

// page returns a page of the events that were found, which are one more than fit if another
// page follows.
func (q Query) page(all []users.Event) Page {
	back := q.Before != ""
	more := len(all) > q.Limit
	if more {
		all = all[:q.Limit]
	}
	if back {
		slices.Reverse(all)
	}
	page := Page{Events: all}
	if len(all) > 0 && (more || back) {
		page.Next = strconv.FormatInt(all[len(all)-1].Seq, 10)
	}
	if len(all) > 0 && (back && more || !back && q.After != "") {
		page.Previous = strconv.FormatInt(all[0].Seq, 10)
	}
	return page
}

// narrowed returns the numbers, from one to another, of the events that q selects without
// words, one more than a page at most. SQLite can be interrupted only until it has the first
// row, so the numbers are collected before that.
func (q Query) narrowed(ctx context.Context, r database.Reader, from, to int64) ([]int64, error) {
	var f database.Filter
	f.Add(`e.seq BETWEEN ? AND ?`, from, to)
	q.conditions(&f, byIndex)
	return numbersOf(ctx, r, `WITH found (seq) AS MATERIALIZED (SELECT e.seq FROM events e
		WHERE `+f.Where()+q.order(`e.seq`)+` LIMIT `+f.Arg(q.Limit+1)+`) SELECT seq FROM found`+q.order(`seq`), f.Args...)
}

// numbersOf returns the numbers that a query selects.
func numbersOf(ctx context.Context, r database.Reader, query string, args ...any) ([]int64, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (seq int64, err error) { return seq, row.Scan(&seq) }, query, args...)
}

// eventsOf returns the events of the given numbers in an order.
func eventsOf(ctx context.Context, r database.Reader, seqs []int64, order string) ([]users.Event, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	var f database.Filter
	numbers := make([]string, len(seqs))
	for i, seq := range seqs {
		numbers[i] = f.Arg(seq)
	}
	return eventsWhere(ctx, r, `e.seq IN (`+strings.Join(numbers, `, `)+`)`+order, f.Args...)
}
