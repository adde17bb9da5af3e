package database

import (
	"context"
	"database/sql"
	"errors"
)

// Apart runs do, which works in tx, so that what fails in it does not fail the
// transaction: PostgreSQL would answer nothing more after the first error. It returns
// the error of do.
func Apart(ctx context.Context, tx *sql.Tx, do func() error) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT apart`); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = tx.ExecContext(ctx, `RELEASE SAVEPOINT apart`)
		return err
	}
	if _, back := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT apart`); back != nil {
		return errors.Join(err, back)
	}
	return err
}
