package users

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A change adds a segment to an FTS5 table, and a search reads all segments. FTS5 would merge them
// within the change (automerge), which delays one change in a hundred by far more than the others.
// So migration 10 turned that off: [Service.MergeIndexes] merges them in the background. Only where
// 128 segments of one size have come up meanwhile does a change merge them (crisismerge).
const mergedAtOnce = 16 // pages in one transaction, for which a change may have to wait

// mergeWithin is the statement by which FTS5 merges segments of one size while many rows are written.
func mergeWithin(table string) string {
	return `INSERT INTO ` + table + ` (` + table + `, rank) VALUES ('automerge', 4)`
}

// mergeBehind is the statement by which FTS5 leaves merging to [Service.MergeIndexes].
func mergeBehind(table string) string {
	return `INSERT INTO ` + table + ` (` + table + `, rank) VALUES ('automerge', 0)`
}

// MergeIndexes merges the segments of the full-text indexes of SQLite, in transactions of a
// millisecond, for at most a tenth of [IndexEvery]. It returns whether there is more to merge. The
// caller repeats it every [IndexEvery]; without a change in between it does nothing.
func (s *Service) MergeIndexes(ctx context.Context) (more bool, err error) {
	changes := s.Changes() + 1 // so that the first call merges what an earlier process has left
	if s.db.Engine() == database.PostgreSQL || s.merged.Load() == changes {
		return false, nil
	}
	began := time.Now()
	for _, x := range derivedIndexes {
		for more := true; more; {
			if time.Since(began) > IndexEvery/olderPart {
				return true, nil
			}
			if more, err = s.merge(ctx, x); err != nil {
				return false, fmt.Errorf("merge the %s: %w", x.what, err)
			}
		}
	}
	s.merged.Store(changes)
	return false, nil
}
