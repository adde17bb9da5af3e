package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	// walLimit is the size of the write-ahead log, in bytes, from which a commit checkpoints:
	// SQLite's default of 1,000 pages.
	walLimit = 1000 * 4096

	// walStep is how many bytes beyond walLimit the log grows before a checkpoint waits for
	// readers, and how many more before each further wait.
	walStep = 1000 * 4096

	// firstWalWait is how long the first checkpoint waits for readers. Each further wait is
	// twice as long, at most longestWalWait.
	firstWalWait   = 250 * time.Millisecond
	longestWalWait = 2 * time.Second
)

// A walBound bounds the write-ahead log. SQLite restarts the log only at a commit during which
// no connection reads from it (checkpoint starvation): with reads that overlap all the time it
// would grow without bound. The holder of the writer may use it.
type walBound struct {
	next int64         // size of the log at which to wait for readers; 0: walLimit + walStep
	wait time.Duration // how long; 0: firstWalWait
}

// boundLog restarts the log if it is too long: wal_checkpoint(RESTART) waits for the readers of
// the log, while new readers read from the file alone. While a reader goes on each wait is
// twice as long as the one before and comes after the log has grown by [walStep], so that an
// export seldom delays writers. The next commit truncates the log to [walLimit].
//
// Errors are ignored: the transaction has been committed, and the next one meets them.
func (db *DB) boundLog(ctx context.Context, writer *sql.Conn) {
	if db.files == nil { // not SQLite, or unsynced
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
	whole := context.WithoutCancel(ctx) // so that busy_timeout is restored
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

// EmptyLog checkpoints and truncates the write-ahead log of a SQLite file, which may hold pages
// from before a deletion. It returns false if a reader needs the log for longer than
// [longestWalWait]. For PostgreSQL, whose log is the server's, it does nothing and returns true.
func (db *DB) EmptyLog(ctx context.Context) (emptied bool, err error) {
	if db.Engine() != SQLite {
		return true, nil
	}
	if err := db.checkFiles(); err != nil {
		return false, err
	}
	writer, _, err := db.acquireWriter(ctx, db.write)
	if err != nil {
		return false, err
	}
	defer writer.Close()
	whole := context.WithoutCancel(ctx) // so that busy_timeout is restored
	if _, err := writer.ExecContext(whole, waitFor(longestWalWait)); err != nil {
		return false, err
	}
	var busy, frames, copied int
	err = writer.QueryRowContext(whole, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &copied)
	_, _ = writer.ExecContext(whole, waitFor(busyTimeout))
	return busy == 0, err
}

// waitFor returns the statement that sets how long a connection waits for a lock.
func waitFor(d time.Duration) string {
	return fmt.Sprintf("PRAGMA busy_timeout = %d", d.Milliseconds())
}
