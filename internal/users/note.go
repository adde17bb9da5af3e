package users

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A bookkeeping is a write that no actor asks for and that leaves no event. The list is closed:
// the functions in this file, in token_use.go and those of an [eventIndexer] return them all.
type bookkeeping struct {
	query string
	args  []any
}

// Limits of rows that people without a session can cause.
const (
	maxRefusedSignIns = 10_000
	maxKept           = 2_000
)

// setSeen sets when a session and its user were last seen.
func setSeen(session SessionID, user Key, at time.Time) []bookkeeping {
	return []bookkeeping{
		{`UPDATE sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, []any{database.Time(at), session}},
		{`UPDATE users SET seen_at = $1 WHERE key = $2 AND seen_at < $1`, []any{database.Time(at), user}},
	}
}

// addKept stores data for a browser that will come back, and deletes expired data and the oldest of
// too much.
func addKept(digest Digest, data []byte, now, expires time.Time) []bookkeeping {
	return []bookkeeping{
		{`DELETE FROM kept WHERE expires_at <= $1`, []any{database.Time(now)}},
		{`DELETE FROM kept WHERE digest NOT IN (SELECT digest FROM kept ORDER BY expires_at DESC LIMIT $1)`, []any{maxKept - 1}},
		{`INSERT INTO kept (digest, data, expires_at) VALUES ($1, $2, $3)`, []any{digest, data, database.Time(expires)}},
	}
}

// takeKept deletes the data stored under digest and returns it with its expiry. It returns
// [sql.ErrNoRows] if there is none. It is not a [bookkeeping] because it returns what it
// deletes: of two concurrent calls, one gets it.
func (s *Service) takeKept(ctx context.Context, digest Digest) (data []byte, expires time.Time, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `DELETE FROM kept WHERE digest = $1 RETURNING data, expires_at`, digest)
		return row.Scan(&data, (*database.Time)(&expires))
	})
	return data, expires, err
}

// addRefusal adds a refused sign-in and deletes the oldest ones.
func addRefusal(r RefusedSignIn, user Key) []bookkeeping {
	return []bookkeeping{
		{`INSERT INTO refused_sign_ins (at, address, user_key, reason, request_id, issuer, subject, name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			[]any{database.Time(r.At), r.Address, user, r.Reason, r.RequestID, r.Issuer, r.Subject, r.Name}},
		deleteOldRefusals(),
	}
}

// deleteOldRefusals deletes the oldest refused sign-ins.
func deleteOldRefusals() bookkeeping {
	return bookkeeping{`DELETE FROM refused_sign_ins WHERE number <= (SELECT MAX(number) FROM refused_sign_ins) - $1`, []any{maxRefusedSignIns}}
}

// deleteExpiredKept deletes stored data that has expired, or whose expiry is so far ahead that a clock
// was wrong when it was stored.
func deleteExpiredKept(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM kept WHERE expires_at <= $1 OR expires_at > $2`, []any{database.Time(now), database.Time(now.Add(clockWrong))}}
}

// deleteUsedAttempts deletes attempts that were used more than an hour before now, or so far ahead
// that a clock was wrong.
func deleteUsedAttempts(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM used_attempts WHERE at <= $1 OR at > $2`,
		[]any{database.Time(now.Add(-attemptsKept)), database.Time(now.Add(clockWrong))}}
}

// deleteOldCredentialRequests deletes decisions on requests that expired more than an hour before
// now, or so far ahead that a clock was wrong.
func deleteOldCredentialRequests(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM credential_requests WHERE expires_at <= $1 OR expires_at > $2`,
		[]any{database.Time(now.Add(-attemptsKept)), database.Time(now.Add(clockWrong))}}
}

// deleteOldRequests deletes done requests that have expired.
func deleteOldRequests(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM done_requests WHERE expires_at <= $1`, []any{database.Time(now)}}
}

// deleteErasure deletes the finished erasure of a user.
func deleteErasure(key Key) bookkeeping {
	return bookkeeping{`DELETE FROM erasures WHERE user_key = $1`, []any{key}}
}

// deleteOldLogouts deletes logout tokens that are too old to be accepted again.
func deleteOldLogouts(now time.Time) bookkeeping {
	return bookkeeping{`DELETE FROM logouts WHERE issued_at <= $1`, []any{database.Time(now.Add(-logoutsKept))}}
}

