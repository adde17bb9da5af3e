package users

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A bookkeeping is one of the writes that nobody decides and that leave no
// event. The list is closed: the functions in this file and in token_use.go make them all, and
// those of an [eventIndexer].
type bookkeeping struct {
	query string
	args  []any
}

// How much bookkeeping is kept of what strangers can cause.
const (
	maxRefusedSignIns = 10_000
	maxKept           = 2_000
)

// seenAgain notes the use of a session, and with it of the user.
func seenAgain(session SessionID, user Key, at time.Time) []bookkeeping {
	return []bookkeeping{
		{`UPDATE sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, []any{database.Time(at), session}},
		{`UPDATE users SET seen_at = $1 WHERE key = $2 AND seen_at < $1`, []any{database.Time(at), user}},
	}
}

// put notes what is kept for a browser that will come back, and lets go of what
// has waited too long or too many.
func put(digest Digest, data []byte, now, expires time.Time) []bookkeeping {
	return []bookkeeping{
		{`DELETE FROM kept WHERE expires_at <= $1`, []any{database.Time(now)}},
		{`DELETE FROM kept WHERE digest NOT IN (SELECT digest FROM kept ORDER BY expires_at DESC LIMIT $1)`, []any{maxKept - 1}},
		{`INSERT INTO kept (digest, data, expires_at) VALUES ($1, $2, $3)`, []any{digest, data, database.Time(expires)}},
	}
}

// pull takes out what is kept under digest, and says until when it was to be
// kept. It returns [sql.ErrNoRows] if there is nothing. It is not a [bookkeeping]
// because what it deletes is read: of two that pull at once, one gets it.
func (s *Service) pull(ctx context.Context, digest Digest) (data []byte, expires time.Time, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `DELETE FROM kept WHERE digest = $1 RETURNING data, expires_at`, digest)
		return row.Scan(&data, (*database.Time)(&expires))
	})
	return data, expires, err
}

// signInRefused notes a refused sign-in, and lets go of the oldest.
func signInRefused(r RefusedSignIn, user Key) []bookkeeping {
	return []bookkeeping{
		{`INSERT INTO refused_sign_ins (at, address, user_key, reason, request_id, issuer, subject, name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			[]any{database.Time(r.At), r.Address, user, r.Reason, r.RequestID, r.Issuer, r.Subject, r.Name}},
		oldRefusals(),
	}
}

// oldRefusals lets go of the oldest refused sign-ins.
func oldRefusals() bookkeeping {
	return bookkeeping{`DELETE FROM refused_sign_ins WHERE number <= (SELECT MAX(number) FROM refused_sign_ins) - $1`, []any{maxRefusedSignIns}}
}

// keptTooLong lets go of what was kept until a time that has passed, or that is so far
// away that a clock was wrong when it was set.
func keptTooLong(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM kept WHERE expires_at <= $1 OR expires_at > $2`, []any{database.Time(now), database.Time(now.Add(clockWrong))}}
}

// usedAttempts deletes attempts that were used more than an hour before now, or so far ahead
// that a clock was wrong.
func usedAttempts(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM used_attempts WHERE at <= $1 OR at > $2`,
		[]any{database.Time(now.Add(-attemptsKept)), database.Time(now.Add(clockWrong))}}
}

// oldCredentialRequests deletes decisions on requests that expired more than an hour before
// now, or so far ahead that a clock was wrong.
func oldCredentialRequests(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM credential_requests WHERE expires_at <= $1 OR expires_at > $2`,
		[]any{database.Time(now.Add(-attemptsKept)), database.Time(now.Add(clockWrong))}}
}

// oldRequests deletes requests that were done long ago.
func oldRequests(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM done_requests WHERE expires_at <= $1`, []any{database.Time(now)}}
}

// erasedWhole ends the erasure of a user: nothing of it is left to do.
func erasedWhole(key Key) bookkeeping {
	return bookkeeping{`DELETE FROM erasures WHERE user_key = $1`, []any{key}}
}

