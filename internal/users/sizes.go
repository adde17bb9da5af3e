package users

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// Sizes are the sizes of the directory, for metrics.
type Sizes struct {
	Sessions int // that may still be used
	Users    []Size
	Damaged  []string // indexes that are to be rebuilt
	Tokens   int      // API tokens that have not ended and are not disabled
	Ending   []Ending // of them, those that end soon, by how soon
	Behind   int64    // events that are newer than those in the index of the audit log
	Lacking  int64    // events that are older, and not in it yet
}

// An Ending is how many API tokens that give access end within some days, each without a successor
// that gives access.
type Ending struct{ Days, Tokens int }

// A Size is how many users there are of a kind and a status.
type Size struct {
	Kind   Kind
	Status Status
	Users  int
}

// Sizes returns the sizes of the directory: of users the tallies, of sessions the number of rows.
func (s *Service) Sizes(ctx context.Context) (Sizes, error) {
	var all Sizes
	now := s.Now()
	err := s.reads().QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE expires_at > $1 AND seen_at > $2`,
		database.Time(now), database.Time(now.Add(-s.config.SessionIdle))).Scan(&all.Sessions)
	if err != nil {
		return Sizes{}, fmt.Errorf("count sessions: %w", err)
	}
	all.Users, err = database.Collect(ctx, s.reads(), func(row database.Scanner) (size Size, err error) {
		return size, row.Scan(&size.Kind, &size.Status, &size.Users)
	}, `SELECT kind, status, SUM(n) FROM tallies GROUP BY kind, status ORDER BY kind, status`)
	if err != nil {
		return Sizes{}, fmt.Errorf("count users: %w", err)
	}
	if all.Tokens, all.Ending, err = tokenSizes(ctx, s.reads(), now); err != nil {
		return Sizes{}, fmt.Errorf("count tokens: %w", err)
	}
	if all.Damaged, err = s.DamagedIndexes(ctx); err != nil {
		return Sizes{}, fmt.Errorf("damaged indexes: %w", err)
	}
	if all.Behind, all.Lacking, err = unindexed(ctx, s.reads()); err != nil {
		return Sizes{}, fmt.Errorf("index of the audit log: %w", err)
	}
	return all, nil
}
