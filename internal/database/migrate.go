package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/roboto-ai/console/internal/database/migrations"
)

// steps returns the migrations of an engine, a file each. Those of one number come to
// the same schema with each.
func steps(e Engine) fs.FS {
	if e == PostgreSQL {
		return migrations.PostgreSQL()
	}
	return migrations.SQLite()
}

// migrate applies those of the steps that the schema at the given version
// lacks. Each runs in a transaction together with the note that it ran, so one
// that was interrupted is taken up again at the next start. Told is called, if it is not
// nil, with how many of how many rows a step has rewritten.
func migrate(ctx context.Context, e engine, db *sql.DB, version int64, steps fs.FS, told func(done, total int64)) error {
	if known, err := newest(steps); err != nil || known == version {
		return err
	}
	var options []goose.ProviderOption
	if e.name() == PostgreSQL { // of several consoles that start at once, one migrates and the others wait
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := newProvider(e.name(), db, steps, told, options...)
	if err != nil {
		return err
	}
	for {
		_, err = provider.Up(ctx)
		if err == nil {
			return nil
		}
		// Another process may have been the first to take a step, and be on to the next.
		now, versionErr := e.schemaVersion(ctx, db)
		if pending, pendingErr := provider.HasPending(ctx); versionErr != nil || pendingErr != nil || pending && now <= version {
			return fmt.Errorf("bring the schema up to date: %w", err)
		} else if !pending {
			return nil
		}
		version = now
	}
}

// newProvider returns what applies steps to db. A step that rewrites rows is Go for goose: its
// SQL before the mark, the rewrite and its SQL after it, in one transaction.
func newProvider(e Engine, db *sql.DB, steps fs.FS, told func(done, total int64), options ...goose.ProviderOption) (*goose.Provider, error) {
	if told == nil {
		told = func(int64, int64) {}
	}
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(steps, name)
		if err != nil {
			return nil, err
		}
		before, after, rewrites := strings.Cut(string(data), migrations.RewriteMark)
		if !rewrites {
			continue
		}
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithExcludeNames([]string{name}),
			goose.WithGoMigrations(goose.NewGoMigration(version, &goose.GoFunc{RunTx: rewriting(e, before, migrations.Rewrites[version], after, told)}, nil)))
	}
	dialect := map[Engine]goose.Dialect{SQLite: goose.DialectSQLite3, PostgreSQL: goose.DialectPostgres}[e]
	return goose.NewProvider(dialect, db, steps, append(options, goose.WithDisableGlobalRegistry(true))...)
}

// parameters are how each engine writes the n-th parameter. SQLite looks for the name of each one
// that has a name, which takes long where there are hundreds.
var parameters = map[Engine]func(n int) string{
	SQLite:     func(int) string { return "?" },
	PostgreSQL: func(n int) string { return "$" + strconv.Itoa(n) },
}

// rewriting returns a step that runs SQL, a rewrite and SQL again.
func rewriting(e Engine, before string, rewrite migrations.Rewrite, after string, told func(done, total int64)) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, before); err != nil {
			return err
		}
		if err := rewrite(ctx, tx, parameters[e], told); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, after)
		return err
	}
}

// NewestVersion returns the version of the schema that this program knows.
func NewestVersion(e Engine) (int64, error) { return newest(steps(e)) }

// newest returns the version of the last of the steps.
func newest(steps fs.FS) (int64, error) {
	names, err := fs.Glob(steps, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, goose.ErrNoMigrations)
	}
	return goose.NumericComponent(names[len(names)-1])
}

// newestVersion returns the version of the newest migration that db has had, which has
// had some.
func newestVersion(ctx context.Context, db Reader) (int64, error) {
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM `+goose.DefaultTablename).Scan(&version)
	return version.Int64, err
}

// refuseNewer returns an [*OpenError] for the database at path, whose schema is newer
// than the newest migration that this program knows.
func refuseNewer(path string, version, known int64) error {
	return &OpenError{
		Path: path,
		Why:  fmt.Sprintf("was written by a newer console: its schema is version %d, this program knows %d", version, known),
		Fix:  "Start the newer console, or put a backup of the older one in its place with console restore FILE.",
	}
}
