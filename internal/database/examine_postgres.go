package database

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// examineServer is [Examine] for PostgreSQL.
func examineServer(ctx context.Context, address string, o Options) []Finding {
	config, err := postgresConfig(address, o)
	if err != nil {
		return []Finding{refusal("server", err)}
	}
	path := withoutPassword(address)
	db := postgresPool(config, Options{timeouts: o.timeouts}, 1, map[string]string{"statement_timeout": inServer(o.postgresTimeouts().statement)}, readOnly)
	defer db.Close()
	found := []Finding{examineEncryption(&config.Config)}
	if err := examinePostgres(ctx, path, db); err != nil {
		return append(found, refusal("server", ExplainPostgres(path, err)))
	}
	found = append(found, good("server", path+" answers, accepts writes, and has the encoding UTF-8."))
	for subject, examine := range map[string]func(context.Context, string, *sql.DB) (Finding, error){
		"schema": examineServerSchema, "search": examineTrigrams, "rights": examineRights, "access": examineAccess,
	} {
		f, err := examine(ctx, path, db)
		if err != nil {
			f = refusal(subject, ExplainPostgres(path, err))
		}
		found = append(found, f)
	}
	return found
}

// examineServerSchema checks the version of the schema, and whether the role may bring it up to
// date.
func examineServerSchema(ctx context.Context, path string, db *sql.DB) (Finding, error) {
	version, err := postgres{}.schemaVersion(ctx, db)
	if err != nil {
		return Finding{}, err
	}
	known, err := NewestVersion(PostgreSQL)
	switch {
	case err != nil:
		return Finding{}, err
	case version > known:
		return refusal("schema", refuseNewer(path, version, known)), nil
	case version == known:
		return good("schema", fmt.Sprintf("The schema is version %d, the one of this program.", version)), nil
	}
	if err := checkMayMigrate(ctx, path, db, version); err != nil {
		return Finding{}, err
	}
	return good("schema", fmt.Sprintf("The schema is version %d; the next start brings it to %d. Make a backup before it.", version, known)), nil
}

// examineTrigrams checks the extension that the search needs.
func examineTrigrams(ctx context.Context, _ string, db *sql.DB) (Finding, error) {
	var installed, available, may bool
	err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'),
		EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'),
		has_database_privilege(current_database(), 'CREATE')`).Scan(&installed, &available, &may)
	switch {
	case err != nil:
		return Finding{}, err
	case installed:
		return good("search", "The extension pg_trgm is there."), nil
	case !available:
		return bad("search", "The server lacks the extension pg_trgm.", postgresRefusals["0A000"].fix), nil
	case !may:
		return bad("search", "The extension pg_trgm is not in the database, and this role may not add it.",
			"Run CREATE EXTENSION pg_trgm in the database as its owner, or console migrate as a role that may."), nil
	}
	return good("search", "The extension pg_trgm is added with the schema."), nil
}

// examineRights checks that the role has the rights to serve, and none to change the audit
// log.
func examineRights(ctx context.Context, _ string, db *sql.DB) (Finding, error) {
	var role string
	var there, enough, tables, events bool
	err := db.QueryRowContext(ctx, `SELECT current_user, to_regclass('events') IS NOT NULL,
		COALESCE(has_table_privilege(to_regclass('events'), 'INSERT'), FALSE),
		COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE),
		COALESCE(has_table_privilege(to_regclass('events'), 'UPDATE, DELETE, TRUNCATE'), FALSE)`).Scan(&role, &there, &enough, &tables, &events)
	fix := "Have console serve work as a role of its own: run console migrate as the one that owns the database, with --serve-role naming that role."
	switch {
	case err != nil:
		return Finding{}, err
	case !there:
		return good("rights", "There are no tables yet."), nil
	case !enough:
		return bad("rights", "The role "+role+" may not write to the audit log.", fix), nil
	case tables && !events:
		return doubtful("rights", "The role "+role+" may make tables.", "As the owner of the schema: REVOKE CREATE ON SCHEMA public FROM PUBLIC."), nil
	case events:
		return doubtful("rights", "The role "+role+" may change the tables, and with them what was written in the audit log.", fix), nil
	}
	return good("rights", "The role "+role+" may serve, and can change neither tables nor what was written in the audit log."), nil
}

// examineAccess checks the rights of PUBLIC, every role of the server: to connect to the
// database, which is the default of PostgreSQL, to create objects in the schema and to read
// tables.
func examineAccess(ctx context.Context, _ string, db *sql.DB) (Finding, error) {
	var name, schema string
	var connect, create, read bool
	err := db.QueryRowContext(ctx, `SELECT current_database(), COALESCE(current_schema(), ''),
		has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY, CREATE'),
		COALESCE(has_schema_privilege('public', current_schema(), 'CREATE'), FALSE),
		EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
			AND has_table_privilege('public', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))`).Scan(&name, &schema, &connect, &create, &read)
	if err != nil {
		return Finding{}, err
	}
	var may, fix []string
	for _, grant := range []struct {
		there    bool
		may, fix string
	}{
		{connect, "connect to the database", "REVOKE ALL ON DATABASE %[1]s FROM PUBLIC; GRANT CONNECT ON DATABASE %[1]s TO the role that serves;"},
		{create, "create objects in the schema %[2]s", "REVOKE CREATE ON SCHEMA %[2]s FROM PUBLIC;"},
		{read, "read or change tables", "REVOKE ALL ON ALL TABLES IN SCHEMA %[2]s FROM PUBLIC;"},
	} {
		if grant.there {
			may, fix = append(may, grant.may), append(fix, grant.fix)
		}
	}
	if len(may) == 0 {
		return good("access", "PUBLIC may neither connect to the database nor create objects in it."), nil
	}
	filled := func(parts []string, between string) string {
		return strings.NewReplacer("%[1]s", name, "%[2]s", schema).Replace(strings.Join(parts, between))
	}
	return doubtful("access", "Every role of the server (PUBLIC) may "+filled(may, " and ")+".", "As the owner: "+filled(fix, " ")), nil
}

// openPostgresToRead is [OpenToRead] for PostgreSQL.
func openPostgresToRead(ctx context.Context, address string, o Options) (*DB, error) {
	config, err := postgresConfig(address, o)
	if err != nil {
		return nil, err
	}
	path := withoutPassword(address)
	reads := postgresPool(config, o, 2, map[string]string{"statement_timeout": inServer(o.postgresTimeouts().statement)}, readOnly)
	if err := upToDate(ctx, path, reads); err != nil {
		_ = reads.Close() // the error that led here says more
		return nil, ExplainPostgres(path, err)
	}
	return &DB{engine: postgres{}, path: path, observer: o.Observer, write: reads, notes: reads, read: reads, look: reads, long: reads}, nil
}

// upToDate returns an [*OpenError] unless the server can be used and its schema is that of this
// program.
func upToDate(ctx context.Context, path string, db *sql.DB) error {
	if err := examinePostgres(ctx, path, db); err != nil {
		return err
	}
	version, err := postgres{}.schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	known, err := NewestVersion(PostgreSQL)
	if err != nil {
		return err
	}
	if version > known {
		return refuseNewer(path, version, known)
	}
	return refuseOlder(path, version, known)
}
