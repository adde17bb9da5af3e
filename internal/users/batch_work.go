package users

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Limits of a transaction that works on a batch: other changes wait for as long.
const (
	batchItemsAtOnce = 50
	batchTimeAtOnce  = 100 * time.Millisecond
)

// batchLease is how long a console works on a batch before another one may take it over, unless it
// renews the lease, as it does with each transaction.
const batchLease = 30 * time.Second

// workBatch works on a batch until nothing is left to do, another console has the lease, or ctx
// ends. Each transaction has items with their outcomes, so that each item is done once or not at
// all, wherever the work is interrupted.
func (s *Service) workBatch(ctx context.Context, id BatchID) error {
	for more := true; more; {
		var err error
		more, err = s.workBatchOnce(ctx, id)
		if errors.Is(err, ErrUnknown) { // the next transaction reads what was committed
			more, err = true, nil
		}
		if err != nil {
			return fmt.Errorf("work on batch %s: %w", id, err)
		}
	}
	return nil
}

// workBatchOnce works on a batch in one transaction, and reports whether there is more to do.
func (s *Service) workBatchOnce(ctx context.Context, id BatchID) (more bool, err error) {
	b, err := batchByID(ctx, s.lookUps(), id, s.Now())
	if errors.Is(err, ErrNotFound) { // it has expired
		return false, nil
	} else if err != nil {
		return false, err
	}
	err = s.change(ctx, b.actor.with(b.Actor.Key), func(tx *changeTx) ([]Event, error) {
		more = false
		b, err := tx.claimBatch(ctx, id, s.batches.worker)
		if errors.Is(err, ErrNotFound) {
			return nothing, nil
		}
		if err == nil {
			err = tx.checkBatchActor(ctx, b)
		}
		if err != nil {
			return nothing, err
		}
		events, err := tx.workItems(ctx, s, &b)
		more = b.Worked() < b.Items
		return events, err
	})
	why := Revocation("")
	if revoked, ok := errors.AsType[*RevokedError](err); ok {
		why = revoked.Why
	} else if errors.Is(err, ErrNoSession) {
		if why, err = s.lostActor(ctx, b.Actor.Key); err != nil {
			return false, err
		}
	}
	if why != "" {
		return false, s.breakBatch(ctx, id, why)
	}
	return more, err
}

// workItems works on the next items of a batch, and returns their events. Of a prepared batch it
// computes the preview.
func (c *changeTx) workItems(ctx context.Context, s *Service, b *Batch) (events []Event, err error) {
	begun := time.Now()
	c.group = string(b.ID)
	items, err := nextItems(ctx, c, *b, batchItemsAtOnce)
	if err != nil {
		return nothing, err
	}
	first, err := c.nextSeq(ctx)
	if err != nil {
		return nothing, err
	}
	for _, item := range items {
		if b.State == BatchRunning && item.Outcome != ItemOpen && item.Outcome != ItemChanged { // of the preview
			b.count(item.Outcome)
			continue
		}
		more, err := c.workItem(ctx, s, b, &item)
		if err != nil {
			return nothing, err
		}
		if item.Seq = 0; len(more) > 0 {
			item.Seq = first + int64(len(events))
		}
		if err := c.setOutcome(ctx, b, item); err != nil {
			return nothing, err
		}
		if events = append(events, more...); time.Since(begun) > batchTimeAtOnce {
			break
		}
	}
	if b.State == BatchRunning && b.Worked() == b.Items {
		ended, err := c.endBatch(ctx, b, BatchDone, "")
		return append(events, ended...), err
	}
	set, err := setProgress(*b)
	if err != nil {
		return nothing, err
	}
	return events, execAll(ctx, c.tx, []bookkeeping{set})
}

// setOutcome writes the outcome of an item, and counts it.
func (c *changeTx) setOutcome(ctx context.Context, b *Batch, i BatchItem) error {
	b.count(i.Outcome)
	b.Effects.add(i.Cause.Effects)
	set, err := setItem(b.ID, i)
	if err != nil {
		return err
	}
	return execAll(ctx, c.tx, []bookkeeping{set})
}

