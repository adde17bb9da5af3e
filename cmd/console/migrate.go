package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// migrate migrates the database to the current schema, by opening it.
func (p *program) migrate(ctx context.Context, c *config, _ []string) error {
	var shown func()
	o := c.databaseOptions()
	o.Migrating, shown = p.showMigrating()
	db, err := database.Open(ctx, c.database, o)
	shown()
	if err != nil {
		return err
	}
	directory, err := openDirectory(ctx, db, users.Config{Log: newLog(p.stderr, c)})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	directory.Close()
	if err := db.Close(); err != nil {
		return err
	}
	p.say("%s is up to date.", db.Name())
	return nil
}

// showMigrating returns a function that shows the progress of a migration that rewrites rows, and
// one that ends the progress bar. The bar is on standard error.
func (p *program) showMigrating() (progress func(done, total int64), end func()) {
	bar := p.newDelayedBar()
	bar.out, bar.terminal = p.stderr, isTerminal(p.stderr)
	return func(done, total int64) { bar.at(rewritten(done, total)) }, bar.end
}

// rewritten returns the share of the rows that are rewritten, and a text that says so.
func rewritten(done, total int64) (share float64, doing string) {
	return float64(done) / float64(max(total, 1)), fmt.Sprintf("%s of %s events rewritten", numbers.Grouped(int(done)), numbers.Grouped(int(total)))
}

// logMigrating returns a function that logs the progress of a migration that rewrites rows, every
// logInterval and at its end.
func logMigrating(log *slog.Logger, now func() time.Time) func(done, total int64) {
	last := now()
	return func(done, total int64) {
		if at := now(); done == total || at.Sub(last) >= logInterval {
			last = at
			log.Info("bringing the database up to date", "rewritten", done, "events", total)
		}
	}
}
