package users

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// An Erasure is when the personal data of a deleted user outside of the record is erased: in the
// history, its index and other tables.
type Erasure string

// The erasures.
const (
	EraseNot   Erasure = ""      // not before [Service.EraseUser]
	EraseNow   Erasure = "now"   // at once; needs [ActErase]
	EraseLater Erasure = "later" // after [Config.ErasureDelay]
)

// DefaultErasureDelay is the default of serve for [Config.ErasureDelay].
const DefaultErasureDelay = 30 * 24 * time.Hour

// erasedSoon is how long a call that erases a user waits for the erasure of the history.
// [Service.Tidy] does the rest.
const erasedSoon = 3 * time.Second

// An ErasureRequest is the request to erase a user.
type ErasureRequest struct {
	HandOver string // as in a [Departure], for a user who is not deleted yet
}

// EraseUser deletes the user with that user_id or key, if there is one, and erases their personal
// data and that of all deleted users with that user_id. It returns the keys of the erased users.
// What is left are the fixed rows of events, which have keys only. Erasing a user again succeeds
// without an event.
//
// EraseUser returns [ErrNotFound] if no such user exists or existed; a
// [*ForbiddenError], [ErrLastOwner] and an [*InvalidError].
func (s *Service) EraseUser(ctx context.Context, actor Actor, who string, r ErasureRequest) (erased []Key, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		var events []Event
		id, key := EnteredID(who), Key(strings.TrimSpace(who))
		u, err := tx.present(ctx, id, key)
		switch {
		case err == nil:
			if err := tx.actor.May(ActErase, u); err != nil {
				return nothing, err
			}
			if events, _, err = s.delete(ctx, tx, u, Deletion{Confirm: string(u.ID), HandOver: r.HandOver, Erase: EraseNow}, RotateKnown{}); err != nil {
				return nothing, err
			}
			id, erased = u.ID, append(erased, u.Key)
		case !errors.Is(err, ErrNotFound):
			return nothing, err
		}
		earlier, begun, err := tx.eraseDeletedAs(ctx, id, key, erased)
		if err != nil {
			return nothing, err
		}
		if erased = append(erased, earlier...); len(erased) == 0 {
			return nothing, cmp.Or(tx.actor.May(ActErase, User{Key: "-", Kind: KindPerson, Role: RoleUser}), ErrNotFound)
		}
		return append(events, begun...), nil
	})
	if err == nil {
		s.eraseSoon(ctx)
	}
	return erased, wrap("erase user", ID(who), err)
}

// eraseDeletedAs begins the erasure of the users of [deletedAs] who are not in erased already. It
// returns their keys and the events.
func (c *changeTx) eraseDeletedAs(ctx context.Context, id ID, key Key, erased []Key) (keys []Key, events []Event, err error) {
	earlier, err := deletedAs(ctx, c, id, key)
	if err != nil {
		return nil, nothing, err
	}
	for _, k := range earlier {
		if slices.Contains(erased, k) {
			continue
		}
		begun, err := c.erase(ctx, k)
		if err != nil {
			return nil, nothing, err
		}
		keys, events = append(keys, k), append(events, begun...)
	}
	return keys, events, nil
}

// eraseSoon carries out due erasures for a short time. It logs an error: [Service.Tidy] goes on
// where it was.
func (s *Service) eraseSoon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erasedSoon)
	defer cancel()
	if _, err := s.EraseDue(ctx); err != nil && ctx.Err() == nil {
		s.config.Log.WarnContext(ctx, "erasure not finished", "error", err)
	}
}

// present returns the user with that key or user_id, or [ErrNotFound].
func (c *changeTx) present(ctx context.Context, id ID, key Key) (User, error) {
	u, err := userByKey(ctx, c, key)
	if errors.Is(err, ErrNotFound) {
		u, err = userByID(ctx, c, id)
	}
	return u, err
}

// deletedAs returns the keys of deleted users: the one with that key, and those with that
// user_id, unless it is erased.
func deletedAs(ctx context.Context, r database.Reader, id ID, key Key) ([]Key, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (k Key, err error) { return k, row.Scan(&k) },
		`SELECT target_key FROM (SELECT target_key FROM events WHERE target_key = $1 AND action = 'user.deleted' UNION
			SELECT e.target_key FROM event_changes c JOIN events e ON e.seq = c.seq WHERE c.target_id = $2 AND e.action = 'user.deleted' AND e.target_key <> '') AS deleted
		WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.key = deleted.target_key)`, // not restored
		key, id)
}

// erase begins the erasure of a deleted user. It returns its event, or nothing if the user is
// erased already.
func (c *changeTx) erase(ctx context.Context, key Key) ([]Event, error) {
	if err := c.actor.May(ActErase, User{Key: key, Kind: KindPerson, Role: RoleUser}); err != nil {
		return nothing, err
	}
	var n int
	err := c.QueryRowContext(ctx, `SELECT COUNT(*) FROM events WHERE target_key = $1 AND action = 'user.erased'`, key).Scan(&n)
	if err != nil || n > 0 {
		return nothing, err
	}
	return c.eraseDeleted(ctx, key)
}

