package users

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxRotateKnown is how many tokens are rotated together at most.
const MaxRotateKnown = 100

// RotateKnown asks for tokens to be rotated in the same transaction as an act on the person who
// has seen their secrets. The old secrets give access until the end of the overlap.
type RotateKnown struct {
	Tokens  []TokenID // of other users, at most [MaxRotateKnown]
	Overlap time.Duration
}

// Rotated is a token that was rotated, with its successor and the secret of that, which is not
// kept.
type Rotated struct {
	Old    Token
	New    Token
	Secret string
}

// rotateKnown rotates tokens whose secrets a person has seen. It returns an [*InvalidError] on
// rotate for a token that they have not seen or that cannot be rotated, and [ErrSignInAgain].
func (c *changeTx) rotateKnown(ctx context.Context, config Config, person User, r RotateKnown, reason string) (all []Rotated, events []Event, err error) {
	if len(r.Tokens) > 0 && c.actor.is(person) { // the new secrets are shown to the actor
		return nil, nothing, Invalid("rotate", "You cannot rotate what you know yourself here.")
	}
	if len(r.Tokens) > MaxRotateKnown {
		return nil, nothing, Invalid("rotate", "Rotate at most %d tokens together.", MaxRotateKnown)
	}
	for _, id := range r.Tokens {
		u, old, err := tokenFor(ctx, c, c.actor, id, ActIssueToken)
		if errors.Is(err, ErrNotFound) || err == nil && (old.ShownTo.Key != person.Key || u.Key == person.Key) {
			return nil, nothing, Invalid("rotate", "%s has not seen one of these tokens, or it has ended. Open the page again.", person.Label())
		}
		var one Rotated
		var done []Event
		if err == nil {
			one.New, one.Secret, done, err = c.rotate(ctx, config, u, old, Rotation{NewToken: NewToken{Reason: reason}, Overlap: r.Overlap})
		}
		if err == nil {
			one.Old, err = tokenByID(ctx, c, old.ID)
		}
		if err != nil {
			return nil, nothing, cannotRotateNow(old, err)
		}
		all, events = append(all, one), append(events, done...)
	}
	return all, events, nil
}

// cannotRotateNow returns why a token that is one of several cannot be rotated as an
// [*InvalidError] on rotate, where the actor can go on without it.
func cannotRotateNow(t Token, err error) error {
	why := ""
	forbidden, isForbidden := errors.AsType[*ForbiddenError](err)
	_, isInvalid := errors.AsType[*InvalidError](err)
	switch {
	case isForbidden:
		why = forbidden.Why
	case errors.Is(err, ErrRotated):
		why = "It has been rotated meanwhile."
	case errors.Is(err, ErrTooManyTokens):
		why = fmt.Sprintf("%s has as many tokens as a user may have.", t.User.Label())
	case isInvalid:
		why = err.Error()
	default:
		return err
	}
	return Invalid("rotate", "The token “%s” of %s cannot be rotated: %s Untick it to go on without it.", t.Name, t.User.Label(), why)
}
