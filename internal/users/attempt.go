package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// ErrAttemptUsed means that a sign-in attempt has signed a person in before.
var ErrAttemptUsed = errors.New("sign-in attempt was used before")

// An Attempt is a sign-in attempt that a browser returns with. It signs a person in once.
type Attempt struct {
	Digest   Digest // of its state
	ReturnTo string // path to redirect to, also when the browser sends the attempt again
}

// UsedAttempt returns the path that the sign-in with the attempt of that digest redirected to. It
// returns [ErrNotFound] if there was none in the last hour.
func (s *Service) UsedAttempt(ctx context.Context, digest Digest) (returnTo string, err error) {
	err = s.lookUps().QueryRowContext(ctx, `SELECT return_to FROM used_attempts WHERE digest = $1`, digest).Scan(&returnTo)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	} else if err != nil {
		return "", fmt.Errorf("find used attempt: %w", err)
	}
	return returnTo, nil
}

// use records that an attempt signs a person in. It returns [ErrAttemptUsed] if it has before,
// on any console.
func (c *changeTx) use(ctx context.Context, a Attempt) error {
	_, err := c.exec(ctx, `INSERT INTO used_attempts (digest, return_to, at) VALUES ($1, $2, $3)`, a.Digest, a.ReturnTo, database.Time(c.now))
	if database.IsTaken(err) {
		return ErrAttemptUsed
	}
	return err
}
