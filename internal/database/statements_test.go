package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// numbersFrom is a query for the numbers from one on.
const numbersFrom = `SELECT at FROM scratch WHERE at >= $1 ORDER BY at`

// newHundred returns a connection, whose statements are cached, to a database with the numbers
// from 0 to 99.
func newHundred(t *testing.T) (*database.DB, *sql.Conn) {
	t.Helper()
	db := databasetest.NewSQLite(t)
	mustWrite(t, db, scratch)
	for i := range 100 {
		mustWrite(t, db, `INSERT INTO scratch (word, at) VALUES ($1, $2)`, fmt.Sprint("word ", i), i)
	}
	conn, err := db.Reads().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return db, conn
}

// TestStatementsWithinTheirRows runs a statement while rows of the same statement are open.
func TestStatementsWithinTheirRows(t *testing.T) {
	t.Parallel()
	_, conn := newHundred(t)
	outer, err := conn.QueryContext(t.Context(), numbersFrom, 10)
	if err != nil {
		t.Fatal(err)
	}
	for want := 10; want < 20 && outer.Next(); want++ {
		var got, inner int
		if err := outer.Scan(&got); err != nil || got != want {
			t.Fatalf("got %d, %v; want %d", got, err, want)
		}
		if err := conn.QueryRowContext(t.Context(), numbersFrom, 50+want).Scan(&inner); err != nil || inner != 50+want {
			t.Fatalf("inside: got %d, %v; want %d", inner, err, 50+want)
		}
	}
	if err := outer.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestStatementsAreKept runs statements again and again, in every way that could
// confuse one use with another.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	db, conn := newHundred(t)
	var n int
	for i := range 200 { // more texts than are kept
		if err := conn.QueryRowContext(t.Context(), fmt.Sprintf("SELECT count(*) + %d FROM scratch", i)).Scan(&n); err != nil || n != 100+i {
			t.Fatalf("text %d: got %d, %v", i, n, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := conn.QueryRowContext(ended, numbersFrom, 0).Scan(&n); err == nil {
		t.Error("with a ctx that has ended: got no error")
	}
	if err := conn.QueryRowContext(t.Context(), numbersFrom, "no number").Scan(&n); err == nil {
		t.Error("of no rows: got no error")
	}
	mustWrite(t, db, `ALTER TABLE scratch ADD COLUMN more INTEGER NOT NULL DEFAULT 7`) // under what is kept
	if err := conn.QueryRowContext(t.Context(), numbersFrom, 42).Scan(&n); err != nil || n != 42 {
		t.Errorf("afterwards: got %d, %v; want 42", n, err)
	}
}
