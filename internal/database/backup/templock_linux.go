package backup

import (
	"io"
	"os"
	"syscall"
)

// ofdSetLock is F_OFD_SETLK: a lock of the open file description rather than of the
// process, which is not lost when SQLite opens and closes the same file.
const ofdSetLock = 37

// tempLock is the byte that lockTemp locks, far from those that SQLite locks.
const tempLock = 1 << 40

// lockTemp locks a temporary file until it is closed. It reports whether no other open
// file holds the lock.
func lockTemp(file *os.File) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: tempLock, Len: 1}
	return acquired(syscall.FcntlFlock(file.Fd(), ofdSetLock, &lock))
}
