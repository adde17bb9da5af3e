package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresVersion is the least version of PostgreSQL that is used, as its setting
// server_version_num writes it.
const postgresVersion = 140000

// How many connections there are to PostgreSQL.
const (
	// DefaultConnections is how many there are unless Options say otherwise.
	DefaultConnections = 20
	// LeastConnections is how many there have to be.
	LeastConnections = 8

	postgresWriters = 3 // of whom one writes, and the others are next
	postgresNoters  = 1
	postgresProbers = 1
	postgresLong    = 5 // one connection of so many is for long reads, and two at least
)

// waits are how long PostgreSQL is waited for. The server itself ends a statement first;
// where nothing comes back at all, such as from a network that swallows everything, we
// give up.
type waits struct {
	connect, lock, statement, answer, commit time.Duration
}

// usualWaits are those outside of tests.
var usualWaits = waits{connect: 3 * time.Second, lock: maxWait, statement: 15 * time.Second, answer: 20 * time.Second, commit: 10 * time.Second}

// connectionAge is how long a connection is used, so that all move on after a fail-over or
// a change of names.
const connectionAge = 10 * time.Minute

// inServer returns a wait as a setting of the server.
func inServer(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// isPostgres reports whether a URL is that of a database of PostgreSQL.
func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// postgresConfig returns the settings of connections to url, which may name several
// hosts: the one that takes writes is used.
func postgresConfig(address string, o Options) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if file, is := errors.AsType[*fs.PathError](err); is { // sslrootcert, sslcert or sslkey
		return nil, &OpenError{
			Path: withoutPassword(address), Why: "names a file that cannot be read",
			Fix: "Correct sslrootcert, sslcert or sslkey, and give the user that the console runs as the right to read the file.", Err: file,
		}
	}
	if err != nil || config.Database == "" {
		return nil, &OpenError{
			Path: withoutPassword(address),
			Why:  "is not the address of a database",
			Fix:  "Write it as postgres://USER@HOST:PORT/DATABASE, several hosts separated by commas.",
		}
	}
	config.Password = cmp.Or(o.Password, config.Password)
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, o.waits().connect)
	dialer := &net.Dialer{Timeout: config.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	config.DialFunc = dialer.DialContext
	if config.ValidateConnect == nil {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	for name, value := range startUp {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// sameServerDatabase reports whether two addresses are those of one database of PostgreSQL.
func sameServerDatabase(one, other string) (bool, error) {
	a, err := postgresConfig(one, Options{})
	if err != nil {
		return false, err
	}
	b, err := postgresConfig(other, Options{})
	if err != nil {
		return false, err
	}
	return a.Host == b.Host && a.Port == b.Port && a.Database == b.Database, nil
}

// startUp are the settings that travel in the start-up message of a connection: those that
// PgBouncer takes there. It refuses a connection that brings others, which are therefore
// set by statement once the connection is open.
var startUp = map[string]string{"application_name": "console", "TimeZone": "UTC"}

// setStatement returns the statement that gives a new connection the settings of each map,
// save those that the address gives.
func setStatement(config *pgx.ConnConfig, all ...map[string]string) string {
	var set strings.Builder
	for _, settings := range all {
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			if config.RuntimeParams[name] == "" {
				fmt.Fprintf(&set, "SET %s = '%s';", name, settings[name])
			}
		}
	}
	return set.String()
}

// withoutPassword returns an address as it may be shown.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	u.RawQuery = ""
	return u.String()
}

// openPostgres opens the database of PostgreSQL at an address.
func openPostgres(ctx context.Context, address string, o Options) (*DB, error) {
	config, err := postgresConfig(address, o)
	if err != nil {
		return nil, err
	}
	o.damage = newDamage(o.Watch.Damaged)
	db := &DB{path: withoutPassword(address), engine: postgres{}, watch: o.Watch, unsynced: o.Unsynced, damage: o.damage}
	if err := db.connectPostgres(ctx, config, o); err != nil {
		_ = db.Close() // the error that led here says more
		return nil, ExplainPostgres(db.path, err)
	}
	return db, nil
}

// connectPostgres brings the schema up to date and opens the pools.
func (db *DB) connectPostgres(ctx context.Context, config *pgx.ConnConfig, o Options) error {
	made, err := preparePostgres(ctx, db.path, config, o)
	if err != nil {
		return err
	}
	db.made = made
	most := max(cmp.Or(o.Connections, DefaultConnections), LeastConnections)
	durability := "on"
	if o.Unsynced {
		durability = "off"
	}
	hurried := map[string]string{
		"statement_timeout":                   inServer(o.waits().statement),
		"idle_in_transaction_session_timeout": inServer(o.waits().commit), // so that a console that is cut off does not keep its turn
	}
	db.write = postgresPool(config, o, postgresWriters, hurried, map[string]string{"synchronous_commit": durability})
	db.notes = postgresPool(config, o, postgresNoters, hurried, map[string]string{"synchronous_commit": "off"})
	long := max(2, most/postgresLong)
	db.read = postgresPool(config, o, most-postgresWriters-postgresNoters-postgresProbers-long, hurried, readOnly)
	db.look = db.read
	db.probe = postgresPool(config, o, postgresProbers, hurried, nil)
	db.long = postgresPool(cancelling(config), o, long, nil, readOnly)
	return db.read.PingContext(ctx)
}

// cancelling returns the settings of connections that outlive a statement that is
// cancelled: the server is asked to end it. Otherwise every search that a newer one
// replaces would cost a new connection, and with it a new process of the server.
func cancelling(config *pgx.ConnConfig) *pgx.ConnConfig {
	config = config.Copy()
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelled}
	}
	return config
}