// oldLogouts lets go of logout tokens that are too old to be accepted again.
func oldLogouts(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM logouts WHERE issued_at <= $1`, []any{database.Time(now.Add(-logoutsKept))}}
}

// remember notes a logout token in the transaction of what it ends, so that it counts
// once: it returns [ErrReplayed] for one that is there. A token that ends nothing leaves
// no event, and is remembered all the same.
func (c *changeTx) remember(ctx context.Context, l Logout) error {
	kept, err := c.tx.ExecContext(ctx, `INSERT INTO logouts (digest, issuer, subject, sid, issued_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (digest) DO NOTHING`, l.digest(), l.Issuer, l.Subject, l.SessionID, database.Time(l.IssuedAt))
	if err != nil {
		return err
	}
	if n, err := kept.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, ErrReplayed)
	}
	return nil
}

// asked notes that the provider is asked whether it confirms a session.
func asked(session SessionID, at time.Time) bookkeeping {
	return bookkeeping{`UPDATE sessions SET asked_at = $1 WHERE id = $2 AND asked_at < $1`, []any{database.Time(at), session}}
}

// confirmed notes that the provider confirms a session, and by which sid it knows it now.
func confirmed(session SessionID, claims Claims, at time.Time) bookkeeping {
	return bookkeeping{`UPDATE sessions SET confirmed_at = $1, asked_at = $1, sid = $2 WHERE id = $3 AND issuer = $4 AND subject = $5`,
		[]any{database.Time(at), claims.SessionID, session, claims.Issuer, claims.Subject}}
}

// expired lets go of sessions that are over.
func expired(now time.Time, idle time.Duration) bookkeeping {
	return bookkeeping{`DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2`, []any{database.Time(now), database.Time(now.Add(-idle))}}
}

// spelled notes what a search for u looks in, and how u is ordered.
func spelled(u User) bookkeeping {
	return bookkeeping{`UPDATE users SET search_text = $1, sort_name = $2 WHERE key = $3 AND version = $4`,
		[]any{u.searchText(), u.SortName(), u.Key, u.Version}}
}

// indexesDamaged notes indexes of an engine that are damaged.
func indexesDamaged(e database.Engine, names []string, now time.Time) []bookkeeping {
	all := make([]bookkeeping, len(names))
	for i, name := range names {
		all[i] = bookkeeping{`INSERT INTO damaged_indexes (engine, name, found_at) VALUES ($1, $2, $3) ON CONFLICT (engine, name) DO NOTHING`,
			[]any{e, name, database.Time(now)}}
	}
	return all
}

// note writes bookkeeping. It is, with [Service.pull], [Service.takeTurn],
// [Service.writeIndex] and [Service.rebuild], the only way to write in a directory that is
// in use beside [Service.change]; a test in cmd/console holds it so.
func (s *Service) note(ctx context.Context, all ...bookkeeping) error {
	return s.db.Note(ctx, func(tx *sql.Tx) error { return carryOut(ctx, tx, all) })
}

// carryOut writes bookkeeping in a transaction.
func carryOut(ctx context.Context, tx *sql.Tx, all []bookkeeping) error {
	for _, b := range all {
		if _, err := tx.ExecContext(ctx, b.query, b.args...); err != nil {
			return err
		}
	}
	return nil
}

// takeTurn moves the time on at which a duty is due, if nobody has since it was read,
// and writes all; it reports whether it did. It is not a [bookkeeping] because what
// it changes decides about the rest.
func (s *Service) takeTurn(ctx context.Context, duty string, due, next time.Time, all []bookkeeping) (mine bool, err error) {
	err = s.db.Note(ctx, func(tx *sql.Tx) error {
		moved, err := tx.ExecContext(ctx, `UPDATE duties SET due_at = $1 WHERE name = $2 AND due_at = $3`, database.Time(next), duty, database.Time(due))
		if err != nil {
			return err
		}
		n, err := moved.RowsAffected()
		if mine = n == 1; err != nil || !mine {
			return err
		}
		return carryOut(ctx, tx, all)
	})
	return mine && err == nil, err
}

// rebuild rebuilds an index of SQLite that is noted to be damaged, and reports whether it
// was there to be rebuilt. It is not a [bookkeeping] because what it deletes decides about
// the rest.
func (s *Service) rebuild(ctx context.Context, x derivedIndex) (mine bool, err error) {
	err = s.db.Note(ctx, func(tx *sql.Tx) error {
		taken, err := tx.ExecContext(ctx, `DELETE FROM damaged_indexes WHERE engine = $1 AND name = $2`, database.SQLite, x.name)
		if err != nil {
			return err
		}
		n, err := taken.RowsAffected()
		if mine = n == 1; err != nil || !mine {
			return err
		}
		for _, statement := range x.rebuild {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	return mine && err == nil, err
}

// writeIndex writes to the index, which has what was says, and notes what it has now. It
// returns errIndexedElsewhere if it has something else. It is not a [bookkeeping] because
// what it changes decides about the rest.
func (s *Service) writeIndex(ctx context.Context, was, now indexState, all []bookkeeping) error {
	return s.db.Note(ctx, func(tx *sql.Tx) error {
		moved, err := tx.ExecContext(ctx, `UPDATE search_index SET version = $1, first_seq = $2, last_seq = $3
			WHERE name = 'event_words' AND version = $4 AND first_seq = $5 AND last_seq = $6 AND erasures = $7`,
			now.version, now.first, now.last, was.version, was.first, was.last, was.erasures)
		if err != nil {
			return err
		}
		if n, err := moved.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, errIndexedElsewhere)
		}
		return carryOut(ctx, tx, all)
	})
}

// errLooked ends a transaction that was for looking alone.
var errLooked = errors.New("users: looked, and changed nothing")

// inTurn has look read what is there when every change before it has ended, and changes
// nothing.
func (s *Service) inTurn(ctx context.Context, look func(database.Reader) error) error {
	err := s.db.Transact(ctx, func(tx *sql.Tx) error { return cmp.Or(look(tx), errLooked) })
	if errors.Is(err, errLooked) {
		return nil
	}
	return err
}
