// Package migrations holds the steps by which the schema came to be: for each engine a file of
// SQL a step, and Go for what SQL cannot do. A step is never changed once it has been released,
// so nothing here uses code of the console that goes on changing, and tables are named as they
// were at that step.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the steps of SQLite, a file each.
func SQLite() fs.FS { return sub("sqlite") }

// PostgreSQL returns the steps of PostgreSQL. Those of one number come to the same schema with
// either engine.
func PostgreSQL() fs.FS { return sub("postgres") }

func sub(dir string) fs.FS {
	steps, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return steps
}

// RewriteMark is the line of a step's SQL in whose place its rewrite is run, if it has one.
const RewriteMark = "\n-- +console Rewrite\n"

// A Rewrite changes rows in the transaction of its step. Parameter returns how the engine writes
// the n-th parameter of a long statement, from 1. Told is called after each batch with how many of
// how many rows are done.
type Rewrite func(ctx context.Context, tx *sql.Tx, parameter func(n int) string, told func(done, total int64)) error

// Rewrites are the rewrites by the number of their step.
var Rewrites = map[int64]Rewrite{9: rewriteEvents}
