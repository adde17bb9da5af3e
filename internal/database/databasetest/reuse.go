package databasetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A used is a database from which [ServeRole] has served, which cannot change its schema:
// emptied, it is as new. To empty one takes a tenth of the time of making one.
type used struct {
	url   string // for the superuser
	admin *pgx.Conn
	times int
}

// mostTimes is how often a database is used, so that what was deleted does not add up.
const mostTimes = 50

// keepSeeds keeps what a new database holds, to be put back.
const keepSeeds = `CREATE SCHEMA seed;
	DO $$ DECLARE t TEXT; BEGIN
		FOR t IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE 'CREATE TABLE seed.' || t || ' AS TABLE public.' || t;
		END LOOP;
	END $$;
	SET session_replication_role = replica -- without triggers`

// empty makes a database as new.
const empty = `DO $$ DECLARE t TEXT; seeded BOOLEAN; BEGIN
		PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
		FOR t IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE 'DELETE FROM public.' || t;
			EXECUTE 'SELECT EXISTS (SELECT FROM seed.' || t || ')' INTO seeded;
			IF seeded THEN
				EXECUTE 'INSERT INTO public.' || t || ' SELECT * FROM seed.' || t;
			END IF;
		END LOOP;
		PERFORM setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences WHERE schemaname = 'public';
	END $$`

// take returns a database to use, which is emptied and kept when the test ends.
func (c *cluster) take(tb testing.TB) used {
	tb.Helper()
	c.mu.Lock()
	var u used
	if last := len(c.idle) - 1; last >= 0 {
		u, c.idle = c.idle[last], c.idle[:last]
	}
	c.mu.Unlock()
	if u.admin == nil {
		u = c.newUsed(tb)
	}
	tb.Cleanup(func() { c.giveBack(tb, u) })
	return u
}

// newUsed makes a database that can be emptied.
func (c *cluster) newUsed(tb testing.TB) used {
	tb.Helper()
	u := used{url: c.create(tb, copied)}
	var err error
	if u.admin, err = pgx.Connect(context.Background(), u.url); err == nil {
		_, err = u.admin.Exec(context.Background(), keepSeeds)
	}
	if err != nil {
		tb.Fatalf("prepare a test database: %v", err)
	}
	return u
}

// giveBack empties a database for the next test, or drops it.
func (c *cluster) giveBack(tb testing.TB, u used) {
	tb.Helper()
	if u.times++; u.times >= mostTimes {
		_ = u.admin.Close(context.Background())
		c.done <- Name(tb, u.url)
		return
	}
	if _, err := u.admin.Exec(context.Background(), empty); err != nil {
		tb.Errorf("empty the test database: %v", err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, u)
}
