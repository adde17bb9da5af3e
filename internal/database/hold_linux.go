package database

import (
	"io"
	"os"
	"syscall"
)

// What the system calls a lock that belongs to an open file, rather than to a
// process: it is not lost when SQLite opens and closes the same file.
const ofdSetLock = 37 // F_OFD_SETLK

// heldAt is where a file is locked by hold, far from where SQLite does.
const heldAt = 1 << 40

// hold locks a file that is being made, until it is closed. It reports whether
// nobody else holds it.
func hold(file *os.File) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: heldAt, Len: 1}
	return locked(syscall.FcntlFlock(file.Fd(), ofdSetLock, &lock))
}
