package users

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/roboto-ai/console/internal/database"
)

// A newItem is an item of a batch that is prepared.
type newItem struct {
	number  int // in the batch, from 1 on
	key     Key
	version int64
	input   string // see BatchItem.input
}

// newItems are all items of a batch that is prepared: n of them, in any order.
type newItems struct {
	n   int
	all iter.Seq2[newItem, error]
}

// inOrder returns the items with numbers in their order.
func inOrder(items []newItem) newItems {
	return newItems{len(items), func(yield func(newItem, error) bool) {
		for i, item := range items {
			if item.number = i + 1; !yield(item, nil) {
				return
			}
		}
	}}
}

// chunked calls write with the items, for one transaction each; last is true of the last call.
func (n newItems) chunked(write func(some []newItem, last bool) error) error {
	var some []newItem
	size := 0
	for item, err := range n.all {
		if err == nil && (len(some) == itemsPerTransaction || size > bytesPerTransaction) {
			err = write(some, false)
			some, size = some[:0], 0
		}
		if err != nil {
			return err
		}
		some, size = append(some, item), size+len(item.input)
	}
	return write(some, true)
}

// PrepareBatch prepares a batch, whose users are those with the given keys, whatever matches its
// query later. The console computes the preview in the background: see [Service.AwaitBatch].
//
// It returns a [*ForbiddenError], an [*InvalidError] on the values, the reason and the number of
// users, and [ErrUnknown].
func (s *Service) PrepareBatch(ctx context.Context, actor Actor, in BatchInput, chosen []Frozen) (BatchID, error) {
	return s.prepare(ctx, actor, in, "", chosenItems(chosen), false)
}

// RunBatch is PrepareBatch for at most [MaxBatchAtOnce] users that starts the batch without a
// preview. Users whose record has another version than the chosen one are left.
func (s *Service) RunBatch(ctx context.Context, actor Actor, in BatchInput, chosen []Frozen) (BatchID, error) {
	if len(chosen) > MaxBatchAtOnce {
		return "", Invalid("key", "Choose at most %d users.", MaxBatchAtOnce)
	}
	return s.prepare(ctx, actor, in, "", chosenItems(chosen), true)
}

// chosenItems returns an item for each chosen user, without the second of two that are the same.
func chosenItems(chosen []Frozen) newItems {
	items, known := make([]newItem, 0, len(chosen)), make(map[Key]bool, len(chosen))
	for _, f := range chosen {
		if !known[f.Key] && f.Key != "" {
			known[f.Key] = true
			items = append(items, newItem{key: f.Key, version: f.Version})
		}
	}
	return inOrder(items)
}

// prepare writes a new batch, of which it undoes another one. It starts the batch if now. Many
// items are written in several transactions, of which the last publishes the batch: one that is
// not published expires.
func (s *Service) prepare(ctx context.Context, actor Actor, in BatchInput, undoes BatchID, items newItems, now bool) (BatchID, error) {
	b := Batch{ID: newBatchID(), Act: in.Act, Values: in.Values, Query: in.Query, Undoes: undoes, State: BatchPrepared}
	if now {
		b.State = BatchRunning
	}
	begun := false
	err := items.chunked(func(some []newItem, last bool) error {
		work := func() []bookkeeping {
			if !last {
				return addItems(b.ID, some)
			}
			return append(addItems(b.ID, some), publishBatch(b.ID, items.n, b.expiry(b.CreatedAt)), expirePrepared(b.Actor.Key, b.CreatedAt))
		}
		if begun {
			return s.note(ctx, work()...)
		}
		begun = true
		return s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
			events, err := tx.beginBatch(ctx, &b, in.Reason, items.n)
			if err != nil {
				return nothing, err
			}
			return events, execAll(ctx, tx.tx, work())
		})
	})
	if err != nil {
		return "", fmt.Errorf("prepare batch: %w", err)
	}
	s.batches.begin(b.ID)
	return b.ID, nil
}

// beginBatch writes a new batch without items, of which it will have so many.
func (c *changeTx) beginBatch(ctx context.Context, b *Batch, reason string, items int) (events []Event, err error) {
	if err := c.checkBatch(ctx, b, reason, items); err != nil {
		return nothing, err
	}
	b.Actor, b.actor, b.CreatedAt, b.ExpiresAt = c.actor.ref(), storedActor(c.actor), c.now, c.now.Add(batchUnpublished)
	if b.State == BatchRunning {
		b.StartedAt = c.now
		events = []Event{b.started(items)}
	}
	add, err := addBatch(*b)
	if err != nil {
		return nothing, err
	}
	return events, execAll(ctx, c.tx, []bookkeeping{add})
}

// checkBatch returns the mistakes in what a batch is to do, and normalizes it.
func (c *changeTx) checkBatch(ctx context.Context, b *Batch, reason string, items int) error {
	if err := c.actor.May(ActBatch, User{}); err != nil {
		return err
	}
	act, known := batchActs[b.Act]
	if !known {
		return Invalid("act", "Choose what to do with these users.")
	}
	if act.may != "" {
		if err := c.actor.May(act.may, User{}); err != nil {
			return err
		}
	}
	var mistakes [3]error
	switch {
	case items == 0:
		mistakes[0] = Invalid("key", "Choose one user or more.")
	case items > MaxBatch:
		mistakes[0] = Invalid("key", "Choose at most %d users.", MaxBatch)
	}
	b.Reason, mistakes[1] = normalizeReason(reason)
	if act.check != nil {
		mistakes[2] = act.check(ctx, c, &b.Values)
	}
	return joined(mistakes[:]...)
}

