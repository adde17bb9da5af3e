package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// startBackground starts the background jobs of a console: maintenance of the database, indexing
// of the audit log, and batches whose console has stopped. They run until ctx is done or stop is
// called. stop waits until they have ended.
func startBackground(ctx context.Context, directory *users.Service, db *database.DB, log *slog.Logger) (stop func()) {
	stopMaintenance := maintenance{directory, db.Engine(), db.Damage(), log}.start(ctx, everyMinute())
	stopIndexing := startIndexing(ctx, directory, everySecond(), log)
	stopBatches := startRepeating(ctx, "looking for batches to work on", time.Tick(users.BatchesEvery), directory.WorkBatches, log)
	if err := directory.WorkBatches(ctx); err != nil { // those that this console has left when it stopped
		log.Warn("looking for batches to work on", "error", err)
	}
	return func() {
		stopBatches()
		stopIndexing()
		stopMaintenance()
	}
}

// A maintenance deletes expired rows and rebuilds damaged indexes. Of the consoles that share a
// database, one at a time does so.
type maintenance struct {
	directory *users.Service
	engine    database.Engine
	damage    <-chan error // of [database.DB.Damage]
	log       *slog.Logger
}

// start runs the maintenance in a goroutine until ctx is done or stop is called. stop waits until
// it has ended.
func (m maintenance) start(ctx context.Context, ticks <-chan time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { m.run(ctx, ticks) })
	return func() { cancel(); running.Wait() }
}

// run tidies up at every tick, and verifies the indexes when a statement reports that the
// database is damaged, at most once between two ticks. An error is logged, and the work tried
// again.
func (m maintenance) run(ctx context.Context, ticks <-chan time.Time) {
	var reported error // damage that is not verified yet
	for verified := false; ; {
		select {
		case <-ctx.Done():
			return
		case reported = <-m.damage:
		case <-ticks:
			verified = false
			m.tidy(ctx)
		}
		if reported != nil && !verified {
			verified = true
			if m.verify(ctx, reported) {
				reported = nil
			}
		}
		m.rebuild(ctx)
	}
}

// tidy deletes expired rows, if it is the turn of this console.
func (m maintenance) tidy(ctx context.Context) {
	if mine, err := m.directory.Tidy(ctx); err != nil && ctx.Err() == nil {
		m.log.Warn("tidying up", "error", err)
	} else if mine {
		m.log.Debug("tidied up")
	}
}

// verify verifies the indexes after a statement has ended with the error reported, and logs what
// an operator has to do. It reports whether the indexes could be verified.
func (m maintenance) verify(ctx context.Context, reported error) bool {
	damaged, err := m.directory.VerifyIndexes(ctx, reported)
	switch {
	case err != nil && ctx.Err() == nil:
		m.log.Error("the database is damaged, and its indexes cannot be verified: run console check", "error", reported, "verification", err)
	case len(damaged) == 0:
		m.log.Error("the database is damaged, and no index that can be rebuilt is: run console check", "error", reported)
	case m.engine == database.PostgreSQL:
		m.log.Error("an index is damaged: run console check --repair as the role that owns the database", "indexes", damaged, "error", reported)
	default:
		m.log.Error("an index is damaged, and is being rebuilt", "indexes", damaged, "error", reported)
	}
	return err == nil
}

// rebuild rebuilds the indexes that are recorded as damaged.
func (m maintenance) rebuild(ctx context.Context) {
	rebuilt, err := m.directory.RebuildIndexes(ctx)
	if len(rebuilt) > 0 {
		m.log.Info("indexes rebuilt", "indexes", rebuilt)
	}
	if err != nil && ctx.Err() == nil {
		m.log.Error("indexes cannot be rebuilt: run console check", "error", err)
	}
}

// startIndexing indexes new events of the audit log and merges the segments of indexes at every
// tick, until ctx is done or stop is called. A search reads events that are not in the index yet.
func startIndexing(ctx context.Context, directory *users.Service, ticks <-chan time.Time, log *slog.Logger) (stop func()) {
	return startRepeating(ctx, "indexing the audit log", ticks, func(ctx context.Context) error {
		_, err := directory.IndexEvents(ctx)
		if err == nil {
			_, err = directory.MergeIndexes(ctx)
		}
		return err
	}, log)
}

// startRepeating calls do at every tick, until ctx is done or stop is called. stop waits until it
// has ended. The first error of several in a row is logged: the next tick tries again.
func startRepeating(ctx context.Context, what string, ticks <-chan time.Time, do func(context.Context) error, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		for failed := false; ; {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
			}
			err := do(ctx)
			if err != nil && !failed && ctx.Err() == nil {
				log.Warn(what, "error", err)
			}
			failed = err != nil
		}
	})
	return func() { cancel(); running.Wait() }
}

// everySecond returns the ticks at which a console indexes events.
func everySecond() <-chan time.Time { return time.Tick(users.IndexEvery) }

// everyMinute returns the ticks at which a console tidies up.
func everyMinute() <-chan time.Time { return time.Tick(users.TidyEvery) }
