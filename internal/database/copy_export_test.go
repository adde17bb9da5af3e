package database

import (
	"context"
	"database/sql"
)

// CopyDamaged is Copy to a target in which a statement is run after everything has been
// written.
func CopyDamaged(ctx context.Context, from, to, statement string) ([]CopiedTable, error) {
	return copyAll(ctx, from, to, CopyOptions{}, func(target copyTarget) error {
		if p, ok := target.(*postgresTarget); ok {
			return p.exec(ctx, statement)
		}
		return target.(*sqliteTarget).building.Transact(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	})
}