// addLogout stores a logout token in the transaction of the sessions that it ends. It returns
// [ErrReplayed] if the token is stored already. A token that ends no session is stored, too,
// without an event.
func (c *changeTx) addLogout(ctx context.Context, l Logout) error {
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

// setAsked sets when the provider was asked to confirm a session.
func setAsked(session SessionID, at time.Time) bookkeeping {
	return bookkeeping{`UPDATE sessions SET asked_at = $1 WHERE id = $2 AND asked_at < $1`, []any{database.Time(at), session}}
}

// setConfirmed sets when the provider confirmed a session, and its sid there.
func setConfirmed(session SessionID, claims Claims, at time.Time) bookkeeping {
	return bookkeeping{`UPDATE sessions SET confirmed_at = $1, asked_at = $1, sid = $2 WHERE id = $3 AND issuer = $4 AND subject = $5`,
		[]any{database.Time(at), claims.SessionID, session, claims.Issuer, claims.Subject}}
}

// deleteExpiredSessions deletes sessions that have expired or were idle for too long.
func deleteExpiredSessions(now time.Time, idle time.Duration) bookkeeping {
	return bookkeeping{`DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2`, []any{database.Time(now), database.Time(now.Add(-idle))}}
}

// setNoticesSeen sets up to which event on their account a person has seen what others did to it.
func setNoticesSeen(person Key, seq int64) bookkeeping {
	return bookkeeping{`INSERT INTO notices_seen (user_key, seq) SELECT target_key, seq FROM events WHERE seq = $2 AND target_key = $1
		ON CONFLICT (user_key) DO UPDATE SET seq = excluded.seq WHERE notices_seen.seq < excluded.seq`, []any{person, seq}}
}

// setSearchText sets the search text and the sort key of u.
func setSearchText(u User) bookkeeping {
	return bookkeeping{`UPDATE users SET search_text = $1, sort_name = $2 WHERE key = $3 AND version = $4`,
		[]any{u.searchText(), u.SortName(), u.Key, u.Version}}
}

// addDamagedIndexes lists indexes of an engine as damaged.
func addDamagedIndexes(e database.Engine, names []string, now time.Time) []bookkeeping {
	all := make([]bookkeeping, len(names))
	for i, name := range names {
		all[i] = bookkeeping{`INSERT INTO damaged_indexes (engine, name, found_at) VALUES ($1, $2, $3) ON CONFLICT (engine, name) DO NOTHING`,
			[]any{e, name, database.Time(now)}}
	}
	return all
}

// note writes bookkeeping. [Service.change], note, [Service.takeKept], [Service.takeLease],
// [Service.writeIndex], [Service.rebuild] and [Service.merge] are the only functions that write in
// a directory in use, which a test in internal/repotest checks.
func (s *Service) note(ctx context.Context, all ...bookkeeping) error {
	return s.db.Note(ctx, func(tx *sql.Tx) error { return execAll(ctx, tx, all) })
}

// execAll writes bookkeeping in a transaction that is open.
func execAll(ctx context.Context, tx *sql.Tx, all []bookkeeping) error {
	for _, b := range all {
		if _, err := tx.ExecContext(ctx, b.query, b.args...); err != nil {
			return err
		}
	}
	return nil
}

// takeLease takes the lease on a duty of that name: it sets when the duty is due next, and writes
// all. It reports whether it did: it does nothing if another console has changed due meanwhile.
// It is not a [bookkeeping] because its first write decides about the rest.
func (s *Service) takeLease(ctx context.Context, duty string, due, next time.Time, all []bookkeeping) (mine bool, err error) {
	err = s.db.Note(ctx, func(tx *sql.Tx) error {
		moved, err := tx.ExecContext(ctx, `UPDATE duties SET due_at = $1 WHERE name = $2 AND due_at = $3`, database.Time(next), duty, database.Time(due))
		if err != nil {
			return err
		}
		n, err := moved.RowsAffected()
		if mine = n == 1; err != nil || !mine {
			return err
		}
		return execAll(ctx, tx, all)
	})
	return mine && err == nil, err
}

// rebuild rebuilds an index of SQLite that is listed as damaged, and reports whether it was
// listed. It is not a [bookkeeping] because its first write decides about the rest.
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

// writeIndex changes the state of the index from was to now and writes all. It returns
// errIndexedElsewhere if the state is not was any more. It is not a [bookkeeping] because its
// first write decides about the rest.
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
		return execAll(ctx, tx, all)
	})
}

// merge merges segments of an index of SQLite by about mergedAtOnce pages, and reports whether there
// was anything to merge. It is not a [bookkeeping] because it returns that.
func (s *Service) merge(ctx context.Context, x derivedIndex) (merged bool, err error) {
	err = s.db.Note(ctx, func(tx *sql.Tx) error {
		before, err := database.Count(ctx, tx, `SELECT total_changes()`)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO `+x.name+` (`+x.name+`, rank) VALUES ('merge', $1)`, mergedAtOnce); err != nil {
			return err
		}
		after, err := database.Count(ctx, tx, `SELECT total_changes()`)
		merged = after-before >= 2 // FTS5 writes the command itself as one row
		return err
	})
	return merged && err == nil, err
}

// errRollback rolls back a transaction that only reads.
var errRollback = errors.New("users: transaction that only reads")

// readSerialized calls read in a write transaction, so after every change that began before, and rolls
// it back.
func (s *Service) readSerialized(ctx context.Context, read func(database.Reader) error) error {
	err := s.db.Transact(ctx, func(tx *sql.Tx) error { return cmp.Or(read(tx), errRollback) })
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}
