//go:build !unix

package backup

import "os"

// lockExclusively reports that no other process uses the file: without these locks the
// system itself refuses to rename a file that is in use.
func lockExclusively(*os.File) (bool, error) { return true, nil }

// chownLike does nothing: the file keeps its owner.
func chownLike(*os.File, os.FileInfo) error { return nil }
