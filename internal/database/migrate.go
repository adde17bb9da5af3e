package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// steps returns the migrations, a file each.
func steps() fs.FS {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return dir
}

// migrate applies those of the steps that the schema at the given version
// lacks. Each runs in a transaction together with the note that it ran, so one
// that was interrupted is taken up again at the next start.
func migrate(ctx context.Context, db *sql.DB, version int64, steps fs.FS) error {
	if known, err := newest(steps); err != nil || known == version {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	if err == nil {
		return nil
	}
	// Another process may have been the first to take the same step.
	if pending, pendingErr := provider.HasPending(ctx); pendingErr == nil && !pending {
		return nil
	}
	return fmt.Errorf("bring the schema up to date: %w", err)
}

// newest returns the version of the last of the steps.
func newest(steps fs.FS) (int64, error) {
	names, err := fs.Glob(steps, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, goose.ErrNoMigrations)
	}
	return goose.NumericComponent(names[len(names)-1])
}

// schemaVersion returns the version of the newest migration that db has had, 0
// if it has had none.
func schemaVersion(ctx context.Context, db querier) (int64, error) {
	var exists bool
	err := db.QueryRowContext(ctx,
		`SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1`, goose.DefaultTablename).Scan(&exists)
	if err != nil || !exists {
		return 0, err
	}
	var version sql.NullInt64
	err = db.QueryRowContext(ctx, `SELECT max(version_id) FROM `+goose.DefaultTablename).Scan(&version)
	return version.Int64, err
}

// refuseNewer returns an [*OpenError] if the schema of the file at path is newer
// than the newest migration this program knows.
func refuseNewer(path string, version int64) error {
	known, err := newest(steps())
	if err != nil {
		return err
	}
	if version <= known {
		return nil
	}
	return &OpenError{
		Path: path,
		Why:  fmt.Sprintf("was written by a newer console: its schema is version %d, this program knows %d", version, known),
		Fix:  "Start the newer console, or put a backup of the older one in its place with console restore FILE.",
	}
}
