package database

import "database/sql"

// A Loss says how the answer to a commit gets lost, see [Options.Lose].
type Loss int

// The losses.
const (
	LoseNothing Loss = iota
	LoseAnswer       // the change is made, and whoever made it is not told
	LoseCommit       // the change is not made, and whoever asked for it is not told
)

// commit ends a transaction, unless a test wants its answer to be lost: then it
// returns [ErrUnknown], whether the change is there or not.
func (db *DB) commit(tx *sql.Tx) error {
	if db.lose == nil {
		return tx.Commit()
	}
	switch loss := db.lose(); loss {
	case LoseCommit:
		if err := tx.Rollback(); err != nil {
			return err
		}
		return ErrUnknown
	case LoseAnswer:
		if err := tx.Commit(); err != nil {
			return err
		}
		return ErrUnknown
	default:
		return tx.Commit()
	}
}