// endBatch ends a running batch and returns the event of that. why is empty unless the console
// stops it.
func (c *changeTx) endBatch(ctx context.Context, b *Batch, state BatchState, why Revocation) ([]Event, error) {
	b.State, b.Cause, b.EndedAt = state, why, c.now
	b.ExpiresAt = b.expiry(c.now)
	set, err := setProgress(*b)
	if err != nil {
		return nothing, err
	}
	return []Event{b.ended()}, execAll(ctx, c.tx, []bookkeeping{set})
}

// breakBatch ends a batch whose actor has lost the right to it. One that has not started expires.
func (s *Service) breakBatch(ctx context.Context, id BatchID, why Revocation) error {
	return s.change(ctx, consoleActor(""), func(tx *changeTx) ([]Event, error) {
		b, err := batchByID(ctx, tx, id, tx.now)
		switch {
		case errors.Is(err, ErrNotFound), err == nil && b.Ended():
			return nothing, nil
		case err != nil:
			return nothing, err
		case b.State == BatchRunning:
			return tx.endBatch(ctx, &b, BatchStopped, why)
		}
		b.ExpiresAt = tx.now
		set, err := setProgress(b)
		if err != nil {
			return nothing, err
		}
		return nothing, execAll(ctx, tx.tx, []bookkeeping{set})
	})
}

// expiry returns when a batch expires, as of its last transition.
func (b Batch) expiry(now time.Time) time.Time {
	if b.State == BatchPrepared {
		return now.Add(batchPrepared)
	}
	return now.Add(BatchKept)
}

// started returns the event of the start of a batch with so many changes to make.
func (b Batch) started(users int) Event {
	changes := []Change{{Field: "act", New: string(b.Act)}, {Field: "users", New: strconv.Itoa(users)}}
	if b.Undoes != "" {
		changes = append(changes, Change{Field: "undoes", New: string(b.Undoes)})
	}
	return Event{Action: ActionBatchStarted, Group: string(b.ID), Reason: b.Reason, Changes: changes}
}

// ended returns the event of the end of a batch.
func (b Batch) ended() Event {
	changes := []Change{{Field: "act", New: string(b.Act)}, {Field: "batch_state", New: string(b.State)}}
	if b.Cause != "" {
		changes = append(changes, Change{Field: "batch_cause", New: string(b.Cause)})
	}
	for _, n := range []struct {
		field string
		n     int
	}{{"changed", b.Changed}, {"same", b.Same}, {"refused", b.Refused}, {"moved", b.Moved}} {
		changes = append(changes, Change{Field: n.field, New: strconv.Itoa(n.n)})
	}
	return Event{Action: ActionBatchEnded, Group: string(b.ID), Changes: changes}
}

// WorkBatches begins to work on batches that have work and no console that works on them: the one
// that did may have stopped. It is to be called every [BatchesEvery].
func (s *Service) WorkBatches(ctx context.Context) error {
	now := s.Now()
	ids, err := database.Collect(ctx, s.lookUps(), func(row database.Scanner) (id BatchID, err error) { return id, row.Scan(&id) },
		`SELECT id FROM batches WHERE state IN ('prepared', 'running') AND items > changed + same + refused + moved AND expires_at > $1
			AND (worker = $2 OR leased_until <= $1 OR leased_until > $3) ORDER BY created_at`,
		database.Time(now), s.batches.worker, database.Time(now.Add(clockWrong)))
	if err != nil {
		return fmt.Errorf("find batches to work on: %w", err)
	}
	for _, id := range ids {
		s.batches.begin(id)
	}
	return nil
}

// BatchesEvery is how often [Service.WorkBatches] is to be called.
const BatchesEvery = 5 * time.Second

// AwaitBatch waits until this console has worked off a batch, or its preview, or d has passed.
func (s *Service) AwaitBatch(ctx context.Context, id BatchID, d time.Duration) {
	select {
	case <-s.batches.ended(id):
	case <-time.After(d):
	case <-ctx.Done():
	}
}
