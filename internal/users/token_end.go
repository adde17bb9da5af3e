package users

import (
	"context"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// A TokenEnd is what is asked for when a token is disabled or revoked. LeaveNone allows it also
// where the user is left without a token that gives access.
type TokenEnd struct {
	Reason    string
	LeaveNone bool
}

// EnableToken lets a disabled token give access again. To enable one that is not disabled
// succeeds and leaves no trace. It returns [ErrNotFound], also for a revoked token, a
// [*ForbiddenError] and an [*InvalidError] on the reason.
func (s *Service) EnableToken(ctx context.Context, actor Actor, id TokenID, reason string) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, t, err := tokenFor(ctx, tx, tx.actor, id, ActIssueToken)
		switch {
		case err != nil:
			return nothing, err
		case !t.RevokedAt.IsZero():
			return nothing, ErrNotFound
		case t.DisabledAt.IsZero():
			return nothing, nil
		}
		if err := joined(tx.mayIssue(s.config, u, t.Acts()), tx.checkWithinToken(t)); err != nil {
			return nothing, err
		}
		if reason, err = normalizeReason(reason); err != nil {
			return nothing, err
		}
		_, err = tx.exec(ctx, `UPDATE tokens SET disabled_at = NULL WHERE id = $1`, t.ID)
		return []Event{tokenEvent(ActionTokenEnabled, u, t, nameOf(t)).withReason(reason)}, err
	})
	return wrap("enable token", ID(id), err)
}

// checkWithinToken returns a [*ForbiddenError] if the actor's token has fewer scopes or addresses than t.
func (c *changeTx) checkWithinToken(t Token) error {
	if c.actor.Token == "" {
		return nil
	}
	_, scopesErr := normalizeScopes(t.Scopes, c.actor.Scopes)
	_, rangesErr := normalizeRanges(strings.Fields(formatRanges(t.Ranges)), c.token.Ranges)
	if scopesErr != nil || rangesErr != nil || len(t.Ranges) == 0 && len(c.token.Ranges) > 0 {
		return &ForbiddenError{ActIssueToken, "The token that asks has fewer scopes or addresses than this one."}
	}
	return nil
}

// DisableToken suspends the access of a token until it is enabled. To disable one that is
// disabled succeeds and leaves no trace. It returns [ErrNotFound], also for a revoked token, a
// [*ForbiddenError], and an [*InvalidError] on reason and leave_none.
func (s *Service) DisableToken(ctx context.Context, actor Actor, id TokenID, o TokenEnd) error {
	err := s.endToken(ctx, actor, id, o, func(tx *changeTx, u User, t Token) ([]Event, error) {
		if !t.RevokedAt.IsZero() {
			return nothing, ErrNotFound
		}
		if !t.DisabledAt.IsZero() {
			return nothing, nil
		}
		return tx.disable(ctx, u, []Token{t}, "")
	})
	return wrap("disable token", ID(id), err)
}

// RevokeToken ends a token for good. To revoke one that is revoked succeeds and leaves no
// trace. It returns [ErrNotFound], a [*ForbiddenError], and an [*InvalidError] on reason and
// leave_none.
func (s *Service) RevokeToken(ctx context.Context, actor Actor, id TokenID, o TokenEnd) error {
	err := s.endToken(ctx, actor, id, o, func(tx *changeTx, u User, t Token) ([]Event, error) {
		if !t.RevokedAt.IsZero() {
			return nothing, nil
		}
		return tx.revoke(ctx, u, []Token{t}, "")
	})
	return wrap("revoke token", ID(id), err)
}

// endToken checks permissions and reason, calls end for the token and records its events.
func (s *Service) endToken(ctx context.Context, actor Actor, id TokenID, o TokenEnd, end func(*changeTx, User, Token) ([]Event, error)) error {
	return s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, t, err := tokenFor(ctx, tx, tx.actor, id, ActRevokeToken)
		if err != nil {
			return nothing, err
		}
		reason, err := normalizeReason(o.Reason)
		if !o.LeaveNone {
			err = joined(err, tx.leavesOne(ctx, t))
		}
		if err != nil {
			return nothing, err
		}
		events, err := end(tx, u, t)
		for i := range events {
			events[i].Reason = reason
		}
		return events, err
	})
}

