// Package migrations holds the steps of the schema: a SQL file for each step and engine, and Go
// code for what SQL cannot do. A released step never changes, so this package uses no code that
// changes, except the versioned encoding of package audit, and names tables as at that step.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the steps of SQLite, one file each.
func SQLite() fs.FS { return sub("sqlite") }

// PostgreSQL returns the steps of PostgreSQL. Steps with the same number give the same schema
// on both engines.
func PostgreSQL() fs.FS { return sub("postgres") }

func sub(dir string) fs.FS {
	steps, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return steps
}

// RewriteMark is the line in a step's SQL at which its rewrite runs.
const RewriteMark = "\n-- +console Rewrite\n"

// A Rewrite rewrites rows in the transaction of its step. parameter returns the engine's
// placeholder for the n-th parameter, from 1. progress is called after each batch.
type Rewrite func(ctx context.Context, tx *sql.Tx, parameter func(n int) string, progress func(done, total int64)) error

// Rewrites are the rewrites by the number of their step.
var Rewrites = map[int64]Rewrite{9: rewriteEvents}
