package users

import (
	"context"
	"errors"
	"time"
)

// RecentSignIn is how old the authentication of a person may be who issues a token for an
// admin or owner, or approves a login with that much power (OWASP ASVS 5.0, 6.8.4 and
// 7.5.1).
const RecentSignIn = 5 * time.Minute

// signedInRecently returns [ErrSignInAgain] if the actor acts in a browser in which they
// authenticated more than [RecentSignIn] ago, or the provider does not say when. Programs
// and the command line have nobody to ask.
func (c *changeTx) signedInRecently() error {
	if c.actor.Via != ViaSession || c.actor.Kind != ActorPerson {
		return nil
	}
	if c.actor.AuthTime.IsZero() || c.now.Sub(c.actor.AuthTime) > RecentSignIn {
		return ErrSignInAgain
	}
	return nil
}

// powerful reports whether a token that acts in the role needs a recent sign-in to be issued.
func (r Role) powerful() bool { return r == RoleAdmin || r == RoleOwner }

// only returns a [*RefusedError] unless the identity in claims belongs to the person with
// that key, and with it the user that it belongs to, if any. An empty key is anyone's.
func (c *changeTx) only(ctx context.Context, claims Claims, key Key) (User, error) {
	if key == "" {
		return User{}, nil
	}
	u, err := userByIdentity(ctx, c, claims.Issuer, claims.Subject)
	if err == nil && u.Key == key {
		return u, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	return u, claims.refused(RefusedOnly, "")
}
