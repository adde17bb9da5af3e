package users

import (
	"context"
	"fmt"
)

// spellAtOnce is how many search texts are written in one transaction.
const spellAtOnce = 1000

// Spell writes the search texts that are missing: where an earlier version of the
// console spelled them otherwise, its successor's migration leaves them empty. It
// is quick where there are none, and otherwise tells now and then how many users it
// has come to.
func (s *Service) Spell(ctx context.Context, told func(done int)) error {
	for done := 0; ; {
		missing, err := UsersWhere(ctx, s.reads(), `u.search_text = '' LIMIT $1`, spellAtOnce)
		if err != nil || len(missing) == 0 {
			return err
		}
		all := make([]bookkeeping, len(missing))
		for i, u := range missing {
			all[i] = setSearchText(u)
		}
		if err := s.note(ctx, all...); err != nil {
			return fmt.Errorf("write search texts: %w", err)
		}
		done += len(missing)
		told(done)
	}
}
