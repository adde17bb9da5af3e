package users

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A RotationState is how far the replacement of a token has come.
type RotationState struct {
	Old, New Token
	Clients  []TokenClient // that used the old token in 90 days, the last use first
	Verdict  Verdict
	Days     [usedDays]UseDay // the last 90 days, today last
}

// TokenUses are the uses of one token in 90 days.
type TokenUses struct {
	Token   Token
	Clients []TokenClient    // the last use first; all of them are ClientNotSwitched
	Days    [usedDays]UseDay // the last 90 days, today last; New is 0
}

// TokenUses returns how a token was used, those of the last 90 days that have ended too. It
// returns [ErrNotFound], also for a token that the actor may not see, and a [*ForbiddenError].
func (s *Service) TokenUses(ctx context.Context, actor Actor, id TokenID) (TokenUses, error) {
	_, t, err := tokenFor(ctx, s.lookUps(), actor, id, ActSeeTokens)
	if err != nil {
		return TokenUses{}, wrap("find token", ID(id), err)
	}
	s.uses.flush()
	rows, err := usesOfTokens(ctx, s.reads(), id, false, s.Now())
	if err != nil {
		return TokenUses{}, wrap("uses of token", ID(id), err)
	}
	return TokenUses{t, clientsOf(rows, id, nil, s.Now(), s.zoneOf(ctx, actor)), dailyUses(rows, id, s.Now())}, nil
}

// RotationOf returns how far the replacement of a token has come, which may be named by the
// old token or by its successor. Uses that other consoles have not written yet, for three
// seconds at most, are left out.
//
// It returns [ErrNotFound], also for a token that the actor may not see and for one that has
// neither a successor nor replaces another, and a [*ForbiddenError].
func (s *Service) RotationOf(ctx context.Context, actor Actor, id TokenID) (RotationState, error) {
	_, t, err := tokenFor(ctx, s.lookUps(), actor, id, ActSeeTokens)
	if err != nil {
		return RotationState{}, wrap("find token", ID(id), err)
	}
	s.uses.flush()
	state, err := rotationOf(ctx, s.reads(), t, s.Now(), s.zoneOf(ctx, actor))
	return state, wrap("rotation of token", ID(id), err)
}

// rotationOf returns how far the replacement of t, or by t, has come.
func rotationOf(ctx context.Context, r database.Reader, t Token, now time.Time, zone *time.Location) (state RotationState, err error) {
	state.Old = t
	if t.ReplacedBy == "" {
		if state.Old, err = tokenByID(ctx, r, t.Replaces); err != nil {
			return RotationState{}, err
		}
	}
	if state.New, err = tokenByID(ctx, r, state.Old.ReplacedBy); err != nil {
		return RotationState{}, err
	}
	rows, err := usesOfTokens(ctx, r, state.Old.ID, true, now)
	if err != nil {
		return RotationState{}, err
	}
	struck, err := struckClients(ctx, r, state.Old.ID)
	if err != nil {
		return RotationState{}, err
	}
	state.Clients = clientsOf(rows, state.Old.ID, struck, now, zone)
	state.Verdict = verdictOn(rows, state.Old.ID, state.Clients, now)
	state.Days = dailyUses(rows, state.Old.ID, now)
	return state, nil
}

// zoneOf returns the time zone of a user, UTC for others and where it cannot be read.
func (s *Service) zoneOf(ctx context.Context, actor Actor) *time.Location {
	var name string
	row := s.lookUps().QueryRowContext(ctx, `SELECT time_zone FROM users WHERE key = $1`, actor.Key)
	if err := row.Scan(&name); err != nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil { // stored by an earlier version of the time zone database
		return time.UTC
	}
	return zone
}

// successors names those that replaced a token, one after the other.
const successors = `WITH RECURSIVE chain (id) AS (
		SELECT id FROM tokens WHERE id = $1
		UNION SELECT t.replaced_by FROM chain JOIN tokens t ON t.id = chain.id WHERE t.replaced_by <> '') `

// usesOfTokens returns the uses of a token in 90 days, and where asked for those of its
// successors.
func usesOfTokens(ctx context.Context, r database.Reader, id TokenID, withSuccessors bool, now time.Time) ([]useRow, error) {
	with, tokens := ``, `= $1`
	if withSuccessors {
		with, tokens = successors, `IN (SELECT id FROM chain)`
	}
	return database.Collect(ctx, r, scanUse, with+`SELECT u.token, u.day, u.asker, COALESCE(a.user_id, ''), COALESCE(a.name, ''), COALESCE(a.kind, ''),
			u.tool, u.network, u.uses, u.refused, u.hours, u.first_at, u.last_at, u.refused_at
		FROM token_uses u LEFT JOIN users a ON a.key = u.asker WHERE u.token `+tokens+` AND u.day > $2`, id, DateOf(now.UTC().AddDate(0, 0, -usedDays)))
}

