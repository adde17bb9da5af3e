package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	// walLimit is how long the log of a SQLite file may be, in bytes, before a commit
	// copies it to the file (a checkpoint): SQLite's default of 1,000 pages.
	walLimit = 1000 * 4096

	// walStep is how much longer than that the log has to be, in bytes, and how much it
	// has to grow after each try, before readers are waited for.
	walStep = 1000 * 4096

	// firstWalWait is how long readers are waited for the first time. Each further wait is
	// twice as long, at most longestWalWait.
	firstWalWait   = 250 * time.Millisecond
	longestWalWait = 2 * time.Second
)

// A walBound bounds the log of a SQLite file. SQLite begins the log anew only when a
// commit finds that no connection reads from it. Where reads overlap without end, there is
// no such commit, and the log would grow for ever. Who holds the connection that writes
// may use it.
type walBound struct {
	next int64         // length of the log at which readers are waited for, in bytes; 0: walLimit + walStep
	wait time.Duration // for how long; 0: firstWalWait
}

// boundLog has the log begin anew where it is longer than it need be: it waits for those
// who read from it, while new readers read from the file alone (wal_checkpoint(RESTART)).
// As long as one reader goes on, each wait that is in vain is twice as long as the one
// before, and comes after the log has grown by [walStep], so that writers are seldom held
// up by an export. The next commit cuts the log to [walLimit].
//
// An error is left to the next transaction: the one before has been committed.
func (db *DB) boundLog(ctx context.Context, writer *sql.Conn) {
	if db.places == nil { // not SQLite, or a file that is not in use yet
		return
	}
	length, b := size(db.path+"-wal"), &db.log
	if length < walLimit+walStep {
		*b = walBound{}
	}
	if length < max(b.next, walLimit+walStep) {
		return
	}
	b.wait = max(firstWalWait, min(b.wait*2, longestWalWait))
	b.next = length + walStep
	whole := context.WithoutCancel(ctx) // so that the connection waits as long as ever afterwards
	if _, err := writer.ExecContext(whole, waitFor(b.wait)); err != nil {
		return
	}
	var busy, frames, copied int
	err := writer.QueryRowContext(whole, `PRAGMA wal_checkpoint(RESTART)`).Scan(&busy, &frames, &copied)
	if err == nil && busy == 0 {
		*b = walBound{}
	}
	_, _ = writer.ExecContext(whole, waitFor(busyTimeout))
}

// EmptyLog empties the write-ahead log of a SQLite file, which may hold pages from before a
// deletion: it takes the log into the file and cuts it to nothing. It returns false if a reader
// needs the log for longer than [longestWalWait]. With PostgreSQL, whose log is the server's, it
// does nothing and returns true.
func (db *DB) EmptyLog(ctx context.Context) (emptied bool, err error) {
	if db.Engine() != SQLite {
		return true, nil
	}
	if err := db.unmoved(); err != nil {
		return false, err
	}
	writer, _, err := db.turn(ctx, db.write)
	if err != nil {
		return false, err
	}
	defer writer.Close()
	whole := context.WithoutCancel(ctx) // so that the connection waits as long as ever afterwards
	if _, err := writer.ExecContext(whole, waitFor(longestWalWait)); err != nil {
		return false, err
	}
	var busy, frames, copied int
	err = writer.QueryRowContext(whole, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &copied)
	_, _ = writer.ExecContext(whole, waitFor(busyTimeout))
	return busy == 0, err
}

// waitFor is the statement by which a connection waits so long for a lock.
func waitFor(d time.Duration) string {
	return fmt.Sprintf("PRAGMA busy_timeout = %d", d.Milliseconds())
}
