//go:build postgres

package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// MigratePostgresTo runs the migrations up to a version on an empty database.
func MigratePostgresTo(ctx context.Context, url string, version int64) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := newProvider(PostgreSQL, db, migrationFiles(PostgreSQL), nil)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// Impatient returns o with other waits than usual: for the lock, for an answer, and for that
// to a commit.
func Impatient(o Options, lock, answer, commit time.Duration) Options {
	w := defaultTimeouts
	w.lock, w.answer, w.commit = lock, answer, commit
	o.timeouts = &w
	return o
}

// PostgresShape returns the shape of the schema in a database, and the one that it is
// compared with.
func PostgresShape(ctx context.Context, url string) (got, want map[string]string, err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	if got, err = postgresShapeOf(ctx, db); err != nil {
		return nil, nil, err
	}
	return got, want, json.Unmarshal(postgresShape, &want)
}
