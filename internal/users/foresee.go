package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Foresee returns whom [Service.SignIn] would let in with the claims, and writes
// nothing. Of somebody who is not in the directory yet the user has the user_id and
// the role that they would get, and no key.
//
// Foresee returns a [*RefusedError] if they would not be let in.
func (s *Service) Foresee(ctx context.Context, c Claims) (User, error) {
	u, by, err := claimant(ctx, s.reads(), c, s.config)
	if err != nil {
		return User{}, fmt.Errorf("foresee a sign-in: %w", err)
	}
	if by == entryStranger {
		u.Role = RoleUser
	}
	return u, nil
}

// A LastSignIn is what the newest sign-ins brought, as far as it is kept.
type LastSignIn struct {
	At      time.Time     // of the newest that succeeded; zero if there was none
	Claimed string        // the address that it claimed
	From    string        // the IP address that the newest session came from; empty if it has ended
	Refused RefusedSignIn // the newest; zero if there was none
}

// LastSignIn returns what the newest sign-ins brought, whoever it was.
func (s *Service) LastSignIn(ctx context.Context) (LastSignIn, error) {
	var last LastSignIn
	err := s.reads().QueryRowContext(ctx, `SELECT signed_in_at, address FROM identities ORDER BY signed_in_at DESC LIMIT 1`).
		Scan((*database.Time)(&last.At), &last.Claimed)
	if err == nil {
		err = s.reads().QueryRowContext(ctx, `SELECT address FROM sessions ORDER BY started_at DESC LIMIT 1`).Scan(&last.From)
	}
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		last.Refused, err = ScanRefusal(s.reads().QueryRowContext(ctx, `SELECT `+RefusalColumns+` FROM refused_sign_ins
			ORDER BY number DESC LIMIT 1`))
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return LastSignIn{}, fmt.Errorf("last sign-in: %w", err)
	}
	return last, nil
}
