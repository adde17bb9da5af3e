package database

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// grants are the statements that grant the rights to serve to {{role}}.
//
//go:embed migrations/postgres/serve_role.txt
var grants string

// preparePostgres checks the database and brings its schema up to date. It reports whether
// there was no schema before, and returns an [*OpenError] if the database cannot be used.
func preparePostgres(ctx context.Context, path string, config *pgx.ConnConfig, o Options) (made bool, err error) {
	db := postgresPool(config, Options{timeouts: o.timeouts}, 2, nil, nil) // the lock of the migrations takes one
	defer db.Close()
	if err := examinePostgres(ctx, path, db); err != nil {
		return false, err
	}
	version, err := (postgres{}).schemaVersion(ctx, db)
	if err != nil {
		return false, err
	}
	known, err := NewestVersion(PostgreSQL)
	switch {
	case err != nil:
		return false, err
	case version > known:
		return false, refuseNewer(path, version, known)
	case version == 0 && o.Existing:
		return false, &OpenError{Path: path, Why: "holds no console yet", Fix: "Run console migrate first, as the role that owns it."}
	case version < known:
		if err := checkMayMigrate(ctx, path, db, version); err != nil {
			return false, err
		}
		if err := migrate(ctx, postgres{}, db, version, migrationFiles(PostgreSQL), o.Migrating); err != nil {
			return false, err
		}
	}
	if o.ServeRole != "" {
		err = grant(ctx, path, db, o.ServeRole)
	}
	return version == 0, err
}

// grant grants a role the rights to serve, and revokes others.
func grant(ctx context.Context, path string, db *sql.DB, role string) error {
	_, err := db.ExecContext(ctx, strings.ReplaceAll(grants, "{{role}}", pgx.Identifier{role}.Sanitize()))
	if sqlState(err) == undefinedObject {
		return &OpenError{Path: path, Why: "has no role " + role, Fix: "Make it first, as a superuser: CREATE ROLE … LOGIN.", Err: err}
	}
	return err
}

// examinePostgres refuses a server that is too old, and a database whose encoding is not
// UTF-8.
func examinePostgres(ctx context.Context, path string, db *sql.DB) error {
	var version int
	var name, encoding string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding')`).
		Scan(&version, &name, &encoding)
	switch {
	case err != nil:
		return err
	case version < postgresVersion:
		return &OpenError{Path: path, Why: "is on PostgreSQL " + name, Fix: fmt.Sprintf("Use PostgreSQL %d or newer.", postgresVersion/10_000)}
	case encoding != "UTF8":
		return &OpenError{
			Path: path,
			Why:  "has the encoding " + encoding,
			Fix:  "Make one with UTF8: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.",
		}
	}
	return nil
}

// checkMayMigrate refuses a role that may not create tables.
func checkMayMigrate(ctx context.Context, path string, db *sql.DB, version int64) error {
	var may bool
	err := db.QueryRowContext(ctx, `SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)`).Scan(&may)
	if err != nil || may {
		return err
	}
	why := "holds no console yet, and this role may not make one"
	if version > 0 {
		why = "was last used by an older console, and this role may not bring it up to date"
	}
	return &OpenError{Path: path, Why: why, Fix: "Run console migrate as the role that owns the database."}
}
