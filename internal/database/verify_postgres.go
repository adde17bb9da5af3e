package database

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"maps"
)

// server is [Verify] for PostgreSQL. It reads one state, without a timeout.
func (v Verification) server(ctx context.Context, address string, o Options) ([]string, error) {
	config, err := postgresConfig(address, o)
	if err != nil {
		return nil, err
	}
	unlimited := maps.Clone(readOnly)
	unlimited["statement_timeout"] = "0"
	path := withoutPassword(address)
	db := postgresPool(config, o, 1, nil, unlimited)
	defer db.Close()
	v.progress("the server")
	if err := examinePostgres(ctx, path, db); err != nil {
		return nil, ExplainPostgres(path, err)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, ExplainPostgres(path, err)
	}
	defer func() { _ = tx.Rollback() }()
	v.progress("the schema")
	known, found, err := checkVersion(ctx, tx, postgres{})
	if err != nil {
		return found, ExplainPostgres(path, err)
	}
	if !known {
		return found, ctx.Err()
	}
	found = append(found, samePostgresSchema(ctx, tx)...)
	if v.Contents != nil {
		found = append(found, v.Contents(ctx, PostgreSQL, tx)...)
	}
	return found, ctx.Err()
}

// postgresShape is the shape of a new PostgreSQL database, as JSON.
//
//go:embed migrations/postgres/shape.json
var postgresShape []byte

// samePostgresSchema is [sameSchema] for PostgreSQL, of which no new database can be made to
// compare with.
func samePostgresSchema(ctx context.Context, tx *sql.Tx) []string {
	var want shape
	if err := json.Unmarshal(postgresShape, &want); err != nil {
		return []string{"The schema could not be compared: " + err.Error() + "."}
	}
	var got shape
	err := Savepoint(ctx, tx, func() (err error) {
		got, err = postgresShapeOf(ctx, tx)
		return err
	})
	if err != nil {
		return []string{"The schema could not be read: " + err.Error() + "."}
	}
	return want.differences(got)
}

// shapeQuery returns the names of schema objects and their descriptions, which do not depend on
// the version of PostgreSQL: the source of a function; the function and the events of a trigger,
// and whether it is enabled.
const shapeQuery = `WITH ours AS (SELECT c.oid, c.relname, c.relkind FROM pg_class c
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'goose\_db\_version%'
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
	SELECT 'table ' || relname, '' FROM ours WHERE relkind IN ('r', 'p')
	UNION ALL SELECT 'view ' || relname, '' FROM ours WHERE relkind IN ('v', 'm')
	UNION ALL SELECT 'index ' || relname, CASE WHEN i.indisvalid THEN 'valid' ELSE 'not valid, so nothing is looked up by it' END
		FROM ours JOIN pg_index i ON i.indexrelid = ours.oid
	UNION ALL SELECT 'trigger ' || t.tgname, relname || ' ' || p.proname || ' ' || t.tgtype::text || ' '
			|| CASE t.tgenabled WHEN 'O' THEN 'in force' WHEN 'A' THEN 'in force' ELSE 'not in force' END
		FROM pg_trigger t JOIN ours ON ours.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal
	UNION ALL SELECT 'condition ' || c.conname || ' of the table ' || relname, c.contype::text || CASE WHEN c.convalidated THEN ' valid' ELSE ' not valid' END
		FROM pg_constraint c JOIN ours ON ours.oid = c.conrelid WHERE c.contype IN ('c', 'f', 'p', 'u')
	UNION ALL SELECT 'function ' || p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`

// postgresShapeOf is [shapeOf] for PostgreSQL.
func postgresShapeOf(ctx context.Context, r Reader) (shape, error) {
	return readShape(ctx, r, shapeQuery)
}
