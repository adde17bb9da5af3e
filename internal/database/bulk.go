package database

import (
	"context"
	"database/sql"
	"strings"
)

// bulkRows is how many rows one statement of a [BulkInsert] writes: enough that the cost of
// a statement hardly counts.
const bulkRows = 32

// A BulkInsert writes rows to a table of SQLite, many by each statement. It is for what
// [DB.BulkLoad] calls.
type BulkInsert struct {
	tx      *sql.Tx
	into    string // what stands between INSERT and the rows
	row     string // the placeholders of one row, in parentheses
	width   int    // values in a row
	full    string // the statement for bulkRows rows
	pending []any  // values that are not written yet
}

// NewBulkInsert returns a BulkInsert for statements that continue with into, such as
// "INTO users (key) VALUES", and have row, such as "(?)", for each row.
func NewBulkInsert(tx *sql.Tx, into, row string) *BulkInsert {
	b := &BulkInsert{tx: tx, into: into, row: row, width: strings.Count(row, "?")}
	b.full = b.statement(bulkRows)
	return b
}

// statement returns the statement that writes n rows. With OR FAIL SQLite keeps no journal
// of the statement: one that fails leaves some of its rows, and the transaction is rolled back.
func (b *BulkInsert) statement(n int) string {
	return `INSERT OR FAIL ` + b.into + ` ` + strings.Repeat(b.row+`, `, n-1) + b.row
}

// Add adds the values of one or more rows, which stand one after another, and writes them as
// far as they fill statements.
func (b *BulkInsert) Add(ctx context.Context, values ...any) error {
	all, size := append(b.pending, values...), bulkRows*b.width
	written := 0
	for ; len(all)-written >= size; written += size {
		if err := b.exec(ctx, b.full, all[written:written+size]); err != nil {
			return err
		}
	}
	b.pending = append(all[:0], all[written:]...)
	return nil
}

// Flush writes the rows that are left.
func (b *BulkInsert) Flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	values := b.pending
	b.pending = nil
	return b.exec(ctx, b.statement(len(values)/b.width), values)
}

// exec runs a statement. It checks ctx itself: where a context can be cancelled, the driver
// starts a goroutine for each statement.
func (b *BulkInsert) exec(ctx context.Context, statement string, values []any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := b.tx.ExecContext(context.WithoutCancel(ctx), statement, values...)
	return err
}
