//go:build unix

package database

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// Where SQLite locks a database file (section 3 of its "File Locking"): whoever
// has one open in WAL mode holds a lock there until it closes.
const (
	sqliteLocks    = 0x40000000
	sqliteLocksLen = 512
)

// exclude locks a file against all other processes that use it as a database,
// whatever state it is in, until it is closed. It reports whether there were none.
//
// The lock is the process's: it is lost as soon as the process closes the file
// anywhere else.
func exclude(file *os.File) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: sqliteLocks, Len: sqliteLocksLen}
	return locked(syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &lock))
}

// locked tells apart that somebody else holds a lock and that there can be none.
func locked(err error) (bool, error) {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// giveTo makes the owner of another file own the file, where the program may: what
// the operator restores as root is the console's.
func giveTo(file *os.File, like os.FileInfo) error {
	owner, ok := like.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}
