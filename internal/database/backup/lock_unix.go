//go:build unix

package backup

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// The bytes of a database file that SQLite locks (section 3 of its "File Locking"): each
// process that has a file open in WAL mode holds a shared lock there until it closes it.
const (
	sqliteLocks    = 0x40000000
	sqliteLocksLen = 512
)

// lockExclusively locks a file against all other processes that use it as a database, in
// any journal mode, until it is closed. It reports whether there were none.
//
// The lock is the process's: it is lost as soon as the process closes the file anywhere
// else.
func lockExclusively(file *os.File) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: sqliteLocks, Len: sqliteLocksLen}
	return acquired(syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &lock))
}

// acquired reports whether a lock was acquired. It returns an error if the file system
// has no locks, and none if another process holds it.
func acquired(err error) (bool, error) {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// chownLike gives a file the owner of another one, if the program runs as root: what root
// restores belongs to the console's user.
func chownLike(file *os.File, like os.FileInfo) error {
	owner, ok := like.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}
