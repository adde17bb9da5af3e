package users

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Kept says what is kept for a browser that will come back. Its values are stored.
type Kept string

// What is kept.
const (
	KeptAttempt Kept = "attempt" // a sign-in under way
	KeptForm    Kept = "form"    // a form that was posted when signed out
)

// Keep keeps data until it is taken, for ttl at most. The digest is that of a
// secret that only the browser has. The oldest goes when there are too many.
func (s *Service) Keep(ctx context.Context, what Kept, digest Digest, data []byte, ttl time.Duration) error {
	now := s.now()
	return s.note(ctx, put(what, digest, data, now, now.Add(ttl))...)
}

// Take returns what was kept under digest, once. It returns [ErrNotFound] if
// there is nothing, or no longer.
func (s *Service) Take(ctx context.Context, what Kept, digest Digest) (data []byte, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		var expires time.Time
		row := tx.QueryRowContext(ctx, `DELETE FROM kept WHERE what = $1 AND digest = $2 RETURNING data, expires_at`, what, digest)
		if err := row.Scan(&data, (*database.Time)(&expires)); errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		} else if err != nil {
			return err
		}
		if !s.now().Before(expires) {
			data = nil // gone with this transaction all the same
		}
		return nil
	})
	if err == nil && data == nil {
		err = ErrNotFound
	}
	return data, err
}
