package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*/*.sql
var migrations embed.FS

// steps returns the migrations of an engine, a file each. Those of one number come to
// the same schema with each.
func steps(e Engine) fs.FS {
	dir, err := fs.Sub(migrations, "migrations/"+map[Engine]string{SQLite: "sqlite", PostgreSQL: "postgres"}[e])
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return dir
}

// migrate applies those of the steps that the schema at the given version
// lacks. Each runs in a transaction together with the note that it ran, so one
// that was interrupted is taken up again at the next start.
func migrate(ctx context.Context, e engine, db *sql.DB, version int64, steps fs.FS) error {
	if known, err := newest(steps); err != nil || known == version {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if e.name() == PostgreSQL { // of several consoles that start at once, one migrates and the others wait
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, steps, options...)
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
func newestVersion(ctx context.Context, db querier) (int64, error) {
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