// A BatchStart is the request to start a prepared batch. Confirm repeats the number of changes if
// they are more than [ConfirmBatch].
type BatchStart struct {
	Confirm string
	Reason  string
}

// StartBatch starts a batch that the actor has prepared. It returns [ErrNotFound], a
// [*ForbiddenError], an [*InvalidError] on confirm and reason, and [ErrBatchState] if it has
// started or its preview is not complete.
func (s *Service) StartBatch(ctx context.Context, actor Actor, id BatchID, start BatchStart) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		b, err := batchByID(ctx, tx, id, tx.now)
		if err != nil {
			return nothing, err
		}
		if err := tx.checkStart(&b, start); err != nil {
			return nothing, err
		}
		total := b.Changed
		b.State, b.StartedAt, b.actor = BatchRunning, tx.now, storedActor(tx.actor)
		b.ExpiresAt = b.expiry(tx.now)
		set, err := setStarted(b)
		if err != nil {
			return nothing, err
		}
		return []Event{b.started(total)}, execAll(ctx, tx.tx, []bookkeeping{set})
	})
	if err != nil {
		return fmt.Errorf("start batch %s: %w", id, err)
	}
	s.batches.begin(id)
	return nil
}

// checkStart returns why the actor cannot start a batch, and sets its reason.
func (c *changeTx) checkStart(b *Batch, start BatchStart) error {
	switch err := c.actor.May(ActBatch, User{}); {
	case err != nil:
		return err
	case b.Actor.Key != c.actor.Key: // who saw what changes
		return &ForbiddenError{ActBatch, "Only the person who prepared this batch can start it."}
	case b.State != BatchPrepared || !b.Ready() || b.Changed == 0:
		return ErrBatchState
	}
	var reasonErr, confirmErr error
	if start.Reason != "" {
		b.Reason, reasonErr = normalizeReason(start.Reason)
	}
	if n := strconv.Itoa(b.Changed); b.Changed > ConfirmBatch && b.Act != BatchImport && start.Confirm != n {
		confirmErr = Invalid("confirm", "Type %s to confirm.", n)
	}
	return joined(reasonErr, confirmErr)
}

// StopBatch stops a running batch after the item it is at. The actor who started it may, and an
// owner. It returns [ErrNotFound], a [*ForbiddenError], and [ErrBatchState] if it does not run.
func (s *Service) StopBatch(ctx context.Context, actor Actor, id BatchID) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		b, err := batchByID(ctx, tx, id, tx.now)
		switch {
		case err != nil:
			return nothing, err
		case !tx.actor.MayStop(b):
			return nothing, &ForbiddenError{ActBatch, "Only who started this batch and owners can stop it."}
		case b.State != BatchRunning:
			return nothing, ErrBatchState
		}
		return tx.endBatch(ctx, &b, BatchStopped, "")
	})
	if err != nil {
		return fmt.Errorf("stop batch %s: %w", id, err)
	}
	return nil
}

// MayStop reports whether a may stop a batch.
func (a Actor) MayStop(b Batch) bool {
	return a.May(ActBatch, User{}) == nil && (a.Key == b.Actor.Key || a.Role == RoleOwner)
}

// UndoBatch prepares a batch that undoes what another one has changed, under the rules and with the
// permissions of now. It returns [ErrNotFound], also if that has ended more than [BatchKept] ago, a
// [*ForbiddenError], and [ErrBatchState] if it has not ended or its act cannot be undone.
func (s *Service) UndoBatch(ctx context.Context, actor Actor, id BatchID, reason string) (BatchID, error) {
	b, err := s.Batch(ctx, actor, id)
	if err == nil && !b.Undoable() {
		err = ErrBatchState
	}
	var items []newItem
	if err == nil {
		items, err = database.Collect(ctx, s.reads(), func(row database.Scanner) (i newItem, err error) {
			var seq int64
			err = row.Scan(&i.key, &seq)
			i.input = strconv.FormatInt(seq, 10)
			return i, err
		}, undoneItems[b.Act == BatchImport], id, b.Worked())
	}
	if err != nil {
		return "", fmt.Errorf("undo batch %s: %w", id, err)
	}
	return s.prepare(ctx, actor, BatchInput{Act: BatchUndo, Reason: reason}, id, inOrder(items), false)
}

// undoneItems are the queries of the users of a batch and the events on them that are undone, the
// last first: the first event of each item, or each event, as a row of an import may have several.
var undoneItems = map[bool]string{
	false: `SELECT user_key, seq FROM batch_items WHERE batch = $1 AND state = 'changed' AND seq <> 0 AND item <= $2 ORDER BY item DESC`,
	true: `SELECT target_key, seq FROM events WHERE group_id = $1 AND $2 > 0
		AND action IN ('user.created', 'user.edited', 'user.role_changed', 'user.reactivated') ORDER BY seq DESC`,
}

// UndoneBy returns the newest batch that undoes another one and has started; empty for none. One
// that was stopped has not reached all users: the other batch can be undone again.
func (s *Service) UndoneBy(ctx context.Context, id BatchID) (by BatchID, err error) {
	all, err := database.Collect(ctx, s.lookUps(), func(row database.Scanner) (id BatchID, err error) { return id, row.Scan(&id) },
		`SELECT id FROM batches WHERE undoes = $1 AND started_at IS NOT NULL AND state <> 'stopped' ORDER BY started_at DESC LIMIT 1`, id)
	if err != nil {
		return "", fmt.Errorf("undone batch %s: %w", id, err)
	}
	return slices.Concat(all, []BatchID{""})[0], nil
}
