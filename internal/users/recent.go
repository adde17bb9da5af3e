package users

import (
	"context"
	"errors"
	"time"
)

// RecentSignIn is the maximum age of the authentication of a person who issues a token for an
// admin or owner, or approves a login as one (OWASP ASVS 5.0, 6.8.4 and 7.5.1).
const RecentSignIn = 5 * time.Minute

// signedInRecently returns [ErrSignInAgain] if the actor is a person in a browser who
// authenticated more than [RecentSignIn] ago, or at a time that the provider does not say.
func (c *changeTx) signedInRecently() error {
	if c.actor.Via != ViaSession || c.actor.Kind != ActorPerson {
		return nil
	}
	if c.actor.AuthTime.IsZero() || c.now.Sub(c.actor.AuthTime) > RecentSignIn {
		return ErrSignInAgain
	}
	return nil
}

// needsRecentSignIn reports whether a token that acts in the role needs a recent sign-in to be issued.
func (r Role) needsRecentSignIn() bool { return r == RoleAdmin || r == RoleOwner }

// requirePerson returns the person with that key, to whom the identity in claims has to belong. If it does
// not, only returns a [*RefusedError] and the user to whom it belongs, if any. With an empty key
// any identity will do, and there is no user.
func (c *changeTx) requirePerson(ctx context.Context, claims Claims, key Key) (User, error) {
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
