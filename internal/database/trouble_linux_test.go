package database_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/roboto-ai/console/internal/database"
)

// TestPingOnAFullDisk fills a disk, and makes room again. To make a disk of that size
// takes root: elsewhere than in CI it is skipped without.
func TestPingOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("only root can mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	path := filepath.Join(dir, "console.db")
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mustWrite(t, db, scratch)
	checkPing(t, db.Ping(t.Context()), "", path)

	full := db.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO scratch (word) VALUES (hex(randomblob(2000000)))`)
		return err
	})
	if !database.IsBusy(full) {
		t.Fatalf("got %v, want the disk to be full", full)
	}
	checkPing(t, db.Ping(t.Context()), "the database cannot be written: the disk is full", path)

	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	checkPing(t, db.Ping(t.Context()), "", path)
	mustWrite(t, db, `INSERT INTO scratch (word) VALUES ('room again')`)
}
