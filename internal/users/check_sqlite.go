package users

import (
	"context"
	"database/sql"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// check returns a sentence on what is wrong with x in the SQLite file that tx reads, or "". FTS5
// checks an index in a write transaction only, which would block all writers, so check copies
// the index to a temporary table. FTS5 compares the index with its rows if it reads them from a
// table (external content).
func (x derivedIndex) check(ctx context.Context, tx *sql.Tx) (wrong string) {
	columns, values := `(`+x.name+`)`, `('integrity-check')`
	if x.content != "" {
		columns, values = `(`+x.name+`, rank)`, `('integrity-check', 1)`
	}
	_ = database.Savepoint(ctx, tx, func() error {
		if err := x.copyTo(ctx, tx); err != nil {
			wrong = "The " + x.what + " could not be read: " + err.Error() + "."
		} else if _, err := tx.ExecContext(ctx, `INSERT INTO temp.`+x.name+` `+columns+` VALUES `+values); err != nil {
			wrong = "The " + x.what + " differs from what it indexes: " + err.Error() + "."
		}
		return errRollback // of the copy
	})
	return wrong
}

// copyTo makes a temporary copy of x for the same rows.
func (x derivedIndex) copyTo(ctx context.Context, tx *sql.Tx) error {
	var text string
	if err := tx.QueryRowContext(ctx, `SELECT sql FROM main.sqlite_schema WHERE name = $1`, x.name).Scan(&text); err != nil {
		return err
	}
	_, options, _ := strings.Cut(text, "(")
	statements := []string{`CREATE VIRTUAL TABLE temp.` + x.name + ` USING fts5 (` + options}
	parts := []string{"config", "data", "idx"} // config has the format of the others, which secure-delete changes
	if x.content != "" {                       // FTS5 looks for it in the schema of the index
		statements = append(statements, `CREATE TEMP VIEW `+x.content+` AS SELECT rowid, * FROM main.`+x.content+` WHERE `+x.indexed)
		parts = append(parts, "docsize")
	}
	for _, part := range parts {
		table := x.name + "_" + part
		statements = append(statements, `DELETE FROM temp.`+table, `INSERT INTO temp.`+table+` SELECT * FROM main.`+table)
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
