//go:build !linux && !darwin

package database

import (
	"errors"
	"io/fs"
)

// freeBytes returns how much may still be written to the disk that holds path, and
// whether that can be known, which here it cannot.
func freeBytes(string) (uint64, bool) { return 0, false }

// diskOf knows nothing here.
func diskOf(string) (disk, error) { return disk{}, errors.ErrUnsupported }

// ownerOf knows nothing here.
func ownerOf(fs.FileInfo) int { return -1 }
