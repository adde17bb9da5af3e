//go:build !linux && !darwin

package database

import (
	"errors"
	"io/fs"
)

// freeBytes reports that the free space is unknown.
func freeBytes(string) (uint64, bool) { return 0, false }

// diskOf returns [errors.ErrUnsupported].
func diskOf(string) (disk, error) { return disk{}, errors.ErrUnsupported }

// ownerOf returns -1: the owner is unknown.
func ownerOf(fs.FileInfo) int { return -1 }
