package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// startDuties starts what a console does by itself, until ctx is done or the returned
// function is called, which waits for what is under way: tidying and indexing.
func startDuties(ctx context.Context, directory *users.Service, db *database.DB, log *slog.Logger) (stop func()) {
	tidied := tidier{directory, db.Engine(), db.Damage(), log}.start(ctx, everyMinute())
	indexed := indexing(ctx, directory, everySecond(), log)
	return func() {
		indexed()
		tidied()
	}
}

// A tidier does what one console at a time does for all that share a database: it deletes
// what has had its time, and rebuilds damaged indexes.
type tidier struct {
	directory *users.Service
	engine    database.Engine
	damage    <-chan error // of [database.DB.Damage]
	log       *slog.Logger
}

// start has it done at every tick, and indexes verified when a statement calls the database
// damaged, at most once between two ticks, until ctx is done or the returned function is
// called, which waits for what is under way. What fails is logged, and tried again.
func (t tidier) start(ctx context.Context, ticks <-chan time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	under.Go(func() { t.run(ctx, ticks) })
	return func() { cancel(); under.Wait() }
}

// run is start without the goroutine.
func (t tidier) run(ctx context.Context, ticks <-chan time.Time) {
	var reported error // not verified yet
	for verified := false; ; {
		select {
		case <-ctx.Done():
			return
		case reported = <-t.damage:
		case <-ticks:
			verified = false
			t.tidy(ctx)
		}
		if reported != nil && !verified {
			verified = true
			if t.verify(ctx, reported) {
				reported = nil
			}
		}
		t.rebuild(ctx)
	}
}

// tidy has the directory tidied up.
func (t tidier) tidy(ctx context.Context) {
	if mine, err := t.directory.Tidy(ctx); err != nil && ctx.Err() == nil {
		t.log.Warn("tidying up", "error", err)
	} else if mine {
		t.log.Debug("tidied up")
	}
}

// verify has the indexes verified after a statement has ended with an error, and logs what
// to do. It reports whether that succeeded.
func (t tidier) verify(ctx context.Context, reported error) bool {
	damaged, err := t.directory.VerifyIndexes(ctx, reported)
	switch {
	case err != nil && ctx.Err() == nil:
		t.log.Error("the database is damaged, and its indexes cannot be verified: run console check", "error", reported, "verification", err)
	case len(damaged) == 0:
		t.log.Error("the database is damaged, and no index that can be rebuilt is: run console check", "error", reported)
	case t.engine == database.PostgreSQL:
		t.log.Error("an index is damaged: run console check --repair as the role that owns the database", "indexes", damaged, "error", reported)
	default:
		t.log.Error("an index is damaged, and is being rebuilt", "indexes", damaged, "error", reported)
	}
	return err == nil
}

// rebuild has the indexes rebuilt that are noted to be damaged.
func (t tidier) rebuild(ctx context.Context) {
	rebuilt, err := t.directory.RebuildIndexes(ctx)
	if len(rebuilt) > 0 {
		t.log.Info("indexes rebuilt", "indexes", rebuilt)
	}
	if err != nil && ctx.Err() == nil {
		t.log.Error("indexes cannot be rebuilt: run console check", "error", err)
	}
}

// indexing has the events of the audit log indexed at every tick until ctx is done or the
// returned function is called, which waits for what is under way. An error is logged unless
// the time before had one, too: the next tick tries again, and a search finds events that
// are not in the index.
func indexing(ctx context.Context, directory *users.Service, ticks <-chan time.Time, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	under.Go(func() {
		for failed := false; ; {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
			}
			_, err := directory.IndexEvents(ctx)
			if err != nil && !failed && ctx.Err() == nil {
				log.Warn("indexing the audit log", "error", err)
			}
			failed = err != nil
		}
	})
	return func() { cancel(); under.Wait() }
}

// everySecond are the ticks at which a console indexes events.
func everySecond() <-chan time.Time { return time.Tick(users.IndexEvery) }

// everyMinute are the ticks at which a console tidies up. They need no stopping: what
// nobody holds is collected.
func everyMinute() <-chan time.Time { return time.Tick(users.TidyEvery) }
