package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// A server is the one of PostgreSQL that the directories are on.
type server struct {
	own   *postgrestest.Server // nil: somebody else's
	admin *pgx.Conn            // its superuser's
	words string               // what it is
}

// settings are those of a server of the bench's own. What they leave out is as
// PostgreSQL comes: what is committed is on the disk.
var settings = []string{"shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=8GB"}

// onPostgres reports whether PostgreSQL keeps the directories.
func (b *bench) onPostgres() bool { return b.engine == "postgres" }

// preparePostgres finds the directories that are measured, or copies them from files of
// SQLite onto the server.
func (b *bench) preparePostgres(ctx context.Context) (err error) {
	b.postgres = new(server)
	address := b.server
	if address == "" {
		say("Starting a PostgreSQL server")
		if b.postgres.own, err = postgrestest.Start(settings...); err != nil {
			return err
		}
		address = b.postgres.own.URL(postgrestest.Superuser, "postgres")
	}
	if b.postgres.admin, err = pgx.Connect(ctx, address); err != nil {
		return err
	}
	if err := b.postgres.describe(ctx); err != nil {
		return err
	}
	if b.smallURL, err = b.copiedTo(ctx, address, b.options.small); err != nil {
		return err
	}
	if b.directory != "" {
		b.largeURL, err = onServer(address, b.directory)
		return err
	}
	b.largeURL, err = b.copiedTo(ctx, address, b.users)
	return err
}

// onServer returns the address of a database on the server that address names.
func onServer(address, name string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("-server is no address")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// copiedTo returns the address of a directory of so many users on the server. Where there
// is none it is copied from a file, and gets its name when it is whole.
func (b *bench) copiedTo(ctx context.Context, address string, size int) (string, error) {
	name := fmt.Sprintf("bench_%d", size)
	var there bool
	err := b.postgres.admin.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err != nil {
		return "", err
	}
	if !there {
		if err := b.fill(ctx, address, name, size); err != nil {
			return "", err
		}
	}
	return onServer(address, name)
}

// fill makes the database of that name.
func (b *bench) fill(ctx context.Context, address, name string, size int) error {
	path, err := makeDatabase(ctx, b.program, b.dir, size)
	if err != nil {
		return err
	}
	half := name + "_half"
	to, err := onServer(address, half)
	if err != nil {
		return err
	}
	say("Copying %s to PostgreSQL", path)
	if err := b.postgres.run(ctx, `DROP DATABASE IF EXISTS `+half, `CREATE DATABASE `+half+` ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0`); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, b.program, "copy", "sqlite:"+path, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy to PostgreSQL: %w\n%s", err, out)
	}
	return b.postgres.run(ctx, `ALTER DATABASE `+half+` RENAME TO `+name)
}

// run runs statements one by one.
func (s *server) run(ctx context.Context, statements ...string) error {
	for _, one := range statements {
		if _, err := s.admin.Exec(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// describe fills in what the server is: its version and the settings that say how sure a
// commit is and how much memory there is.
func (s *server) describe(ctx context.Context) error {
	facts := []string{"PostgreSQL"}
	for _, name := range []string{"server_version", "shared_buffers", "synchronous_commit", "fsync"} {
		var value string
		if err := s.admin.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
			return err
		}
		value, _, _ = strings.Cut(value, " ")
		facts = append(facts, strings.TrimPrefix(name+" "+value, "server_version "))
	}
	s.words = facts[0] + " " + facts[1] + ", " + strings.Join(facts[2:], ", ")
	return nil
}

// close leaves the server, and ends it if it is the bench's own. A nil server is left
// alone.
func (s *server) close() error {
	if s == nil {
		return nil
	}
	var err error
	if s.admin != nil {
		err = s.admin.Close(context.Background())
	}
	if s.own != nil {
		s.own.Remove()
	}
	return err
}

// cpu returns the processor time of the server's processes that serve a directory, as far
// as the system tells: of none where the server is on another machine.
func (s *server) cpu(ctx context.Context, address string) func() time.Duration {
	return func() (all time.Duration) {
		u, err := url.Parse(address)
		if err != nil {
			return 0
		}
		rows, err := s.admin.Query(ctx, `SELECT pid FROM pg_stat_activity WHERE datname = $1`, strings.TrimPrefix(u.Path, "/"))
		if err != nil {
			return 0
		}
		pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			return 0
		}
		for _, pid := range pids {
			all += cpuOf(pid)
		}
		return all
	}
}