// beginErasure deletes the data of a deleted user outside of the history, and queues the history
// for [Service.workOff]. It returns its event, which names the user by key only.
func (c *changeTx) beginErasure(ctx context.Context, key Key, t traces) ([]Event, error) {
	if err := c.forget(ctx, key, t); err != nil {
		return nothing, err
	}
	_, err := c.exec(ctx, `INSERT INTO erasures (user_key, due_at, begun, after_seq, last_seq) VALUES ($1, $2, $3, 0, 0)
		ON CONFLICT (user_key) DO UPDATE SET due_at = excluded.due_at, begun = excluded.begun`, key, database.Time(c.now), true)
	return []Event{newEvent(ActionErased, User{Key: key})}, err
}

// eraseDeleted is beginErasure for a user who was deleted before.
func (c *changeTx) eraseDeleted(ctx context.Context, key Key) ([]Event, error) {
	t, err := tracesOf(ctx, c, key)
	if err != nil {
		return nothing, err
	}
	purged, err := c.purgeKept(ctx, key)
	if err != nil {
		return nothing, err
	}
	begun, err := c.beginErasure(ctx, key, t)
	return append(purged, begun...), err
}

// checkErase returns the mistakes in the erasure of a deletion.
func (c *changeTx) checkErase(u User, when Erasure) error {
	if err := c.actor.May(ActErase, u); when == EraseNow && err != nil {
		return Invalid("erase", "%s", err.Error())
	}
	return nil
}

// planErasure queues the erasure of a user whom the change deletes.
func (s *Service) planErasure(ctx context.Context, tx *changeTx, u User, when Erasure) ([]Event, error) {
	switch when {
	case EraseNow:
		bound, err := identitiesOf(ctx, tx, u.Key)
		if err != nil {
			return nothing, err
		}
		t := traces{id: u.ID, address: u.ID.IsAddress()}
		for _, i := range bound {
			t.identities = append(t.identities, [2]string{i.Issuer, i.Subject})
		}
		return tx.beginErasure(ctx, u.Key, t)
	case EraseLater:
		_, err := tx.exec(ctx, `INSERT INTO erasures (user_key, due_at, begun, after_seq, last_seq) VALUES ($1, $2, $3, 0, 0)`,
			u.Key, database.Time(tx.now.Add(s.config.ErasureDelay)), false)
		return nothing, err
	}
	return nothing, nil
}

// A pendingErasure is a row of erasures.
type pendingErasure struct {
	key         Key
	begun       bool
	after, last int64 // events up to after are done, those up to last are left; last is 0 before the first step
}

// pendingErasures returns the due erasures, oldest first.
func (s *Service) pendingErasures(ctx context.Context) ([]pendingErasure, error) {
	return database.Collect(ctx, s.lookUps(), scanErasure, `SELECT user_key, begun, after_seq, last_seq FROM erasures WHERE due_at <= $1 ORDER BY due_at, user_key`, database.Time(s.Now()))
}

// erasureOf is the query of one user's erasure.
const erasureOf = `SELECT user_key, begun, after_seq, last_seq FROM erasures WHERE user_key = $1`

func scanErasure(row database.Scanner) (p pendingErasure, err error) {
	err = row.Scan(&p.key, &p.begun, &p.after, &p.last)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return p, err
}

// EraseDue carries out all due erasures until ctx ends, and reports whether none is left. An
// interrupted erasure goes on where it was.
func (s *Service) EraseDue(ctx context.Context) (done bool, err error) {
	pending, err := s.pendingErasures(ctx)
	if err != nil {
		return false, fmt.Errorf("erase: which users: %w", err)
	}
	done = true
	for _, p := range pending {
		whole, err := s.workOff(ctx, p)
		if err != nil {
			return false, fmt.Errorf("erase %s: %w", p.key, err)
		}
		done = done && whole
	}
	return done, nil
}

// workOff carries out one erasure, and reports whether it is complete. Its transactions are of
// [erasedAtOnce] events at most, so that changes need not wait. Several consoles may call it at
// the same time.
func (s *Service) workOff(ctx context.Context, p pendingErasure) (done bool, err error) {
	if !p.begun {
		err := s.change(ctx, consoleActor(""), func(tx *changeTx) ([]Event, error) {
			now, err := scanErasure(tx.QueryRowContext(ctx, erasureOf, p.key))
			if errors.Is(err, ErrNotFound) || err == nil && now.begun { // by another console
				return nothing, nil
			} else if err != nil {
				return nothing, err
			}
			return tx.eraseDeleted(ctx, p.key)
		})
		if err != nil {
			return false, err
		}
	}
	for more := true; more; {
		if more, err = s.eraseSome(ctx, p.key); err != nil {
			return false, err
		}
	}
	emptied, err := s.db.EmptyLog(ctx)
	if err != nil || !emptied {
		return false, err // a reader still uses the WAL: the next run tries again
	}
	return true, s.note(ctx, deleteErasure(p.key))
}