// leavesOne returns an [*InvalidError] on leave_none if t is the only token of its user that
// gives access.
func (c *changeTx) leavesOne(ctx context.Context, t Token) error {
	if t.State(c.now) != TokenLive {
		return nil
	}
	n, err := database.Count(ctx, c, `SELECT COUNT(*) FROM tokens WHERE user_key = $1 AND id <> $2
		AND revoked_at IS NULL AND disabled_at IS NULL AND ends_at > $3`, t.User.Key, t.ID, database.Time(c.now))
	if err == nil && n == 0 {
		err = Invalid("leave_none", "%s has no other token that works. Tick the box to leave it without one.", t.User.Label())
	}
	return err
}

// disable disables tokens of u and returns an event for each. why is the cause as a code; empty if
// an actor asked for it.
func (c *changeTx) disable(ctx context.Context, u User, all []Token, why string) (events []Event, err error) {
	for _, t := range all {
		if _, err := c.exec(ctx, `UPDATE tokens SET disabled_at = $1 WHERE id = $2`, database.Time(c.now), t.ID); err != nil {
			return nothing, err
		}
		events = append(events, tokenEvent(ActionTokenDisabled, u, t, endOf(t, why)...))
	}
	return events, nil
}

// revoke revokes tokens of u and returns an event for each. why is as in disable.
func (c *changeTx) revoke(ctx context.Context, u User, all []Token, why string) (events []Event, err error) {
	for _, t := range all {
		if _, err := c.exec(ctx, `UPDATE tokens SET revoked_at = $1 WHERE id = $2`, database.Time(c.now), t.ID); err != nil {
			return nothing, err
		}
		events = append(events, tokenEvent(ActionTokenRevoked, u, t, endOf(t, why)...))
	}
	return events, nil
}

// nameOf returns the change that holds the name of a token in the history.
func nameOf(t Token) Change { return Change{Field: "token_name", Old: t.Name, New: t.Name} }

// endOf returns the changes of the event that a token ends.
func endOf(t Token, why string) []Change {
	changes := []Change{nameOf(t)}
	if why != "" {
		changes = append(changes, Change{Field: "cause", New: why})
	}
	return changes
}

// liveTokens returns the tokens of u that have not ended, disabled ones too.
func liveTokens(ctx context.Context, r database.Reader, key Key, now database.Time) ([]Token, error) {
	return TokensWhere(ctx, r, `t.user_key = $1 AND t.revoked_at IS NULL AND t.ends_at > $2 ORDER BY t.issued_at DESC, t.id`, key, now)
}

// An accessLoss is the cause for which a user loses access. Its values are stored as the cause of the
// ends of tokens, and as the [SessionEnd] of sessions.
type accessLoss string

const (
	lossDeactivated accessLoss = "deactivated"
	lossDeleted     accessLoss = "deleted"
	lossRole        accessLoss = "role_changed"
	lossReset       accessLoss = "sign_in_reset"
)

// endAccess ends the sessions of u, and revokes their tokens if u was deleted or their sign-in was
// reset. Tokens of a deactivated user are suspended by the user's status, and after a change of
// role they act in the lower of two roles.
func (c *changeTx) endAccess(ctx context.Context, u User, why accessLoss) ([]Event, error) {
	events, err := c.endSessions(ctx, u, SessionEnd(why))
	if err != nil || why != lossDeleted && why != lossReset {
		return events, err
	}
	live, err := liveTokens(ctx, c, u.Key, database.Time(c.now))
	if err != nil {
		return nothing, err
	}
	revoked, err := c.revoke(ctx, u, live, string(why))
	return append(events, revoked...), err
}
