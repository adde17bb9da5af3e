package main

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/backup"
	"github.com/roboto-ai/console/internal/users"
)

// restore does console restore FILE.
func (p *program) restore(ctx context.Context, c *config, args []string) error {
	var size users.Counted
	bar := p.newDelayedBar()
	defer bar.end()
	check := verification(bar, &size, new(users.Erased))
	progress, end := p.showMigrating()
	defer end()
	done, err := backup.Restore(ctx, args[0], c.database, backup.RestoreOptions{
		Verification: check,
		Migrating:    progress,
		Prepare: func(ctx context.Context, db *database.DB) error {
			directory, err := openDirectory(ctx, db, users.Config{Log: newLog(p.stderr, c)})
			if err == nil {
				directory.Close()
			}
			return err
		},
	})
	bar.end()
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	p.say("Restored %s to %s: %s.", args[0], c.database, sizeText(size))
	if done.Upgraded {
		p.say("Its schema was of version %d, and was brought up to date.", done.Version)
	}
	if done.Kept != "" {
		p.say("What was there before is kept as %s", done.Kept)
	}
	return nil
}
