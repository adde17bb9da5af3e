package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/database/backup"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// fileSettings are the settings of the commands that work on SQLite alone.
func (c *config) fileSettings() []*setting {
	s := c.databaseSetting("sqlite:data/console.db")
	s.read = into(&c.database, readFileDatabase)
	return []*setting{s}
}

// backupSettings are the settings of the command backup.
func (c *config) backupSettings() []*setting {
	return append(c.fileSettings(), &setting{
		name: "replace", category: inData, onOff: true, fallback: "false", read: into(&c.replace, readBool),
		usage: "`true` to overwrite FILE if it exists",
	})
}

// readFileDatabase parses the URL of a SQLite database.
func readFileDatabase(text string) (string, error) {
	if strings.HasPrefix(text, "postgres:") || strings.HasPrefix(text, "postgresql:") {
		return "", errors.New("this is PostgreSQL, which has tools of its own: back it up with pg_dump and restore it with pg_restore")
	}
	return readDatabase(text)
}

// backup does console backup FILE.
func (p *program) backup(ctx context.Context, c *config, args []string) error {
	var size users.Counted
	bar := p.newDelayedBar()
	defer bar.end()
	done, err := backup.Make(ctx, c.database, args[0], backup.Options{
		Replace: c.replace,
		Contents: func(ctx context.Context, tx *sql.Tx) (err error) {
			size, err = users.Count(ctx, tx)
			return err
		},
		Progress: func(doing string, done, total int) {
			if doing == backup.Copying {
				bar.at(part(0, 0.6, done, total), doing)
			} else {
				bar.at(part(0.6, 1, done, total), doing)
			}
		},
	})
	bar.end()
	if _, ok := errors.AsType[*backup.DamagedError](err); ok {
		return fmt.Errorf("the backup was not kept: %w\nconsole check lists what is wrong with the database", err)
	} else if err != nil {
		return err
	}
	if done.Leftover {
		p.say("Removed the partial file of an interrupted backup beside it.")
	}
	p.say("Backed up %s to %s: %s, %s kB, schema %d.", c.database, done.Path, sizeText(size), numbers.Grouped(int((done.Bytes+999)/1000)), done.Version)
	return nil
}

// part returns the progress of the whole when done of total steps of a part are done, which
// begins at the share from and ends at the share to.
func part(from, to float64, done, total int) float64 {
	return from + (to-from)*float64(done)/float64(max(total, 1))
}

// sizeText returns how many users and events a directory has.
func sizeText(s users.Counted) string {
	return numbers.Counted(int(s.Users), "user", "users") + " and " + numbers.Counted(int(s.Events), "event", "events")
}
