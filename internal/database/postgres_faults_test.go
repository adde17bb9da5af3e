//go:build postgres

package database_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/database/postgrestest"
)

// twoConsoles opens one database on PostgreSQL twice, with a table to count in.
func twoConsoles(t *testing.T, o database.Options) [2]*database.DB {
	t.Helper()
	url := databasetest.PostgresURL(t)
	var both [2]*database.DB
	for i := range both {
		db, err := database.Open(t.Context(), url, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		both[i] = db
	}
	mustWrite(t, both[0], `CREATE TABLE counted (n BIGINT)`)
	mustWrite(t, both[0], `INSERT INTO counted VALUES (0)`)
	return both
}

// count returns the number in the table counted.
func count(ctx context.Context, r querier) (n int, err error) {
	return n, r.QueryRowContext(ctx, `SELECT n FROM counted`).Scan(&n)
}

// TestTransactIsOneAtATime has two consoles read a number and write the next one, many
// times at once: none is lost, by changes nor by notes.
func TestTransactIsOneAtATime(t *testing.T) {
	t.Parallel()
	both := twoConsoles(t, database.Options{})
	var all sync.WaitGroup
	const each = 10
	for _, do := range []func(context.Context, func(*sql.Tx) error) error{both[0].Transact, both[1].Transact, both[0].Note, both[1].Note} {
		for range each {
			all.Go(func() {
				err := do(t.Context(), func(tx *sql.Tx) error {
					n, err := count(t.Context(), tx)
					if err != nil {
						return err
					}
					_, err = tx.ExecContext(t.Context(), `UPDATE counted SET n = $1`, n+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if n, err := count(t.Context(), both[1].Reads()); err != nil || n != 4*each {
		t.Errorf("counted to %d, %v; want %d", n, err, 4*each)
	}
}

// TestTransactWaitsForTheOtherConsole keeps a write transaction open on one console: one on the
// other gives up as busy, and succeeds afterwards.
func TestTransactWaitsForTheOtherConsole(t *testing.T) {
	t.Parallel()
	both := twoConsoles(t, database.Impatient(database.Options{}, 200*time.Millisecond, 10*time.Second, 10*time.Second))
	set := func() error { return write(t.Context(), both[1], `UPDATE counted SET n = 5`) }
	err := both[0].Transact(t.Context(), func(*sql.Tx) error { return set() })
	if !database.IsBusy(err) || errors.Is(err, database.ErrUnknown) || database.IsTaken(err) {
		t.Errorf("meanwhile: got %v, want the database to be busy", err)
	}
	if err := set(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestErrUnknown loses the answer to a commit, which has arrived or not, and what comes
// before it: only of the commit it is not known whether it was made.
func TestErrUnknown(t *testing.T) {
	t.Parallel()
	const commit, insert = "commit\x00", "INSERT INTO scratch"
	tests := map[string]struct {
		fault   fault
		mark    string
		unknown bool
		rows    int // afterwards
	}{
		"a commit that arrived":             {cutAfter, commit, true, 2},
		"a commit that did not arrive":      {cutBefore, commit, true, 1},
		"a commit into a black hole":        {holeBefore, commit, true, 1},
		"a statement that arrived":          {cutAfter, insert, false, 1},
		"a statement that did not arrive":   {cutBefore, insert, false, 1},
		"a statement into a black hole":     {holeBefore, insert, false, 1},
		"a turn that was given and lost":    {cutAfter, "pg_advisory_xact_lock", false, 1},
		"a turn that was not asked for":     {cutBefore, "pg_advisory_xact_lock", false, 1},
		"a turn asked for in a black hole":  {holeBefore, "pg_advisory_xact_lock", false, 1},
		"no fault, after one was announced": {none, commit, false, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, db, direct := throughProxy(t)
			mustWrite(t, db, `UPDATE scratch SET word = 'first'`) // there is a connection, which knows the statement
			p.does(test.fault, test.mark)
			began := time.Now()
			err := write(t.Context(), db, `INSERT INTO scratch (word) VALUES ('second')`)
			if (err == nil) != (test.fault == none) || errors.Is(err, database.ErrUnknown) != test.unknown || err != nil && !test.unknown && !database.IsBusy(err) {
				t.Errorf("got %v; unknown: want %t", err, test.unknown)
			}
			inTime(t, began)
			if got := words(t, direct); got != test.rows {
				t.Errorf("got %d rows, want %d", got, test.rows)
			}
			p.does(none, "")
			heals(t, db)
		})
	}
}

// heals fails the test unless db takes writes again by itself, as soon as the server has
// noticed that a connection is gone.
func heals(t *testing.T, db *database.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	for {
		err := write(t.Context(), db, `UPDATE scratch SET at = now()`)
		switch {
		case err == nil:
			return
		case ctx.Err() != nil || !database.IsBusy(err):
			t.Fatalf("afterwards: %v", err)
		}
		<-pause.C
	}
}

// TestRefusedCommit has the server itself refuse a commit, which is then no question.
func TestRefusedCommit(t *testing.T) {
	t.Parallel()
	db := withScratch(t, databasetest.Open(t, databasetest.PostgresURL(t), database.Options{}))
	mustWrite(t, db, `CREATE TABLE part (word TEXT REFERENCES scratch (word) DEFERRABLE INITIALLY DEFERRED)`)
	err := write(t.Context(), db, `INSERT INTO part VALUES ('nothing')`)
	if err == nil || errors.Is(err, database.ErrUnknown) || database.IsBusy(err) {
		t.Errorf("got %v, want a plain refusal", err)
	}
}

// TestReadsGiveUp reads from a server that does not answer any more.
func TestReadsGiveUp(t *testing.T) {
	t.Parallel()
	p, db, _ := throughProxy(t)
	for _, what := range []fault{cutBefore, cutAfter, holeBefore} {
		var n int
		if err := db.Reads().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch WHERE word <> $1`, "").Scan(&n); err != nil || n != 1 {
			t.Fatalf("got %d rows, %v", n, err)
		}
		p.does(what, "\x00") // in every message
		began := time.Now()
		err := db.Reads().QueryRowContext(t.Context(), `SELECT count(*) FROM scratch WHERE word <> $1`, "").Scan(&n)
		if !database.IsBusy(err) {
			t.Errorf("fault %d: got %v, want the database to be busy", what, err)
		}
		if err := db.Ping(t.Context()); !database.IsBusy(err) {
			t.Errorf("fault %d: Ping: got %v, want the database to be busy", what, err)
		}
		inTime(t, began)
		p.does(none, "")
	}
}

// inTime fails the test if what has begun was waited for without a limit: for many times as
// long as the databases of these tests wait for an answer.
func inTime(t *testing.T, began time.Time) {
	t.Helper()
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %v to give up", took)
	}
}

// TestServerGone stops the server and starts it again.
func TestServerGone(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t, postgrestest.NoDurability...)
	db, err := database.Open(t.Context(), s.URL(postgrestest.Superuser, "postgres"), database.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	withScratch(t, db)
	s.Stop()
	for what, err := range map[string]error{
		"Transact":  write(t.Context(), db, `DELETE FROM scratch`),
		"Note":      db.Note(t.Context(), func(*sql.Tx) error { return nil }),
		"Reads":     db.Reads().QueryRowContext(t.Context(), `SELECT 1`).Err(),
		"LongReads": db.LongReads().QueryRowContext(t.Context(), `SELECT 1`).Err(),
		"Ping":      db.Ping(t.Context()),
	} {
		if !database.IsBusy(err) || errors.Is(err, database.ErrUnknown) {
			t.Errorf("%s: got %v, want the database to be busy", what, err)
		}
	}
	if err := s.Restart(postgrestest.NoDurability...); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, db, `UPDATE scratch SET word = 'back'`)
	if err := db.Ping(t.Context()); err != nil || words(t, db) != 1 {
		t.Errorf("afterwards: %v", err)
	}
}

// TestDemoted has a server that is in use refuse writes from now on, and then take them
// again: the connections to it are not kept.
func TestDemoted(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	db := withScratch(t, databasetest.Open(t, url, database.Options{}))
	alter := `ALTER DATABASE ` + databasetest.Name(t, url)
	databasetest.RunServer(t, alter+` SET default_transaction_read_only = on`)
	mustWrite(t, db, `UPDATE scratch SET word = 'first'`) // connections that are there do not notice
	mustWrite(t, db, `SET default_transaction_read_only = on`)
	for range 3 {
		if err := write(t.Context(), db, `DELETE FROM scratch`); !database.IsBusy(err) || errors.Is(err, database.ErrUnknown) {
			t.Errorf("got %v, want the database to be busy", err)
		}
	}
	_, err := database.Open(t.Context(), url, database.Options{})
	shown, _, _ := strings.Cut(url, "?")
	refused(t, err, shown, "none of its hosts accepts writes")
	databasetest.RunServer(t, alter+` RESET default_transaction_read_only`)
	mustWrite(t, db, `UPDATE scratch SET word = 'back'`)
}

// TestSeveralHosts finds the primary among hosts of which the first is a standby, and
// refuses the standby alone.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	primary := postgrestest.New(t, postgrestest.NoDurability...)
	standby, err := primary.Standby("one", postgrestest.NoDurability...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standby.Remove)
	open := func(hosts string) (*database.DB, error) {
		return database.Open(t.Context(), "postgres://postgres@"+hosts+"/postgres?sslmode=disable", database.Options{Unsynced: true})
	}
	_, err = open(standby.Address())
	refused(t, err, "postgres://postgres@"+standby.Address()+"/postgres", "none of its hosts accepts writes")
	db, err := open(standby.Address() + "," + primary.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	withScratch(t, db)
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
