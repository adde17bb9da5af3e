package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

const (
	// TidyEvery is how often it is worth calling [Service.Tidy].
	TidyEvery = time.Minute

	// clockWrong is how far a time may lie ahead or behind before a clock must have been wrong,
	// or no console was running.
	clockWrong = 24 * time.Hour

	// sessionsKept is how long an expired session is kept: a person who posts a form in it gets
	// the form back after the next sign-in, and no other person does.
	sessionsKept = time.Hour

	// attemptsKept is how long a used sign-in attempt is kept: longer than its cookie can be
	// used, even if the clocks of several consoles differ.
	attemptsKept = time.Hour
)

// Tidy deletes what has expired: sessions, forms kept for a browser, sign-in attempts used and
// credential requests expired an hour ago, done requests, old logout tokens, the oldest refused
// sign-ins, API tokens that ended 90 days ago, uses of tokens of that age, batches. It erases the users
// whose erasure is due, purges the deleted users whose
// grace has ended, and carries out planned departures. Readers of these rows check their times themselves, so an expired row has
// no effect. Of several consoles on one database one does the work, once every [TidyEvery],
// however often each calls; Tidy reports whether it was this one (a lease on the duty).
//
// If the duty is overdue by more than a day, Tidy only takes the lease: the clock may be wrong,
// and sessions may not have expired.
func (s *Service) Tidy(ctx context.Context) (mine bool, err error) {
	var due time.Time
	row := s.lookUps().QueryRowContext(ctx, `SELECT due_at FROM duties WHERE name = 'tidy'`)
	if err := row.Scan((*database.Time)(&due)); err != nil {
		return false, fmt.Errorf("tidy up: read the lease: %w", err)
	}
	now := s.Now()
	if wait := due.Sub(now); wait > 0 && wait <= 10*TidyEvery { // else it was set by a clock that was ahead
		return false, nil
	}
	var work []bookkeeping
	if now.Sub(due) <= clockWrong {
		if work, err = s.endedTokens(ctx, now); err != nil {
			return false, fmt.Errorf("tidy up: look for tokens that ended: %w", err)
		}
		work = append(work, deleteExpiredSessions(now.Add(-sessionsKept), s.config.SessionIdle), deleteExpiredKept(now), deleteUsedAttempts(now), deleteOldRequests(now),
			deleteOldLogouts(now), deleteOldRefusals(), deleteOldUses(now), deleteOldCredentialRequests(now))
		work = append(work, deleteExpiredBatches(now)...)
	}
	if mine, err = s.takeLease(ctx, "tidy", due, now.Add(TidyEvery), work); err != nil {
		return false, fmt.Errorf("tidy up: %w", err)
	}
	if mine && len(work) > 0 {
		_, erasing := s.EraseDue(ctx)
		err = errors.Join(erasing, s.departDue(ctx), s.purgeDue(ctx))
	}
	return mine, err
}