// cancelled is how long the server is given to end a statement that is cancelled, before
// its connection is closed.
const cancelled = 2 * time.Second

// readOnly are the settings of connections that refuse to write. They are given when
// the server is known to be one that does not refuse in any case.
var readOnly = map[string]string{"default_transaction_read_only": "on"}

// everywhere returns the settings of all connections.
func everywhere(o Options) map[string]string {
	return map[string]string{
		"lock_timeout":     inServer(o.waits().lock),
		"random_page_cost": "1.1", // as on an SSD and in memory: rows by their number cost little more than in order
	}
}

// postgresPool returns connections with the settings of [everywhere], then those in own
// and in then. One that the address gives is left as it is, except those in then.
func postgresPool(config *pgx.ConnConfig, o Options, most int, own, then map[string]string) *sql.DB {
	config = config.Copy()
	config.OnNotice = noteUnreplicated
	for name := range then {
		delete(config.RuntimeParams, name)
	}
	idle := map[string]string{"idle_in_transaction_session_timeout": "1min"}
	set := setStatement(config, everywhere(o), idle, own, then)
	plain := stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		ctx, cancel := context.WithTimeout(ctx, config.ConnectTimeout)
		defer cancel()
		_, err := c.Exec(ctx, set)
		return err
	}), stdlib.OptionBeforeConnect(keepCommits))
	pool := o.pool(postgresConnector{plain, o.waits(), own != nil, o.damage})
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxLifetime(connectionAge)
	return pool
}

// postgres is the engine of that name.
type postgres struct{}

// name implements [engine].
func (postgres) name() Engine { return PostgreSQL }

// note implements [engine]: those who note have connections of their own.
func (postgres) note(ctx context.Context, db *DB, do func(*sql.Tx) error) error {
	writer, asked, err := db.turn(ctx, db.notes)
	if err != nil {
		return err
	}
	defer writer.Close()
	return db.transact(ctx, writer, asked, do)
}

// tryWriting implements [engine]. It waits for nobody who writes.
func (postgres) tryWriting(ctx context.Context, db *DB) error {
	var refuses bool
	err := db.probe.QueryRowContext(ctx, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`).Scan(&refuses)
	if err == nil && refuses {
		return errReadOnly
	}
	return err
}

// checkRoom implements [engine]: the server looks after its disk.
func (postgres) checkRoom(context.Context, *DB) error { return nil }

// schemaVersion implements [engine].
func (postgres) schemaVersion(ctx context.Context, db Reader) (int64, error) {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	return newestVersion(ctx, db)
}
