package users

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

const (
	// TidyEvery is how often it is worth calling [Service.Tidy].
	TidyEvery = time.Minute

	// clockWrong is how far a time may lie ahead or behind before a clock must have been
	// wrong, or nobody was there to look.
	clockWrong = 24 * time.Hour

	// sessionsKept is how long a session is known that has expired: whoever posts a form
	// in it gets the form back when they have signed in again, and nobody else does.
	sessionsKept = time.Hour

	// attemptsKept is how long a used sign-in attempt is known: longer than the cookie of
	// one can be used, whatever the clocks of several consoles say.
	attemptsKept = time.Hour
)

// Tidy lets go of what has had its time: sessions that expired, forms kept for a
// browser, sign-in attempts used and credential requests expired an hour ago, requests done long ago, old logout tokens, the
// oldest refused sign-ins, API tokens that ended 90 days ago, uses of tokens of that age. It
// erases the users whose erasure is due. Nothing else rests on it, as
// whatever reads these rows looks at the time itself. Of several consoles on one
// database one does it, once every [TidyEvery], however often each calls; it reports
// whether it was this one.
//
// After more than a day in which nobody tidied up it only takes its turn: the clock may
// be wrong, and sessions that it calls expired may not be.
func (s *Service) Tidy(ctx context.Context) (mine bool, err error) {
	var due time.Time
	row := s.lookUps().QueryRowContext(ctx, `SELECT due_at FROM duties WHERE name = 'tidy'`)
	if err := row.Scan((*database.Time)(&due)); err != nil {
		return false, fmt.Errorf("tidy up: whose turn it is: %w", err)
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
		work = append(work, expired(now.Add(-sessionsKept), s.config.SessionIdle), keptTooLong(now), usedAttempts(now), oldRequests(now),
			oldLogouts(now), oldRefusals(), oldUses(now), oldCredentialRequests(now))
	}
	if mine, err = s.takeTurn(ctx, "tidy", due, now.Add(TidyEvery), work); err != nil {
		return false, fmt.Errorf("tidy up: %w", err)
	}
	if mine && len(work) > 0 {
		_, err = s.EraseDue(ctx)
	}
	return mine, err
}
