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

// postgresVersion is the oldest version of PostgreSQL that is supported, in the form of its
// setting server_version_num.
const postgresVersion = 140000

// Numbers of connections to PostgreSQL.
const (
	// DefaultConnections is the greatest number unless [Options] say otherwise.
	DefaultConnections = 20
	// LeastConnections is the smallest number that can be set.
	LeastConnections = 8

	postgresWriters = 3 // one writes while the others wait for its lock
	postgresNoters  = 1
	postgresProbers = 1
	postgresLong    = 5 // one in so many is for long reads, at least two
)

// timeouts are those of PostgreSQL. Those for lock and statement are the server's; the client
// gives up later, if no answer arrives at all.
type timeouts struct {
	connect, lock, statement, answer, commit time.Duration
}

// defaultTimeouts are the timeouts except in tests.
var defaultTimeouts = timeouts{connect: 3 * time.Second, lock: maxWait, statement: 15 * time.Second, answer: 20 * time.Second, commit: 10 * time.Second}

// connectionAge is the lifetime of a connection, so that connections follow a failover or a
// change of DNS.
const connectionAge = 10 * time.Minute

// inServer returns a timeout as a setting of the server.
func inServer(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// isPostgres reports whether a URL is that of PostgreSQL.
func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// postgresConfig returns the configuration of connections to an address. If it names several
// hosts the one that accepts writes is used.
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
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, o.postgresTimeouts().connect)
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

// startUp are the settings in the start-up message of a connection. PgBouncer refuses others
// there, so those are set by a statement once the connection is open.
var startUp = map[string]string{"application_name": "console", "TimeZone": "UTC"}

// setStatement returns the statement that sets the settings of each map, except those that
// the address sets.
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

// withoutPassword returns an address without password and parameters.
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
	o.damage = newDamage(o.Observer.Damaged)
	db := &DB{path: withoutPassword(address), engine: postgres{}, observer: o.Observer, unsynced: o.Unsynced, damage: o.damage}
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
	limited := map[string]string{
		"statement_timeout":                   inServer(o.postgresTimeouts().statement),
		"idle_in_transaction_session_timeout": inServer(o.postgresTimeouts().commit), // so that a console that lost its network does not keep the lock
	}
	db.write = postgresPool(config, o, postgresWriters, limited, map[string]string{"synchronous_commit": durability})
	db.notes = postgresPool(config, o, postgresNoters, limited, map[string]string{"synchronous_commit": "off"})
	long := max(2, most/postgresLong)
	db.read = postgresPool(config, o, most-postgresWriters-postgresNoters-postgresProbers-long, limited, readOnly)
	db.look = db.read
	db.probe = postgresPool(config, o, postgresProbers, limited, nil)
	db.long = postgresPool(cancelling(config), o, long, nil, readOnly)
	return db.read.PingContext(ctx)
}

// cancelling returns a configuration whose connections ask the server to cancel a statement,
// and stay open. Otherwise each search that a newer one replaces would cost a new connection,
// a process of the server.
func cancelling(config *pgx.ConnConfig) *pgx.ConnConfig {
	config = config.Copy()
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelGrace}
	}
	return config
}

// cancelGrace is how long the server has to cancel a statement before its connection is closed.
const cancelGrace = 2 * time.Second

// readOnly are the settings of connections that refuse to write. They are set once the
// connection has checked that the server accepts writes.
var readOnly = map[string]string{"default_transaction_read_only": "on"}

// commonSettings returns the settings of all connections.
func commonSettings(o Options) map[string]string {
	return map[string]string{
		"lock_timeout":     inServer(o.postgresTimeouts().lock),
		"random_page_cost": "1.1", // for SSDs and memory: random reads cost little more than sequential ones
	}
}

// postgresPool returns a pool with the settings of [commonSettings], own and then. The address
// overrides all but then. With own a client-side timeout limits each statement.
func postgresPool(config *pgx.ConnConfig, o Options, most int, own, then map[string]string) *sql.DB {
	config = config.Copy()
	config.OnNotice = noteUnreplicated
	for name := range then {
		delete(config.RuntimeParams, name)
	}
	idle := map[string]string{"idle_in_transaction_session_timeout": "1min"}
	set := setStatement(config, commonSettings(o), idle, own, then)
	plain := stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		ctx, cancel := context.WithTimeout(ctx, config.ConnectTimeout)
		defer cancel()
		_, err := c.Exec(ctx, set)
		return err
	}), stdlib.OptionBeforeConnect(refuseCancelOfCommit))
	pool := o.pool(postgresConnector{plain, o.postgresTimeouts(), own != nil, o.damage})
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxLifetime(connectionAge)
	return pool
}

// postgres is the [engine] PostgreSQL.
type postgres struct{}

// name implements [engine].
func (postgres) name() Engine { return PostgreSQL }

// note implements [engine], on connections of their own.
func (postgres) note(ctx context.Context, db *DB, do func(*sql.Tx) error) error {
	writer, asked, err := db.acquireWriter(ctx, db.notes)
	if err != nil {
		return err
	}
	defer writer.Close()
	return db.transact(ctx, writer, asked, do)
}

// tryWriting implements [engine]. It does not wait for the writer.
func (postgres) tryWriting(ctx context.Context, db *DB) error {
	var refuses bool
	err := db.probe.QueryRowContext(ctx, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`).Scan(&refuses)
	if err == nil && refuses {
		return errReadOnly
	}
	return err
}

// checkSpace implements [engine]: the disk is the server's.
func (postgres) checkSpace(context.Context, *DB) error { return nil }

// schemaVersion implements [engine].
func (postgres) schemaVersion(ctx context.Context, db Reader) (int64, error) {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		return 0, err
	}
	return newestVersion(ctx, db)
}
