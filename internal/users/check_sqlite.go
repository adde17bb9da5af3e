package users

import (
	"context"
	"database/sql"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// check returns in a sentence what is wrong with x in the SQLite file that tx reads, ""
// if nothing is. FTS5 checks an index only when it may write, and holds up everyone who
// writes meanwhile, so a temporary copy of the index is what it is asked about. It compares
// the index with its rows where it reads them from a table.
func (x derivedIndex) check(ctx context.Context, tx *sql.Tx) (wrong string) {
	columns, values := `(`+x.name+`)`, `('integrity-check')`
	if x.content != "" {
		columns, values = `(`+x.name+`, rank)`, `('integrity-check', 1)`
	}
	_ = database.Apart(ctx, tx, func() error {
		if err := x.copyTo(ctx, tx); err != nil {
			wrong = "The " + x.what + " could not be read: " + err.Error() + "."
		} else if _, err := tx.ExecContext(ctx, `INSERT INTO temp.`+x.name+` `+columns+` VALUES `+values); err != nil {
			wrong = "The " + x.what + " is not in step with what it indexes: " + err.Error() + "."
		}
		return errRollback // the copy goes
	})
	return wrong
}

// copyTo makes a temporary copy of x, over the same rows.
func (x derivedIndex) copyTo(ctx context.Context, tx *sql.Tx) error {
	var text string
	if err := tx.QueryRowContext(ctx, `SELECT sql FROM main.sqlite_schema WHERE name = $1`, x.name).Scan(&text); err != nil {
		return err
	}
	_, options, _ := strings.Cut(text, "(")
	statements := []string{`CREATE VIRTUAL TABLE temp.` + x.name + ` USING fts5 (` + options}
	parts := []string{"config", "data", "idx"} // with secure-delete, the configuration says how to read the others
	if x.content != "" {                       // FTS5 looks for it beside the index
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
