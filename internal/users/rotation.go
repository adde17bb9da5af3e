package users

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A Rotation is what is asked for when a token is replaced by a successor. Name, Description,
// Scopes and Ranges are those of the old token where they are empty; where neither Lifetime
// nor Never is given the successor lasts as long as the old token was issued for.
type Rotation struct {
	NewToken
	Overlap       time.Duration // for which the old token goes on giving access, until its own end at most
	ReplaceUnused bool          // an unused successor that there is already is revoked and replaced
}

// minSelfOverlap is the shortest overlap when a program rotates its own token, so that it can
// repeat the request if the answer is lost.
const minSelfOverlap = time.Minute

// ErrRotated says that a token has a successor already, which is in use or waits to be used.
var ErrRotated = errors.New("token has a successor")

// RotateToken issues the successor of a token and returns it with its secret, which is not kept.
// The old token gives access until the end of the overlap. The successor has the role of the user
// now, as a new token has.
//
// RotateToken returns [ErrNotFound], also for a revoked token, a [*ForbiddenError],
// [ErrTooManyTokens], [ErrRotated], and an [*InvalidError] that lists every mistake, on the
// fields of [Service.IssueToken] and on overlap.
func (s *Service) RotateToken(ctx context.Context, actor Actor, id TokenID, r Rotation) (t Token, secret string, err error) {
	if r.ReplaceUnused {
		s.uses.flush() // so that a successor that was used a moment ago is not taken for an unused one
	}
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		u, old, err := tokenFor(ctx, tx, tx.actor, id, ActIssueToken)
		if err != nil {
			return nothing, err
		}
		t, secret, events, err = tx.rotate(ctx, s.config, u, old, r)
		return events, err
	})
	if err != nil {
		return Token{}, "", wrap("rotate token", ID(id), err)
	}
	return t, secret, nil
}

// RotateSelf is [Service.RotateToken] for the token that the actor came with, which needs
// [ScopeTokensSelf]. It may be repeated when the answer was lost, with the same token: the
// successor that was not used is revoked, and there is a new one.
func (s *Service) RotateSelf(ctx context.Context, actor Actor, overlap time.Duration) (Token, string, error) {
	if overlap < minSelfOverlap {
		return Token{}, "", Invalid("overlap", "Keep the old token for at least a minute, so that a lost answer can be asked for again.")
	}
	return s.RotateToken(ctx, actor, actor.Token, Rotation{Overlap: overlap, ReplaceUnused: true})
}

// rotate replaces the token old of u.
func (c *changeTx) rotate(ctx context.Context, config Config, u User, old Token, r Rotation) (t Token, secret string, events []Event, err error) {
	switch {
	case !old.RevokedAt.IsZero():
		return t, "", nothing, ErrNotFound
	case !old.Ended(c.now).IsZero():
		return t, "", nothing, Invalid("overlap", "This token has ended. Issue a new one instead.")
	}
	if err := c.mayIssue(config, u, c.roleFor(u)); err != nil {
		return t, "", nothing, err
	}
	end, endErr := old.overlapEnd(c.now, r.Overlap)
	reason, reasonErr := normalizeReason(r.Reason)
	t, err = c.prepareToken(config, u, r.successor(config, old))
	if err := joined(err, endErr, reasonErr); err != nil {
		return Token{}, "", nothing, err
	}
	if events, err = c.endSuccessor(ctx, u, old, r.ReplaceUnused); err != nil {
		return Token{}, "", nothing, err
	}
	t.Replaces = old.ID
	if t, secret, err = c.issue(ctx, u, t); err != nil {
		return Token{}, "", nothing, err
	}
	_, err = c.exec(ctx, `UPDATE tokens SET replaced_by = $1, rotated_at = $2, ends_at = $3 WHERE id = $4`,
		t.ID, database.Time(c.now), database.Time(end), old.ID)
	return t, secret, append(events, tokenEvent(ActionTokenRotated, u, old, rotated(old, t, end)...).withReason(reason),
		tokenEvent(ActionTokenIssued, u, t, issued(t)...).withReason(reason)), err
}

