package demodata

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// batchOf is how many service users the batch of the demo changes.
const batchOf = 12

// batchHistory plans a batch that adds a label to service users, and the batch that undoes it.
func (p *plan) batchHistory() {
	var ids []string
	for _, s := range p.services {
		if s.responsible != nil && !s.retired && s.role == users.RoleUser && s.week >= 2 && len(ids) < batchOf {
			ids = append(ids, s.id)
		}
	}
	if len(ids) == 0 {
		return // too few service users
	}
	in := users.BatchInput{
		Act: users.BatchLabels, Values: users.BatchValues{AddLabels: []string{"migrate"}}, Reason: "Moves to the new data centre",
	}
	p.schedule(p.ago(8*day), sampleAdmin, runBatch(ids, in))
	p.schedule(p.ago(8*day-90*time.Minute), sampleAdmin, undoBatch("The move is put off to the spring"))
}

// runBatch prepares a batch of service users, starts it and waits for its end.
func runBatch(ids []string, in users.BatchInput) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		chosen := make([]users.Frozen, len(ids))
		for i, id := range ids {
			u, err := f.User(ctx, a, users.ID(id))
			if err != nil {
				return err
			}
			chosen[i] = users.Frozen{Key: u.Key, Version: u.Version}
		}
		id, err := f.PrepareBatch(ctx, a, in, chosen)
		if err != nil {
			return err
		}
		f.batch = id
		return f.startBatch(ctx, a, id)
	}
}

// undoBatch undoes the latest batch.
func undoBatch(reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		id, err := f.UndoBatch(ctx, a, f.batch, reason)
		if err != nil {
			return err
		}
		return f.startBatch(ctx, a, id)
	}
}

// startBatch starts a prepared batch after its preview, and returns an error unless all of its
// users are changed.
func (f *builder) startBatch(ctx context.Context, a users.Actor, id users.BatchID) error {
	f.Settle()
	b, err := f.Batch(ctx, a, id)
	if err == nil {
		err = f.StartBatch(ctx, a, id, users.BatchStart{Confirm: strconv.Itoa(b.Changed)})
	}
	if err != nil {
		return err
	}
	f.Settle()
	if b, err = f.Batch(ctx, a, id); err == nil && (b.State != users.BatchDone || b.Changed < b.Items) {
		err = errBatchUnfinished
	}
	return err
}

var errBatchUnfinished = errors.New("a batch has not changed all of its users")
