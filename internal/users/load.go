package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A Phase is a phase of [Service.Load].
type Phase string

// The phases, in order.
const (
	PhaseUsers   Phase = "users"
	PhaseSearch  Phase = "search"
	PhaseIndexes Phase = "indexes"
)

// errNotEmpty means that the directory has users or events.
var errNotEmpty = errors.New("users: the directory is not empty: users with a history can only be loaded into a new one")

// Load fills a new directory with users and their history, in one transaction. The arrivals are in
// the order of their creation; the events are numbered by time. Load calls progress with the
// number of users so far, then with the progress of the other phases.
//
// Load refuses a directory with users or events, a database in use (see [database.DB.BulkLoad])
// and an impossible history. It returns [ErrTaken] if two users have the same user_id.
func (s *Service) Load(ctx context.Context, arrivals iter.Seq[Arrival], progress func(phase Phase, done, total int)) error {
	err := s.db.BulkLoad(ctx, func(tx *sql.Tx) error {
		n, err := database.Count(ctx, tx, `SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM events)`)
		if err != nil {
			return err
		}
		if n > 0 {
			return errNotEmpty
		}
		if _, err := tx.ExecContext(ctx, mergeWithin(eventWordsIndex.name)); err != nil {
			return err
		}
		if err := writeAll(ctx, tx, arrivals, s.Now(), progress); err != nil {
			return err
		}
		if err := rebuild(ctx, tx, progress); err != nil {
			return err
		}
		return verify(ctx, tx)
	}, func(done, total int) { progress(PhaseIndexes, done, total) })
	if err != nil {
		return fmt.Errorf("load users: %w", err)
	}
	return nil
}

// writeAll writes users, identities and events. Another goroutine derives their rows.
func writeAll(ctx context.Context, tx *sql.Tx, arrivals iter.Seq[Arrival], now time.Time, progress func(Phase, int, int)) error {
	batches := make(chan batch, 4)
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		defer close(batches)
		return pack(arrivals, now, func(b batch) error {
			select {
			case batches <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	both.Go(func() error { return writeBatches(ctx, tx, batches, progress) })
	return both.Wait()
}

// writeBatches writes the rows of batches until there are no more.
func writeBatches(ctx context.Context, tx *sql.Tx, batches <-chan batch, progress func(Phase, int, int)) error {
	var inserts [len(loaded)]*database.BulkInsert
	for i, t := range loaded {
		inserts[i] = database.NewBulkInsert(tx, t.into, t.values)
	}
	done := 0
	for b := range batches {
		for i, insert := range inserts {
			if err := insert.Add(ctx, b.rows[i]...); err != nil {
				return taken(err)
			}
		}
		done += b.users
		progress(PhaseUsers, done, 0)
	}
	for _, insert := range inserts {
		if err := insert.Flush(ctx); err != nil {
			return taken(err)
		}
	}
	return nil
}

// The loaded tables, as indexes into a [batch].
const (
	userTable = iota
	identityTable
	eventTable
	changeTable
	actorTable
	mentionTable
	wordTable // of the index of the audit log
)

// loaded are their statements, after INSERT, and one row of each.
var loaded = [...]struct{ into, values string }{
	userTable:     {intoUsers, userValues},
	identityTable: {intoIdentities, identityValues},
	eventTable:    {intoEvents, eventValues},
	changeTable:   {intoChanges, changeValues},
	actorTable:    {intoActors, actorValues},
	mentionTable:  {intoMentions, mentionValues},
	wordTable:     {`INTO event_words_index (rowid, words) VALUES`, `(?, ?)`},
}

// rebuild builds the search index, the tallies and the lists of labels, which triggers update
// otherwise.
func rebuild(ctx context.Context, tx *sql.Tx, progress func(Phase, int, int)) error {
	statements := append(slices.Clone(searchIndex.rebuild),
		mergeBehind(eventWordsIndex.name),
		`UPDATE search_index SET version = `+strconv.Itoa(spelling.WordsVersion)+`, first_seq = 1, last_seq = (SELECT COALESCE(MAX(seq), 0) FROM events)
			WHERE name = 'event_words'`,
		`INSERT INTO tallies (kind, role, status, n) SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status`,
		`INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day`,
		`INSERT INTO event_tallies (day, action, n) SELECT day, action, n FROM events_on_days`,
		`INSERT INTO active_weeks (week, n) SELECT week, n FROM users_on_weeks`,
		`INSERT INTO user_labels (label, number) SELECT value, number FROM users, json_each('["' || replace(labels, ',', '","') || '"]')
			WHERE labels IS NOT NULL ORDER BY 1, 2`,
	)
	for i, statement := range statements {
		progress(PhaseSearch, i, len(statements))
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// verify checks the rules about several users. References are valid: arrivals refer to users by
// the records of other arrivals.
func verify(ctx context.Context, tx *sql.Tx) error {
	missing, err := database.Count(ctx, tx, `SELECT COUNT(*) FROM users s LEFT JOIN users r ON r.key = s.responsible_key
		WHERE s.responsible_key IS NOT NULL AND (r.key IS NULL OR r.kind <> 'person' OR r.deactivated)`)
	if err != nil {
		return err
	}
	if missing > 0 {
		return fmt.Errorf("%w: %d service users have a responsible person who is missing or deactivated", errHistory, missing)
	}
	ownerless, err := database.Count(ctx, tx, `SELECT COUNT(*) FROM tallies WHERE role = 'owner' AND kind = 'person' AND status = 'deactivated'
		AND NOT EXISTS (SELECT 1 FROM tallies WHERE role = 'owner' AND kind = 'person' AND status = 'active')`)
	if err == nil && ownerless > 0 {
		return ErrLastOwner
	}
	return err
}
