package users

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// An Asker is a system that asks whether tokens give access.
type Asker struct {
	User      Ref
	LastAsked time.Time
	Tokens    int // that it has asked about and that have not been deleted
}

// An AccessEnd is where a token lost access, or a part of it, and which asking systems know.
type AccessEnd struct {
	Token  Token
	Why    TokenState // TokenLive: its user's role is lower than the one that was answered
	At     time.Time
	Askers []AskerAnswer // that have asked about the token, the last first
}

// An AskerAnswer is what an asking system was last answered about a token.
type AskerAnswer struct {
	Asker   Ref
	AskedAt time.Time
	Seen    bool // it asked since, and knows
}

// Stale returns until when the system may go on with the answer that it had: AskedAt plus
// [IntrospectionCache].
func (a AskerAnswer) Stale() time.Time { return a.AskedAt.Add(IntrospectionCache) }

// maxAccessEnds is how many of the newest ends [Service.Askers] returns.
const maxAccessEnds = 200

// Askers returns the systems that ask whether tokens give access, the one that asked last
// first, and the ends of access of the tokens that they asked about, the newest first, 200 at
// most. It returns a [*ForbiddenError].
func (s *Service) Askers(ctx context.Context, actor Actor) ([]Asker, []AccessEnd, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return nil, nil, err
	}
	askers, err := database.Collect(ctx, s.reads(), scanAsker, `SELECT u.key, u.user_id, COALESCE(u.name, ''), u.kind, MAX(i.asked_at), COUNT(NULLIF(i.token, ''))
		FROM introspections i JOIN users u ON u.key = i.asker_key GROUP BY u.key, u.user_id, u.name, u.kind ORDER BY 5 DESC, 1`)
	if err != nil {
		return nil, nil, fmt.Errorf("asking systems: %w", err)
	}
	ends, err := s.accessEnds(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("what asking systems know: %w", err)
	}
	return askers, ends, nil
}

func scanAsker(row database.Scanner) (a Asker, err error) {
	return a, row.Scan(&a.User.Key, &a.User.ID, &a.User.Name, &a.User.Kind, (*database.Time)(&a.LastAsked), &a.Tokens)
}

// endedAsked is the condition of tokens, of the user o, that were asked about and have lost
// access, or may have lost a part of it. $1 is the time.
const endedAsked = `(t.revoked_at IS NOT NULL OR t.disabled_at IS NOT NULL OR t.ends_at <= $1 OR o.status <> 'active' OR o.role <> t.role)
	AND EXISTS (SELECT 1 FROM introspections i WHERE i.token = t.id)`

// accessEnds returns the ends of access of tokens that were asked about, the newest first.
func (s *Service) accessEnds(ctx context.Context) ([]AccessEnd, error) {
	now := s.Now()
	tokens, err := TokensWhere(ctx, s.reads(), endedAsked, database.Time(now))
	if err != nil {
		return nil, err
	}
	since, err := s.lossesOfUsers(ctx, now)
	if err != nil {
		return nil, err
	}
	var ends []AccessEnd
	for _, t := range tokens {
		if end := t.accessEnd(now, since[t.User.Key]); !end.At.IsZero() {
			ends = append(ends, end)
		}
	}
	slices.SortFunc(ends, func(a, b AccessEnd) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Token.ID, b.Token.ID)) })
	ends = ends[:min(len(ends), maxAccessEnds)]
	return ends, s.fillAskers(ctx, ends, now)
}

// losses are when a user last ceased to be active, and when their role last changed.
type losses struct{ suspended, role time.Time }

// lossesOfUsers returns the losses of the users of tokens that were asked about.
func (s *Service) lossesOfUsers(ctx context.Context, now time.Time) (map[Key]losses, error) {
	all := map[Key]losses{}
	_, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (struct{}, error) {
		var key Key
		var action Action
		var at time.Time
		err := row.Scan(&key, &action, (*database.Time)(&at))
		l := all[key]
		if action == ActionRoleChanged {
			l.role = at
		} else if at.After(l.suspended) {
			l.suspended = at
		}
		all[key] = l
		return struct{}{}, err
	}, `SELECT e.target_key, e.action, MAX(e.at) FROM events e
		WHERE e.action IN ('user.deactivated', 'user.reactivated', 'identity.reset', 'user.role_changed')
			AND e.target_key IN (SELECT t.user_key FROM tokens t JOIN users o ON o.key = t.user_key WHERE `+endedAsked+`)
		GROUP BY e.target_key, e.action`, database.Time(now))
	return all, err
}

// accessEnd returns where t lost access, by the losses of its user; without a time if it has
// lost none.
func (t Token) accessEnd(now time.Time, l losses) AccessEnd {
	end := AccessEnd{Token: t, Why: t.State(now)}
	switch end.Why {
	case TokenRevoked:
		end.At = t.RevokedAt
	case TokenExpired:
		end.At = t.EndsAt
	case TokenDisabled:
		end.At = t.DisabledAt
	case TokenSuspended:
		end.At = l.suspended
	case TokenLive:
		if t.Acts() != t.Role {
			end.At = l.role
		}
	}
	return end
}

// fillAskers fills in who asked about the tokens of ends.
func (s *Service) fillAskers(ctx context.Context, ends []AccessEnd, now time.Time) error {
	byToken := map[TokenID]*AccessEnd{}
	for i := range ends {
		byToken[ends[i].Token.ID] = &ends[i]
	}
	_, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (struct{}, error) {
		var id TokenID
		var a AskerAnswer
		err := row.Scan(&id, &a.Asker.Key, &a.Asker.ID, &a.Asker.Name, &a.Asker.Kind, (*database.Time)(&a.AskedAt))
		if end := byToken[id]; end != nil {
			a.Seen = a.AskedAt.After(end.At)
			end.Askers = append(end.Askers, a)
		}
		return struct{}{}, err
	}, `SELECT i.token, u.key, u.user_id, COALESCE(u.name, ''), u.kind, i.asked_at FROM introspections i
		JOIN users u ON u.key = i.asker_key JOIN tokens t ON t.id = i.token JOIN users o ON o.key = t.user_key
		WHERE `+endedAsked+` ORDER BY i.asked_at DESC, u.key`, database.Time(now))
	return err
}
