package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// PreviewSignIn returns the user that [Service.SignIn] would sign in with the claims, and writes
// nothing. A user to be created has no key. It returns a [*RefusedError] if the sign-in would be
// refused.
func (s *Service) PreviewSignIn(ctx context.Context, c Claims) (User, error) {
	u, by, err := claimant(ctx, s.reads(), c, s.config)
	if err != nil {
		return User{}, fmt.Errorf("preview a sign-in: %w", err)
	}
	if by == entryStranger {
		u.Role = RoleUser
	}
	return u, nil
}

// A LastSignIn is the newest sign-ins, as far as they are stored.
type LastSignIn struct {
	At      time.Time     // of the newest that succeeded; zero if there was none
	Claimed string        // its address
	From    string        // IP address of the newest session; empty if that has ended
	Refused RefusedSignIn // the newest; zero if there was none
}

// LastSignIn returns the newest sign-ins of any person.
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
