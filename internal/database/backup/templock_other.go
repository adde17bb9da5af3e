//go:build !linux

package backup

import "os"

// lockTemp reports whether a temporary file is new, and so belongs to no other process.
// Locks of the process would not survive SQLite's closing the file.
func lockTemp(file *os.File) (bool, error) {
	info, err := file.Stat()
	return err == nil && info.Size() == 0, err
}
