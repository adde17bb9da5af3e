package database

import (
	"context"
	"database/sql"
)

// MigrateTo runs the migrations up to a version on an empty file, and marks it.
func MigrateTo(ctx context.Context, db *sql.DB, version int64) error {
	if _, err := db.ExecContext(ctx, claim); err != nil {
		return err
	}
	provider, err := newProvider(SQLite, db, migrationFiles(SQLite), nil)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
