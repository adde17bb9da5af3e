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

// migrationFiles returns the migrations of an engine. Those with the same number lead to the
// same schema on both engines.
func migrationFiles(e Engine) fs.FS {
	if e == PostgreSQL {
		return migrations.PostgreSQL()
	}
	return migrations.SQLite()
}

// migrate applies those of files that the schema at the given version lacks. Each runs in one
// transaction with its record in goose's table, so the next start repeats one that was
// interrupted. progress, which may be nil, is called with the number of rows that a migration
// has rewritten.
func migrate(ctx context.Context, e engine, db *sql.DB, version int64, files fs.FS, progress func(done, total int64)) error {
	if known, err := newest(files); err != nil || known == version {
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
	provider, err := newProvider(e.name(), db, files, progress, options...)
	if err != nil {
		return err
	}
	for {
		_, err = provider.Up(ctx)
		if err == nil {
			return nil
		}
		// Another process may have applied one first, and be at the next.
		now, versionErr := e.schemaVersion(ctx, db)
		if pending, pendingErr := provider.HasPending(ctx); versionErr != nil || pendingErr != nil || pending && now <= version {
			return fmt.Errorf("bring the schema up to date: %w", err)
		} else if !pending {
			return nil
		}
		version = now
	}
}

// newProvider returns goose's provider of files for db. A migration that rewrites rows is a Go
// migration: the SQL before its mark, the rewrite, and the SQL after the mark, in one
// transaction.
func newProvider(e Engine, db *sql.DB, files fs.FS, progress func(done, total int64), options ...goose.ProviderOption) (*goose.Provider, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
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
			goose.WithGoMigrations(goose.NewGoMigration(version, &goose.GoFunc{RunTx: rewriting(e, before, migrations.Rewrites[version], after, progress)}, nil)))
	}
	dialect := map[Engine]goose.Dialect{SQLite: goose.DialectSQLite3, PostgreSQL: goose.DialectPostgres}[e]
	return goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
}

// parameters return the n-th parameter of a statement. SQLite is slow with hundreds of named
// parameters: it looks each name up.
var parameters = map[Engine]func(n int) string{
	SQLite:     func(int) string { return "?" },
	PostgreSQL: func(n int) string { return "$" + strconv.Itoa(n) },
}

// rewriting returns a migration that runs SQL, a rewrite and SQL again.
func rewriting(e Engine, before string, rewrite migrations.Rewrite, after string, progress func(done, total int64)) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, before); err != nil {
			return err
		}
		if err := rewrite(ctx, tx, parameters[e], progress); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, after)
		return err
	}
}

// NewestVersion returns the version of the schema that this program knows.
func NewestVersion(e Engine) (int64, error) { return newest(migrationFiles(e)) }

// newest returns the version of the last of files.
func newest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, goose.ErrNoMigrations)
	}
	return goose.NumericComponent(names[len(names)-1])
}

// newestVersion returns the version of the newest migration that was applied to db. At least
// one was.
func newestVersion(ctx context.Context, db Reader) (int64, error) {
	var version sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM `+goose.DefaultTablename).Scan(&version)
	return version.Int64, err
}

// refuseNewer returns the refusal of the database at path, whose schema is newer than this
// program.
func refuseNewer(path string, version, known int64) error {
	return &OpenError{
		Path: path,
		Why:  fmt.Sprintf("was written by a newer console: its schema is version %d, this program knows %d", version, known),
		Fix:  "Start the newer console, or put a backup of the older one in its place with console restore FILE.",
	}
}