// successor returns the token that is to be issued in the place of old.
func (r Rotation) successor(config Config, old Token) NewToken {
	n := r.NewToken
	n.Name, n.Description = cmp.Or(n.Name, old.Name), cmp.Or(n.Description, old.Description)
	if n.Scopes == nil {
		n.Scopes = old.Scopes
	}
	if n.Ranges == nil {
		for _, p := range old.Ranges {
			n.Ranges = append(n.Ranges, p.String())
		}
	}
	if n.Lifetime == 0 && !n.Never {
		n.Lifetime = old.IssuedUntil.Sub(old.IssuedAt)
		most := config.TokenLifetime
		n.Never = most == Unlimited && old.IssuedUntil.Equal(EndOfTime)
		if most != Unlimited {
			n.Lifetime = min(n.Lifetime, most)
		}
	}
	return n
}

// overlapEnd returns when t ends that goes on giving access for a time from now.
func (t Token) overlapEnd(now time.Time, overlap time.Duration) (time.Time, error) {
	if overlap < 0 {
		return time.Time{}, Invalid("overlap", "Choose how long the old token keeps working.")
	}
	if left := t.IssuedUntil.Sub(now); overlap >= left {
		return t.IssuedUntil, nil
	}
	return now.Add(overlap), nil
}

// endSuccessor revokes the successor that old has already, if it was not used and that is asked
// for. It returns [ErrRotated] if it may not.
func (c *changeTx) endSuccessor(ctx context.Context, u User, old Token, unused bool) ([]Event, error) {
	if old.ReplacedBy == "" {
		return nothing, nil
	}
	t, err := tokenByID(ctx, c, old.ReplacedBy)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && !t.Ended(c.now).IsZero():
		return nothing, nil
	case err != nil:
		return nothing, err
	case !unused || !t.LastUsed.At.IsZero() || t.ReplacedBy != "":
		return nothing, ErrRotated
	}
	return c.revoke(ctx, u, []Token{t}, "repeated")
}

// rotated is what the history has of the rotation of old.
func rotated(old, t Token, end time.Time) []Change {
	return []Change{nameOf(old), {Field: "successor", New: string(t.ID)}, overlapChange(old, end)}
}

// overlapChange is what the history has of when old ends by its overlap.
func overlapChange(old Token, end time.Time) Change {
	return Change{Field: "overlap", Old: old.EndsAt.Format(time.RFC3339), New: end.Format(time.RFC3339)}
}

// ExtendOverlap lets a token that has a successor go on giving access for a time from now, up
// to the end that it was issued with, also where the overlap has ended already. It returns
// [ErrNotFound], also for a revoked token, a [*ForbiddenError], [ErrTooManyTokens], and an
// [*InvalidError] on overlap and reason.
func (s *Service) ExtendOverlap(ctx context.Context, actor Actor, id TokenID, overlap time.Duration, reason string) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, t, err := tokenFor(ctx, tx, tx.actor, id, ActIssueToken)
		switch {
		case err != nil:
			return nothing, err
		case !t.RevokedAt.IsZero():
			return nothing, ErrNotFound
		case t.ReplacedBy == "":
			return nothing, Invalid("overlap", "This token has no successor.")
		}
		if err := tx.mayIssue(s.config, u, t.Acts()); err != nil {
			return nothing, err
		}
		end, endErr := t.overlapEnd(tx.now, overlap)
		if endErr == nil && !end.After(t.EndsAt) {
			endErr = Invalid("overlap", "Choose a later end: this token ends on %s by now, and was issued until %s.",
				t.EndsAt.Format(time.DateOnly), t.IssuedUntil.Format(time.DateOnly))
		}
		reason, err := normalizeReason(reason)
		if err := joined(endErr, err); err != nil {
			return nothing, err
		}
		if !t.EndsAt.After(tx.now) { // it has ended, and is one more from now on
			if err := tx.roomForToken(ctx, u); err != nil {
				return nothing, err
			}
		}
		_, err = tx.exec(ctx, `UPDATE tokens SET ends_at = $1 WHERE id = $2`, database.Time(end), t.ID)
		return []Event{tokenEvent(ActionTokenExtended, u, t, nameOf(t), overlapChange(t, end)).withReason(reason)}, err
	})
	return wrap("extend the overlap of token", ID(id), err)
}
