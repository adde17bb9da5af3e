package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// showMigrating returns what shows on standard error how far a migration that rewrites rows is,
// and what ends that. The standard output is the command's own.
func (p *program) showMigrating() (told func(done, total int64), end func()) {
	bar := p.newPatientBar()
	bar.out, bar.terminal = p.stderr, isTerminal(p.stderr)
	return func(done, total int64) { bar.at(rewritten(done, total)) }, bar.end
}

// rewritten returns which share of the rows is done, and says so.
func rewritten(done, total int64) (share float64, doing string) {
	return float64(done) / float64(max(total, 1)), fmt.Sprintf("%s of %s events rewritten", numbers.Grouped(int(done)), numbers.Grouped(int(total)))
}

// logMigrating returns what logs how far a migration that rewrites rows is: now and then, and at
// its end.
func logMigrating(log *slog.Logger, now func() time.Time) func(done, total int64) {
	last := now()
	return func(done, total int64) {
		if at := now(); done == total || at.Sub(last) >= silence {
			last = at
			log.Info("bringing the database up to date", "rewritten", done, "events", total)
		}
	}
}
