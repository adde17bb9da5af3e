package filetest

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// Write writes a text to the file at path.
func Write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Read returns the content of the file at path.
func Read(tb testing.TB, path string) []byte {
	tb.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// Names returns the names in a directory.
func Names(tb testing.TB, dir string) (names []string) {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// Exec runs statements on the SQLite file at path, by a plain connection without the
// console's settings.
func Exec(tb testing.TB, path, statements string) {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(statements)
	if err := errors.Join(err, db.Close()); err != nil {
		tb.Fatal(err)
	}
}

// Foreign returns the content of a database of another program.
func Foreign(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "other.db")
	Exec(tb, path, `CREATE TABLE notes (a TEXT)`)
	return string(Read(tb, path))
}

// Flip inverts bytes of the file at path.
func Flip(tb testing.TB, path string, from, to int) {
	tb.Helper()
	data := Read(tb, path)
	for i := from; i < to; i++ {
		data[i] ^= 0xff
	}
	Write(tb, path, string(data))
}

// FlipPage inverts bytes of the first page of a table or index of the SQLite file at path.
func FlipPage(tb testing.TB, path, name string) {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	var page, size int
	err = db.QueryRow(`SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = $1`, name).Scan(&page, &size)
	if err := errors.Join(err, db.Close()); err != nil {
		tb.Fatal(err)
	}
	Flip(tb, path, (page-1)*size, (page-1)*size+1024)
}

// Halve truncates the file at path to half its size.
func Halve(tb testing.TB, path string) {
	tb.Helper()
	if err := os.Truncate(path, int64(len(Read(tb, path))/2)); err != nil {
		tb.Fatal(err)
	}
}
