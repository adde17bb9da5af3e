package databasetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// Engine returns the engine of this run's tests: SQLite, or PostgreSQL if the environment
// variable CONSOLE_TEST_ENGINE is postgres.
func Engine() database.Engine {
	if os.Getenv("CONSOLE_TEST_ENGINE") == "postgres" {
		return database.PostgreSQL
	}
	return database.SQLite
}

// ServeRole is the role with the rights to serve in the databases of [PostgresURL].
const ServeRole = "console"

// A cluster is the PostgreSQL server of this process, with a connection of its superuser.
type cluster struct {
	*postgrestest.Server
	mu    sync.Mutex
	admin *pgx.Conn
	idle  []reusable
	done  chan string // the names of databases to drop
}

// server is that of this process, with a migrated database to copy.
var server = sync.OnceValues(func() (*cluster, error) {
	s, err := postgrestest.Start(postgrestest.NoDurability...)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	c := &cluster{Server: s, done: make(chan string, 1000)}
	if c.admin, err = pgx.Connect(ctx, s.URL(postgrestest.Superuser, "postgres")); err != nil {
		return nil, err
	}
	go c.dropDone(ctx)
	for _, statement := range []string{`CREATE ROLE ` + ServeRole + ` LOGIN`, `CREATE DATABASE template_console`} {
		if err := c.run(ctx, statement); err != nil {
			return nil, err
		}
	}
	db, err := database.Open(ctx, s.URL(postgrestest.Superuser, "template_console"), database.Options{Unsynced: true, ServeRole: ServeRole})
	if err != nil {
		return nil, err
	}
	return c, db.Close()
})

// run runs a statement about databases.
func (c *cluster) run(ctx context.Context, statement string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.admin.Exec(ctx, statement)
	return err
}

// dropDone drops databases in the background. Those that are left are deleted with the server.
func (c *cluster) dropDone(ctx context.Context) {
	for name := range c.done {
		_ = c.Run(ctx, "postgres", `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	}
}

// made counts the databases that this process has made on the server.
var made atomic.Int64

// PostgresURL returns the address of a new database on PostgreSQL with the present
// schema, which is deleted when the test ends.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return NewPostgres(tb, copied)
}

// copied are the options of a database with the present schema.
const copied = `TEMPLATE template_console STRATEGY wal_log`

// NewPostgres returns the address of a new database on PostgreSQL that is made with
// options of CREATE DATABASE, and deleted when the test ends.
func NewPostgres(tb testing.TB, options string) string {
	tb.Helper()
	s := postgresServer(tb)
	url := s.create(tb, options)
	tb.Cleanup(func() { s.done <- Name(tb, url) })
	return url
}

// create makes a database and returns its address.
func (c *cluster) create(tb testing.TB, options string) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d", made.Add(1))
	if err := c.run(context.Background(), `CREATE DATABASE `+name+` `+options); err != nil {
		tb.Fatalf("make a test database: %v", err)
	}
	return c.URL(postgrestest.Superuser, name)
}

// postgresServer returns the server that the test databases of this process are on.
func postgresServer(tb testing.TB) *cluster {
	tb.Helper()
	s, err := server()
	if err != nil {
		tb.Fatalf("start a PostgreSQL server for the tests: %v", err)
	}
	return s
}

// RunPostgres runs statements, separated by semicolons, as the superuser in the database at an
// address.
func RunPostgres(tb testing.TB, address, statements string) {
	tb.Helper()
	if err := postgresServer(tb).Run(context.Background(), Name(tb, address), statements); err != nil {
		tb.Fatalf("%s: %v", statements, err)
	}
}

// RunServer runs a statement about a database or a role as the superuser.
func RunServer(tb testing.TB, statement string) {
	tb.Helper()
	if err := postgresServer(tb).run(context.Background(), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// Name returns the name of the database at an address.
func Name(tb testing.TB, address string) string { return path.Base(parsed(tb, address).Path) }

// NewRole makes a role with LOGIN and a password, which may be empty, and returns its name, which
// no other test has. It is deleted with the server.
func NewRole(tb testing.TB, password string) string {
	tb.Helper()
	name := fmt.Sprintf("role_%d", made.Add(1))
	RunServer(tb, fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD '%s'`, name, password))
	return name
}

// As returns the address of a database on PostgreSQL for another role.
func As(tb testing.TB, address, role string) string {
	tb.Helper()
	u := parsed(tb, address)
	u.User = url.User(role)
	return u.String()
}

// Through returns the address of a database on PostgreSQL by way of another host.
func Through(tb testing.TB, address, host string) string {
	tb.Helper()
	u := parsed(tb, address)
	u.Host = host
	return u.String()
}

// parsed returns the parts of an address.
func parsed(tb testing.TB, address string) *url.URL {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// Host returns the host and port of an address.
func Host(tb testing.TB, address string) string { return parsed(tb, address).Host }