// scanUse reads a row of usesOfTokens.
func scanUse(row database.Scanner) (u useRow, err error) {
	err = row.Scan(&u.token, &u.day, &u.asker.Key, &u.asker.ID, &u.asker.Name, &u.asker.Kind, &u.tool, &u.network, &u.uses, &u.refused, &u.hours,
		(*database.Time)(&u.first), (*database.Time)(&u.last), (*database.Time)(&u.refusedAt))
	return u, err
}

// struckClients returns the clients of a token that were struck off.
func struckClients(ctx context.Context, r database.Reader, id TokenID) ([]struckClient, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (c struckClient, err error) {
		return c, row.Scan(&c.asker, &c.name, &c.network, (*database.Time)(&c.at), &c.by.Key, &c.by.ID, &c.by.Name, &c.by.Kind)
	}, `SELECT c.asker, c.tool, c.network, c.at, c.by_key, COALESCE(b.user_id, ''), COALESCE(b.name, ''), COALESCE(b.kind, '')
		FROM token_clients_struck c LEFT JOIN users b ON b.key = c.by_key WHERE c.token = $1`, id)
}

// ErrNotSafe says that a token cannot be retired yet: see its [Verdict].
var ErrNotSafe = errors.New("token is not safe to retire")

// RetireToken disables a token that has a successor, if its [Verdict] says that it is safe. It
// returns [ErrNotSafe] if it is not, [ErrNotFound], also for a token without a successor, a
// [*ForbiddenError], and an [*InvalidError] on reason. To retire a token that is disabled
// succeeds and leaves no trace.
func (s *Service) RetireToken(ctx context.Context, actor Actor, id TokenID, reason string) error {
	s.uses.flush()
	err := s.endToken(ctx, actor, id, TokenEnd{Reason: reason}, func(tx *changeTx, u User, t Token) ([]Event, error) {
		if !t.RevokedAt.IsZero() || t.ReplacedBy == "" {
			return nothing, ErrNotFound
		}
		if !t.DisabledAt.IsZero() {
			return nothing, nil
		}
		state, err := rotationOf(ctx, tx, t, tx.now, time.UTC)
		if err == nil && !state.Verdict.Safe {
			err = ErrNotSafe
		}
		if err != nil {
			return nothing, err
		}
		return tx.disable(ctx, u, []Token{t}, "retired")
	})
	return wrap("retire token", ID(id), err)
}

// A ClientName names a client of a token: an asking system, or a tool without its version, and
// a network; as in [TokenClient].
type ClientName struct {
	Asker         Key
	Name, Network string
}

// StrikeOffClient records that a client of a token is not waited for: the token can be retired
// although the client was not seen with its successor. If the client uses the token again, it is
// waited for again. To strike off a client that is struck off, or that has switched, succeeds and
// leaves no trace.
//
// StrikeOffClient returns [ErrNotFound], also for a token without a successor and for a client
// that did not use it, a [*ForbiddenError], and an [*InvalidError] on reason.
func (s *Service) StrikeOffClient(ctx context.Context, actor Actor, id TokenID, name ClientName, reason string) error {
	s.uses.flush()
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, t, err := tokenFor(ctx, tx, tx.actor, id, ActRevokeToken)
		switch {
		case err != nil:
			return nothing, err
		case !t.RevokedAt.IsZero() || t.ReplacedBy == "":
			return nothing, ErrNotFound
		}
		if reason, err = normalizeReason(reason); err != nil {
			return nothing, err
		}
		state, err := rotationOf(ctx, tx, t, tx.now, time.UTC)
		if err != nil {
			return nothing, err
		}
		i := slices.IndexFunc(state.Clients, func(c TokenClient) bool { return ClientName{c.Asker.Key, c.Name, c.Network} == name })
		if i < 0 {
			return nothing, ErrNotFound
		}
		client := state.Clients[i]
		if client.State != ClientNotSwitched {
			return nothing, nil
		}
		_, err = tx.exec(ctx, `INSERT INTO token_clients_struck (token, asker, tool, network, by_key, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (token, asker, tool, network) DO UPDATE SET by_key = excluded.by_key, at = excluded.at`,
			t.ID, name.Asker, name.Name, name.Network, tx.actor.Key, database.Time(tx.now))
		return []Event{tokenEvent(ActionClientStruck, u, t, append([]Change{nameOf(t)}, client.changes()...)...).withReason(reason)}, err
	})
	return wrap("strike off a client of token", ID(id), err)
}
