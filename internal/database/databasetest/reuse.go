package databasetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A reusable is a database that only [ServeRole] uses, which cannot change its schema: emptied,
// it is as new, in a tenth of the time of making one.
type reusable struct {
	url   string // for the superuser
	admin *pgx.Conn
	times int
}

// maxUses is how often a database is reused, which bounds its dead rows.
const maxUses = 50

// keepSeeds saves the rows of a new database.
const keepSeeds = `CREATE SCHEMA seed;
	DO $$ DECLARE t TEXT; BEGIN
		FOR t IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE 'CREATE TABLE seed.' || t || ' AS TABLE public.' || t;
		END LOOP;
	END $$;
	SET session_replication_role = replica -- without triggers`

// empty restores the rows of a new database.
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

// take returns a reusable database. It is emptied when the test ends.
func (c *cluster) take(tb testing.TB) reusable {
	tb.Helper()
	c.mu.Lock()
	var u reusable
	if last := len(c.idle) - 1; last >= 0 {
		u, c.idle = c.idle[last], c.idle[:last]
	}
	c.mu.Unlock()
	if u.admin == nil {
		u = c.newReusable(tb)
	}
	tb.Cleanup(func() { c.giveBack(tb, u) })
	return u
}

// newReusable makes a reusable database.
func (c *cluster) newReusable(tb testing.TB) reusable {
	tb.Helper()
	u := reusable{url: c.create(tb, copied)}
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
func (c *cluster) giveBack(tb testing.TB, u reusable) {
	tb.Helper()
	if u.times++; u.times >= maxUses {
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
