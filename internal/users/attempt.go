package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// ErrAttemptUsed is the answer to a sign-in attempt that has signed a person in before.
var ErrAttemptUsed = errors.New("sign-in attempt was used before")

// An Attempt is a sign-in attempt that a browser comes back with. It signs a person in
// once.
type Attempt struct {
	Digest   Digest // of its state
	ReturnTo string // path that the browser goes on to, now or when it sends the attempt again
}

// UsedAttempt returns where the browser went that signed in with the attempt of that
// digest, in the last hour. It returns [ErrNotFound] if none did.
func (s *Service) UsedAttempt(ctx context.Context, digest Digest) (returnTo string, err error) {
	err = s.lookUps().QueryRowContext(ctx, `SELECT return_to FROM used_attempts WHERE digest = $1`, digest).Scan(&returnTo)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	} else if err != nil {
		return "", fmt.Errorf("find used attempt: %w", err)
	}
	return returnTo, nil
}

// use notes that an attempt has signed a person in. It returns [ErrAttemptUsed] if it had
// before, on whichever console.
func (c *changeTx) use(ctx context.Context, a Attempt) error {
	_, err := c.exec(ctx, `INSERT INTO used_attempts (digest, return_to, at) VALUES ($1, $2, $3)`, a.Digest, a.ReturnTo, database.Time(c.now))
	if database.IsTaken(err) {
		return ErrAttemptUsed
	}
	return err
}
