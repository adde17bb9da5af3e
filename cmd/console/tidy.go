package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// tidying has the directory tidied up at every tick until ctx is done or the returned
// function is called, which waits for what is under way. That it fails is told, and
// tried again: nothing rests on it.
func tidying(ctx context.Context, directory *users.Service, ticks <-chan time.Time, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	under.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks:
			}
			if mine, err := directory.Tidy(ctx); err != nil && ctx.Err() == nil {
				log.Warn("tidying up", "error", err)
			} else if mine {
				log.Debug("tidied up")
			}
		}
	})
	return func() { cancel(); under.Wait() }
}

// everyMinute are the ticks at which a console tidies up. They need no stopping: what
// nobody holds is collected.
func everyMinute() <-chan time.Time { return time.Tick(users.TidyEvery) }
