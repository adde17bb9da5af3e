package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A fault is what is wrong with a database. The program ends with status 1.
type fault struct {
	url   string
	found int
}

// Error says how much is wrong, which has been told.
func (f *fault) Error() string {
	if f.found == 1 {
		return fmt.Sprintf("one thing is wrong with %s", f.url)
	}
	return fmt.Sprintf("%d things are wrong with %s", f.found, f.url)
}

// check does console check.
func (p *program) check(ctx context.Context, c *config, _ []string) error {
	var size users.Counted
	bar := p.newPatientBar()
	defer bar.end()
	found, err := database.Verify(ctx, c.database, examination(bar, &size))
	bar.end()
	if err != nil {
		return err
	}
	for _, one := range found {
		p.say("- %s", one)
	}
	if len(found) > 0 {
		return &fault{c.database, len(found)}
	}
	p.say("%s is whole: %s.", c.database, sizeWords(size))
	return nil
}

// examination returns how a database is looked through, with a bar that shows how
// far it is. The size is what it holds.
func examination(bar *bar, size *users.Counted) database.Verification {
	step := -1
	return database.Verification{
		Told: func(doing string) {
			step++
			bar.at(part(0, 0.5, step, 4), doing)
		},
		Contents: func(ctx context.Context, tx *sql.Tx) []string {
			found := users.Check(ctx, tx, func(doing string, done, total int) {
				if doing == users.CheckingRecords {
					bar.at(part(0.6, 0.95, done, total), doing)
				} else {
					bar.at(part(0.5, 0.6, done, total), doing)
				}
			})
			bar.at(0.95, "the index of the search")
			found = slices.Concat(found, users.CheckSearch(ctx, tx))
			var err error
			if *size, err = users.SizeOf(ctx, tx); err != nil {
				found = append(found, fmt.Sprintf("The users and events could not be counted: %v.", err))
			}
			bar.at(1, "everything")
			return found
		},
	}
}
