package database

import (
	"context"
	"database/sql"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// SQLSTATEs by which PostgreSQL reports damage (appendix A of its documentation).
const (
	dataCorrupted  = "XX001"
	indexCorrupted = "XX002"
)

// IsDamaged reports whether err says that a page or an index of the database is damaged:
// SQLITE_CORRUPT with its extended codes, which FTS5 uses too, or the SQLSTATEs XX001 and
// XX002.
func IsDamaged(err error) bool {
	if state := sqlState(err); state != "" {
		return state == dataCorrupted || state == indexCorrupted
	}
	return ResultCode(err) == sqlite3.SQLITE_CORRUPT
}

// A damage collects errors by which the database is damaged.
type damage struct {
	errs   chan error // holds one error; others are dropped
	notify func()     // called for each of them; may be nil
}

// newDamage returns a damage that calls notify for each error.
func newDamage(notify func()) damage { return damage{make(chan error, 1), notify} }

// report adds err if [IsDamaged] is true of it. It does not block.
func (d damage) report(err error) {
	if !IsDamaged(err) {
		return
	}
	if d.notify != nil {
		d.notify()
	}
	select {
	case d.errs <- err:
	default:
	}
}

// Damage returns the channel of errors by which the database is damaged. It holds one error;
// until that is received others are dropped.
func (db *DB) Damage() <-chan error { return db.damage.errs }

// Inspect runs do in a transaction that reads the database at one moment. With SQLite it is
// [InspectFile].
func (db *DB) Inspect(ctx context.Context, do func(*sql.Tx) error) error {
	if db.Engine() == PostgreSQL {
		return readAtOnce(ctx, db.read, do)
	}
	return InspectFile(ctx, db.path, do)
}

// Reindex rebuilds indexes of the PostgreSQL database at url by REINDEX CONCURRENTLY, beside
// consoles that serve and without a timeout. It returns an [*OpenError] if the role does not
// own them.
func Reindex(ctx context.Context, url string, o Options, indexes ...string) error {
	config, err := postgresConfig(url, o)
	if err != nil {
		return err
	}
	unlimited := map[string]string{"statement_timeout": "0", "lock_timeout": "0"}
	db := postgresPool(config, o, 1, nil, unlimited)
	defer db.Close()
	for _, index := range indexes {
		_, err := db.ExecContext(ctx, fmt.Sprintf(`REINDEX INDEX CONCURRENTLY "%s"`, index))
		if sqlState(err) == insufficientPrivilege {
			return &OpenError{
				Path: withoutPassword(url), Err: err,
				Why: "does not let this role rebuild its indexes",
				Fix: "Run console check --repair as the role that owns the database.",
			}
		}
		if err != nil {
			return ExplainPostgres(withoutPassword(url), err)
		}
	}
	return nil
}
