package database_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// scratch creates a table for tests, which so do not depend on the console's tables.
const scratch = `CREATE TABLE scratch (word TEXT PRIMARY KEY, at INTEGER) STRICT`

// scratchOf is scratch for each engine.
var scratchOf = map[database.Engine]string{
	database.SQLite:     scratch,
	database.PostgreSQL: `CREATE TABLE scratch (word TEXT PRIMARY KEY, at TIMESTAMPTZ)`,
}

// newScratch returns a database with the table scratch, which holds one row.
func newScratch(t *testing.T) *database.DB {
	t.Helper()
	return withScratch(t, databasetest.New(t))
}

// newScratchFile is newScratch on SQLite.
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
