package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// Phase is a part of [Service.Load].
type Phase string

// The phases, in their order.
const (
	PhaseUsers   Phase = "users"
	PhaseSearch  Phase = "search"
	PhaseIndexes Phase = "indexes"
)

// errNotEmpty says that there is somebody in the directory already.
var errNotEmpty = errors.New("users: the directory is not empty: users with a history can only be loaded into a new one")

// Load fills a new directory with users who have a history. They come in the order
// in which they were created; the events are numbered in the order of time. It is
// all or nothing. told is told how many users there are, and then how much is done
// of each of the other [Phase]s.
//
// Load refuses a directory that holds users or events, a database that is in use
// (see [database.DB.Fill]), and a history that no Service would have made. It
// returns [ErrTaken] if two users have the same user_id.
func (s *Service) Load(ctx context.Context, arrivals iter.Seq[Arrival], told func(phase Phase, done, total int)) error {
	err := s.db.Fill(ctx, func(tx *sql.Tx) error {
		n, err := database.Count(ctx, tx, `SELECT (SELECT COUNT(*) FROM users) + (SELECT COUNT(*) FROM events)`)
		if err != nil {
			return err
		}
		if n > 0 {
			return errNotEmpty
		}
		if err := writeAll(ctx, tx, arrivals, s.now(), told); err != nil {
			return err
		}
		if err := rebuild(ctx, tx, told); err != nil {
			return err
		}
		return verify(ctx, tx)
	}, func(done, total int) { told(PhaseIndexes, done, total) })
	if err != nil {
		return fmt.Errorf("load users: %w", err)
	}
	return nil
}

// writeAll writes users, identities and events, which are made in another
// goroutine.
func writeAll(ctx context.Context, tx *sql.Tx, arrivals iter.Seq[Arrival], now time.Time, told func(Phase, int, int)) error {
	lots := make(chan lot, 4)
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		defer close(lots)
		return pack(arrivals, now, func(l lot) error {
			select {
			case lots <- l:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	both.Go(func() error {
		done := 0
		for l := range lots {
			if err := l.write(ctx, tx); err != nil {
				return err
			}
			done += l.users
			told(PhaseUsers, done, 0)
		}
		return nil
	})
	return both.Wait()
}

// write writes the rows of a lot.
func (l lot) write(ctx context.Context, tx *sql.Tx) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // the driver starts a goroutine to watch for each statement
	for i, t := range loaded {
		if err := t.write(ctx, tx, l.rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// A sheet is a table to which rows are written.
type sheet struct {
	into   string // the beginning of the statement, after INSERT
	values string // of one row
	width  int    // values in a row
	many   string // the statement for rowsAtOnce rows
}

// rowsAtOnce is how many rows a statement writes: enough that the work about a
// statement no longer shows.
const rowsAtOnce = 32

// The sheets, by the place of their rows in a [lot].
const (
	userSheet = iota
	identitySheet
	eventSheet
	changeSheet
	actorSheet
	mentionSheet
	wordSheet // of the index of the audit log
)

var loaded = [...]sheet{
	userSheet:     newSheet(intoUsers, userValues),
	identitySheet: newSheet(intoIdentities, identityValues),
	eventSheet:    newSheet(intoEvents, eventValues),
	changeSheet:   newSheet(intoChanges, changeValues),
	actorSheet:    newSheet(intoActors, actorValues),
	mentionSheet:  newSheet(intoMentions, mentionValues),
	wordSheet:     newSheet(` INTO event_words_index (rowid, words) VALUES `, `(?, ?)`),
}

func newSheet(into, values string) sheet {
	s := sheet{into: into, values: values, width: strings.Count(values, "?")}
	s.many = s.statement(rowsAtOnce)
	return s
}

// statement returns the statement that writes n rows. One that fails leaves some of
// them, which spares it a journal of its own: all that was loaded goes then.
func (s sheet) statement(n int) string {
	return `INSERT OR FAIL` + s.into + strings.Repeat(s.values+", ", n-1) + s.values
}

// write writes rows, of which the values stand one after the other.
func (s sheet) write(ctx context.Context, tx *sql.Tx, rows []any) error {
	for len(rows) > 0 {
		statement, n := s.many, rowsAtOnce*s.width
		if n > len(rows) {
			n = len(rows)
			statement = s.statement(n / s.width)
		}
		if _, err := tx.ExecContext(ctx, statement, rows[:n]...); err != nil {
			return taken(err)
		}
		rows = rows[n:]
	}
	return nil
}

// rebuild makes what triggers would have kept up with.
func rebuild(ctx context.Context, tx *sql.Tx, told func(Phase, int, int)) error {
	statements := []string{
		`UPDATE search_index SET version = ` + strconv.Itoa(spelling.WordsVersion) + `, first_seq = 1, last_seq = (SELECT COALESCE(MAX(seq), 0) FROM events)
			WHERE name = 'event_words'`,
		`INSERT INTO users_search (users_search) VALUES ('rebuild')`,
		`INSERT INTO tallies (kind, role, status, n) SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status`,
		`INSERT INTO day_tallies (what, day, n) SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day`,
	}
	for i, statement := range statements {
		told(PhaseSearch, i, len(statements))
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// verify checks what concerns several users. That what refers to a user refers to one
// who is there follows from how arrivals are made.
func verify(ctx context.Context, tx *sql.Tx) error {
	lost, err := database.Count(ctx, tx, `SELECT COUNT(*) FROM users s LEFT JOIN users r ON r.key = s.responsible_key
		WHERE s.responsible_key IS NOT NULL AND (r.key IS NULL OR r.kind <> 'person' OR r.deactivated)`)
	if err != nil {
		return err
	}
	if lost > 0 {
		return fmt.Errorf("%w: %d service users have somebody who cannot answer for them", errNoPast, lost)
	}
	gone, err := database.Count(ctx, tx, `SELECT COUNT(*) FROM tallies WHERE role = 'owner' AND kind = 'person' AND status = 'deactivated'
		AND NOT EXISTS (SELECT 1 FROM tallies WHERE role = 'owner' AND kind = 'person' AND status = 'active')`)
	if err == nil && gone > 0 {
		return ErrLastOwner
	}
	return err
}
