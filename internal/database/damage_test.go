package database_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestDamage damages pages of a file under a console, and mends them: the statement that
// meets them is reported, and the next one on the same pool reads the file anew.
func TestDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	place(t, path, image(t))
	reported := 0
	db, err := database.Open(t.Context(), "sqlite:"+path, database.Options{Observer: database.Observer{Damaged: func() { reported++ }}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustWrite(t, db, scratch)
	mustWrite(t, db, `INSERT INTO scratch (word) VALUES (hex(randomblob(100000)))`)
	run(t, path, `PRAGMA wal_checkpoint(TRUNCATE)`)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	length := func() (n int, err error) {
		return n, db.LookUps().QueryRowContext(t.Context(), `SELECT length(word) FROM scratch WHERE word LIKE '%'`).Scan(&n)
	}
	var tables int
	if err := db.LookUps().QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil { // a connection is open
		t.Fatal(err)
	}
	overwrite(t, path, sound[:8192], make([]byte, len(sound)-8192))
	if _, err := length(); !database.IsDamaged(err) || !database.IsBusy(err) {
		t.Errorf("damaged: got %v", err)
	}
	if err := nextDamage(db); !database.IsDamaged(err) || reported != 1 {
		t.Errorf("reported: %v, %d times", err, reported)
	}
	overwrite(t, path, sound)
	if n, err := length(); err != nil || n != 200_000 {
		t.Errorf("mended: got %d, %v; want 200,000", n, err)
	}
	if _, err := db.Reads().ExecContext(t.Context(), `SELECT 1 FROM nowhere`); err == nil || database.IsDamaged(err) || reported != 1 {
		t.Errorf("an error of another kind: %v, reported %d times", err, reported)
	}
}

// nextDamage returns the damage that db has reported, or nil.
func nextDamage(db *database.DB) error {
	select {
	case err := <-db.Damage():
		return err
	default:
		return nil
	}
}

// overwrite writes parts over a file, from its beginning.
func overwrite(t *testing.T, path string, parts ...[]byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, part := range parts {
		if _, err := file.Write(part); err != nil {
			t.Fatal(err)
		}
	}
}
