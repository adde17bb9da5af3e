package database

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// NewestVersion returns the version of the schema that this program knows.
func NewestVersion() (int64, error) { return newest(steps(SQLite)) }

// MigrateTo runs the migrations up to a version on an empty file, and marks it.
func MigrateTo(ctx context.Context, db *sql.DB, version int64) error {
	if _, err := db.ExecContext(ctx, claim); err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps(SQLite), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
