package users

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Batch returns a batch: one that the actor has prepared, or any that has started. It returns
// [ErrNotFound], also for one that has expired, and a [*ForbiddenError].
func (s *Service) Batch(ctx context.Context, actor Actor, id BatchID) (Batch, error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		return Batch{}, err
	}
	b, err := batchByID(ctx, s.lookUps(), id, s.Now())
	if err == nil && b.State == BatchPrepared && b.Actor.Key != actor.Key {
		err = ErrNotFound
	}
	if err != nil {
		return Batch{}, fmt.Errorf("batch %s: %w", id, err)
	}
	return b, nil
}

// A BatchPage is where a page of batches begins: after the one with that time and ID; the zero
// BatchPage is the first.
type BatchPage struct {
	At time.Time
	ID BatchID
}

// Batches returns the batches that [Service.Batch] returns, newest first, from one of them on, at
// most n. It returns a [*ForbiddenError].
func (s *Service) Batches(ctx context.Context, actor Actor, from BatchPage, n int) ([]Batch, error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		return nil, err
	}
	var f database.Filter
	f.Add(`expires_at > ? AND items > 0`, database.Time(s.Now()))
	f.Add(`(state <> 'prepared' OR actor_key = ?)`, actor.Key)
	if !from.At.IsZero() {
		f.Add(`(created_at < ? OR created_at = ? AND id < ?)`, database.Time(from.At), database.Time(from.At), from.ID)
	}
	all, err := database.Collect(ctx, s.reads(), scanBatch, `SELECT `+batchColumns+` FROM batches WHERE `+f.Where()+` ORDER BY created_at DESC, id DESC LIMIT `+f.Arg(n), f.Args...)
	if err != nil {
		return nil, fmt.Errorf("batches: %w", err)
	}
	return all, nil
}

// A BatchPart says which items of a batch [Service.BatchItems] returns.
type BatchPart struct {
	Outcome ItemOutcome // empty for all
	Added   *bool       // whether they add a user; nil for both
	After   int         // number of an item; zero for the first page
	Before  int         // number of an item, from which on backwards; zero for forwards
}

// BatchItems returns items of a batch that have an outcome, a page of [DefaultLimit] in their
// order, and whether there are items before and after them. Its errors are those of [Service.Batch].
func (s *Service) BatchItems(ctx context.Context, actor Actor, b Batch, part BatchPart) (items []BatchItem, before, after bool, err error) {
	if err := actor.May(ActSeeAudit, User{}); err != nil {
		return nil, false, false, err
	}
	var f database.Filter
	f.Add(`i.batch = ? AND i.item <= ?`, b.ID, b.Worked())
	if part.Outcome != "" {
		f.Add(`i.state = ?`, part.Outcome)
	}
	if part.Added != nil {
		f.Add(map[bool]string{true: `i.user_key = ''`, false: `i.user_key <> ''`}[*part.Added])
	}
	order := `i.item`
	if part.Before > 0 {
		f.Add(`i.item < ?`, part.Before)
		order = `i.item DESC`
	} else {
		f.Add(`i.item > ?`, part.After)
	}
	items, err = database.Collect(ctx, s.reads(), scanItem, `SELECT `+itemColumns+` FROM batch_items i WHERE `+f.Where()+` ORDER BY `+order+` LIMIT `+f.Arg(DefaultLimit+1), f.Args...)
	more := len(items) > DefaultLimit
	items = items[:min(len(items), DefaultLimit)]
	before, after = part.After > 0, more
	if part.Before > 0 {
		slices.Reverse(items)
		before, after = more, true
	}
	if err == nil {
		err = s.completeItems(ctx, items)
	}
	if err != nil {
		return nil, false, false, fmt.Errorf("items of batch %s: %w", b.ID, err)
	}
	return items, before, after, nil
}

// itemColumns are the columns of batch_items that scanItem reads, in its order.
const itemColumns = `i.item, i.user_key, i.version, i.input, i.state, i.cause, i.seq`

func scanItem(row database.Scanner) (i BatchItem, err error) {
	var cause []byte
	if err := row.Scan(&i.Number, &i.Key, &i.version, &i.input, &i.Outcome, &cause, &i.Seq); err != nil || len(cause) == 0 {
		return i, err
	}
	return i, json.Unmarshal(cause, &i.Cause)
}

// completeItems reads the users of items as of now, and the events since.
func (s *Service) completeItems(ctx context.Context, items []BatchItem) error {
	var users, events database.Filter
	var keys, seqs []string
	for _, i := range items {
		keys = append(keys, users.Arg(i.Key))
		if i.Cause.Seq != 0 {
			seqs = append(seqs, events.Arg(i.Cause.Seq))
		}
	}
	if len(items) == 0 {
		return nil
	}
	found, err := UsersWhere(ctx, s.reads(), `u.key IN (`+strings.Join(keys, `, `)+`)`, users.Args...)
	if err != nil {
		return err
	}
	var since []Event
	if len(seqs) > 0 {
		if since, err = eventsWhere(ctx, s.reads(), `e.seq IN (`+strings.Join(seqs, `, `)+`)`, events.Args...); err != nil {
			return err
		}
	}
	for n := range items {
		i := &items[n]
		if at := slices.IndexFunc(found, func(u User) bool { return u.Key == i.Key }); at >= 0 && i.Key != "" {
			i.User = found[at]
		}
		if at := slices.IndexFunc(since, func(e Event) bool { return e.Seq == i.Cause.Seq }); at >= 0 {
			i.Since = since[at]
		}
	}
	return nil
}
