//go:build !linux

package database

import "os"

// hold reports whether the file that is being made is certainly nobody else's.
// Where no lock survives that SQLite closes the file, that is when it is new.
func hold(file *os.File) (bool, error) {
	info, err := file.Stat()
	return err == nil && info.Size() == 0, err
}
