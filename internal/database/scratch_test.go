package database_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// scratch is a table that these tests write to, so that they need to know
// nothing of the console's own.
const scratch = `CREATE TABLE scratch (word TEXT PRIMARY KEY, at INTEGER) STRICT`

// scratchOf is scratch as an engine makes it.
var scratchOf = map[database.Engine]string{
	database.SQLite:     scratch,
	database.PostgreSQL: `CREATE TABLE scratch (word TEXT PRIMARY KEY, at TIMESTAMPTZ)`,
}

// newScratch returns a database with the table scratch, which holds one row.
func newScratch(t *testing.T) *database.DB {
	t.Helper()
	return withScratch(t, databasetest.New(t))
}

// newScratchFile is newScratch for a test of what SQLite does in its own way.
func newScratchFile(t *testing.T) *database.DB {
	t.Helper()
	return withScratch(t, databasetest.NewSQLite(t))
}

// withScratch makes the table scratch, with one row.
func withScratch(t *testing.T, db *database.DB) *database.DB {
	t.Helper()
	mustWrite(t, db, scratchOf[db.Engine()])
	mustWrite(t, db, `INSERT INTO scratch (word) VALUES ('first')`)
	return db
}
