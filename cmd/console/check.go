package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// A damageError says how many things are wrong with a database.
type damageError struct {
	url   string
	found int
}

// Error implements error. The findings have been printed before.
func (f *damageError) Error() string {
	if f.found == 1 {
		return fmt.Sprintf("one thing is wrong with %s", f.url)
	}
	return fmt.Sprintf("%d things are wrong with %s", f.found, f.url)
}

// checkSettings are the settings of the command check.
func (c *config) checkSettings() []*setting {
	return append(c.databaseSettings(), &setting{
		name: "repair", category: inData, onOff: true, fallback: "false", read: into(&c.repair, readBool),
		usage: "`true` to rebuild indexes first: with SQLite those that are damaged, with PostgreSQL, as the role that owns the database, all that can be",
	})
}

// check does console check.
func (p *program) check(ctx context.Context, c *config, _ []string) error {
	if c.repair {
		if err := p.repair(ctx, c); err != nil {
			return fmt.Errorf("the indexes were not repaired: %w", err)
		}
	}
	var size users.Counted
	var erased users.Erased
	bar := p.newDelayedBar()
	defer bar.end()
	found, err := database.Verify(ctx, c.database, c.databaseOptions(), verification(bar, &size, &erased))
	bar.end()
	if err != nil {
		return err
	}
	for _, one := range found {
		p.say("- %s", one)
	}
	if len(found) > 0 {
		return &damageError{database.Shown(c.database), len(found)}
	}
	p.say("%s is whole: %s.", database.Shown(c.database), sizeText(size))
	for _, one := range unverified(erased) {
		p.say("%s", one)
	}
	return nil
}

// unverified returns sentences about what a check cannot verify.
func unverified(e users.Erased) []string {
	all := []string{"Not verified, as nothing else holds their values: " + strings.Join(users.Unverified, ", ") + "."}
	if e.Changes+e.Actors > 0 {
		all = append(all, fmt.Sprintf("Erased, and not verified: what changed in %s, and the actor's data of %s; of %s both, so that nothing of it is.",
			numbers.Counted(int(e.Changes), "event", "events"), numbers.Counted(int(e.Actors), "event", "events"), numbers.Counted(int(e.Both), "event", "events")))
	}
	return all
}

// repair rebuilds the damaged search indexes. On PostgreSQL only an extension can tell which are
// damaged, so it rebuilds all of them, concurrently with consoles that serve.
func (p *program) repair(ctx context.Context, c *config) error {
	return p.useDatabase(ctx, c, c.database, c.databaseOptions(), func(db *database.DB, directory *users.Service) (err error) {
		var rebuilt []string
		if db.Engine() == database.PostgreSQL {
			rebuilt = users.DerivedIndexes(database.PostgreSQL)
			if err = database.Reindex(ctx, c.database, c.databaseOptions(), rebuilt...); err == nil {
				err = directory.IndexesRebuilt(ctx)
			}
		} else if _, err = directory.VerifyIndexes(ctx, nil); err == nil {
			rebuilt, err = directory.RebuildIndexes(ctx)
		}
		if err != nil {
			return err
		}
		for _, index := range rebuilt {
			p.say("The index %s has been rebuilt.", index)
		}
		return nil
	})
}

// verification returns the verification of a database, which shows its progress on bar. It sets
// size and erased to the counts of the database.
func verification(bar *bar, size *users.Counted, erased *users.Erased) database.Verification {
	step := -1
	return database.Verification{
		Progress: func(doing string) {
			step++
			bar.at(part(0, 0.5, step, 4), doing)
		},
		Contents: func(ctx context.Context, engine database.Engine, tx *sql.Tx) []string {
			found := users.Check(ctx, engine, tx, func(doing string, done, total int) {
				from, to := 0.5, 0.6
				switch doing {
				case users.CheckingRecords:
					from, to = 0.6, 0.8
				case users.CheckingEvents:
					from, to = 0.8, 0.95
				case users.CheckingSearch:
					from, to = 0.95, 1
				}
				bar.at(part(from, to, done, total), doing)
			})
			var err error
			if *size, err = users.Count(ctx, tx); err != nil {
				found = append(found, fmt.Sprintf("The users and events could not be counted: %v.", err))
			}
			if *erased, err = users.CountErased(ctx, tx); err != nil {
				found = append(found, fmt.Sprintf("The erased parts of events could not be counted: %v.", err))
			}
			bar.at(1, "everything")
			return found
		},
	}
}
