package database

import (
	"context"
	"database/sql"
	"errors"
)

// Savepoint runs do, which works in tx, in a savepoint: after an error in it the transaction
// can be used as before, which PostgreSQL otherwise refuses. It returns the error of do.
func Savepoint(ctx context.Context, tx *sql.Tx, do func() error) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT attempt`); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = tx.ExecContext(ctx, `RELEASE SAVEPOINT attempt`)
		return err
	}
	_, rollbackErr := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT attempt`)
	if rollbackErr == nil { // it exists still
		_, rollbackErr = tx.ExecContext(ctx, `RELEASE SAVEPOINT attempt`)
	}
	if rollbackErr != nil {
		return errors.Join(err, rollbackErr)
	}
	return err
}
