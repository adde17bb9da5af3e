package users

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// eventPage reads a page of the audit log: of the whole log by its numbers, which is quick,
// and of a part of it as a long read.
func (s *Service) eventPage(ctx context.Context, actor Actor, q EventQuery) (EventPage, error) {
	from, to, err := q.place()
	if err != nil {
		return EventPage{}, err
	}
	words, findable, err := soughtWords(q.Text)
	if err != nil {
		return EventPage{}, err
	}
	switch {
	case !findable:
		return EventPage{}, nil
	case !q.narrows():
		all, err := eventsWhere(ctx, s.reads(), `e.seq BETWEEN $1 AND $2`+q.order(`e.seq`)+` LIMIT $3`, from, to, q.Limit+1)
		return q.page(all), err
	}
	var page EventPage
	read := func(ctx context.Context, r database.Reader) error {
		var seqs []int64
		var lacking int64
		if len(words) > 0 {
			seqs, lacking, err = q.search(ctx, r, s.eventIndex(), words, from, to, q.Limit+1)
		} else {
			seqs, err = q.narrowed(ctx, r, from, to, q.Limit+1)
		}
		if err != nil {
			return err
		}
		all, err := eventsOf(ctx, r, seqs, q.order(`e.seq`))
		page = q.page(all)
		page.Unsearched = lacking
		return err
	}
	if q.ofOneTarget() {
		err = read(ctx, s.reads())
	} else {
		err = s.searchLong(ctx, actor.Key, read)
	}
	return page, err
}

// ofOneTarget reports whether q asks for what was done to one user and for nothing else, as
// the pages of a user do, of which a person may open several at once: an index has it.
func (q EventQuery) ofOneTarget() bool {
	return q.Target != "" && q.Text == "" && q.Actor == "" && q.About == "" && q.Action == "" && q.From.IsZero() && q.To.IsZero()
}

// narrows reports whether q asks for a part of the log that the numbers of the events do
// not tell, so that it may take long to find.
func (q EventQuery) narrows() bool {
	q.After, q.Before, q.Limit = "", "", 0
	return q != EventQuery{}
}

// place returns the range of numbers, inclusive, on the one side of the cursor of q.
func (q EventQuery) place() (from, to int64, err error) {
	from, to = 1, math.MaxInt64
	cursor := q.After + q.Before
	if cursor == "" {
		return from, to, nil
	}
	seq, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || seq < 1 || q.After != "" && q.Before != "" {
		return 0, 0, ErrBadCursor
	}
	if q.Before != "" {
		return seq + 1, to, nil
	}
	return from, seq - 1, nil
}

// order returns how the events on the one side of the cursor are ordered, by the column of
// their numbers: those next to the cursor first.
func (q EventQuery) order(column string) string {
	if q.Before != "" {
		return ` ORDER BY ` + column
	}
	return ` ORDER BY ` + column + ` DESC`
}

// page returns a page of the events that were found, which are one more than fit where
// there is a page after this one.
func (q EventQuery) page(all []Event) EventPage {
	back := q.Before != ""
	more := len(all) > q.Limit
	if more {
		all = all[:q.Limit]
	}
	if back {
		slices.Reverse(all)
	}
	page := EventPage{Events: all}
	if len(all) > 0 && (more || back) {
		page.Next = strconv.FormatInt(all[len(all)-1].Seq, 10)
	}
	if len(all) > 0 && (back && more || !back && q.After != "") {
		page.Previous = strconv.FormatInt(all[0].Seq, 10)
	}
	return page
}

// narrowed returns the numbers of the events from one number to another, inclusive, that q
// asks for without words, at most so many. SQLite can be interrupted only until it has the
// first row, so the numbers are collected before that.
func (q EventQuery) narrowed(ctx context.Context, r database.Reader, from, to int64, most int) ([]int64, error) {
	var f database.Filter
	f.Add(`e.seq BETWEEN ? AND ?`, from, to)
	q.conditions(&f, byIndex)
	return numbersOf(ctx, r, `WITH found (seq) AS MATERIALIZED (SELECT e.seq FROM events e
		WHERE `+f.Where()+q.order(`e.seq`)+` LIMIT `+f.Arg(most)+`) SELECT seq FROM found`+q.order(`seq`), f.Args...)
}

// numbersOf returns the numbers that a query asks for.
func numbersOf(ctx context.Context, r database.Reader, query string, args ...any) ([]int64, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (seq int64, err error) { return seq, row.Scan(&seq) }, query, args...)
}

// eventsOf returns the events of the given numbers in an order.
func eventsOf(ctx context.Context, r database.Reader, seqs []int64, order string) ([]Event, error) {
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

// An eventWay says how the events of a user are asked for.
type eventWay int

const (
	byIndex eventWay = iota // by the indexes of the users
	byRow                   // by looking at each event, of those that are found otherwise
)

// conditions adds what q asks for besides words and a place.
func (q EventQuery) conditions(f *database.Filter, how eventWay) {
	if q.only != "" {
		f.Add(`e.target_key = ?`, q.only)
	}
	involve(f, how, q.Actor, "actor")
	involve(f, how, q.Target, "target")
	involve(f, how, q.About, "target", "actor")
	if q.Action != "" {
		f.Add(`e.action = ?`, q.Action)
	}
	if q.ByOthers {
		f.Add(`e.actor_key <> e.target_key AND e.action <> ?`, ActionAccessRefused)
	}
	if !q.From.IsZero() {
		f.Add(`e.at >= ?`, database.Time(q.From))
	}
	if !q.To.IsZero() {
		f.Add(`e.at < ?`, database.Time(q.To))
	}
}

// sideParts are where the user_id of each side is kept, and what [eventParts] calls it.
var sideParts = map[string]struct{ table, alias string }{"actor": {"event_actors", "a"}, "target": {"event_changes", "c"}}

// involve adds that a user, by the user_id of now or of then, is on one of the given sides:
// the actor, the target.
func involve(f *database.Filter, how eventWay, who ID, sides ...string) {
	if who == "" {
		return
	}
	id := f.Arg(canonical(string(who)))
	var ways []string
	for _, side := range sides {
		part := sideParts[side]
		if how == byRow {
			ways = append(ways, part.alias+`.`+side+`_id = `+id, `e.`+side+`_key = (SELECT key FROM users WHERE user_id = `+id+`)`)
		} else {
			ways = append(ways, `SELECT seq FROM `+part.table+` WHERE `+side+`_id = `+id,
				`SELECT v.seq FROM events v JOIN users u ON u.key = v.`+side+`_key WHERE u.user_id = `+id)
		}
	}
	if how == byRow {
		f.Add(`(` + strings.Join(ways, ` OR `) + `)`)
	} else {
		f.Add(`e.seq IN (` + strings.Join(ways, ` UNION `) + `)`)
	}
}
