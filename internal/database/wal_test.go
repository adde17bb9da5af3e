package database_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// TestLogIsBounded writes ten times as much as the log may hold, while reads overlap: each begins
// before the next change and ends after it. Without boundLog SQLite would never restart the log.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	place(t, path, image(t))
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustWrite(t, db, scratch)
	r := &relay{t: t, db: db}
	longest := int64(0)
	for i := range 400 {
		r.during(func() { mustWrite(t, db, `INSERT INTO scratch (word, at) VALUES (hex(randomblob(50000)), $1)`, i) })
		longest = max(longest, logSize(t, path))
	}
	r.end()
	if most := int64(4 * walLimit); longest > most {
		t.Errorf("the log had %d bytes, want %d at most", longest, most)
	}
	for i := range 2 { // one begins the log anew, the next cuts it
		mustWrite(t, db, `DELETE FROM scratch WHERE at = $1`, i)
	}
	if left := logSize(t, path); left > walLimit+walLimit/2 {
		t.Errorf("when nothing is read any more it has %d bytes, want about %d", left, walLimit)
	}
}

// walLimit is how long the log is where nothing holds it up, in bytes.
const walLimit = 1000 * 4096

// A relay is one read after the other, each of which begins before the one before it ends.
type relay struct {
	t       *testing.T
	db      *database.DB
	current *sql.Tx
}

// during runs write while a read is open. If write waits for that read, another one replaces it.
func (r *relay) during(write func()) {
	written := make(chan struct{})
	r.next()
	go func() { defer close(written); write() }()
	over := time.NewTicker(20 * time.Millisecond)
	defer over.Stop()
	for {
		select {
		case <-written:
			return
		case <-over.C:
			r.next()
		}
	}
}

// next begins a read, and ends the one before.
func (r *relay) next() {
	r.t.Helper()
	tx, err := r.db.Reads().BeginTx(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(r.t.Context(), `SELECT count(*) FROM (SELECT 1 FROM scratch LIMIT 1)`).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	r.end()
	r.current = tx
}

// end ends the read.
func (r *relay) end() {
	if r.current != nil {
		_ = r.current.Rollback()
	}
}
