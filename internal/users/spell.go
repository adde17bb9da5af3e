package users

import (
	"context"
	"fmt"
)

// spellAtOnce is how many search texts are written in one transaction.
const spellAtOnce = 1000

// Spell writes missing search texts, which a migration empties if this version of the console spells
// them differently. It is fast if none is missing, and otherwise calls progress now and then with
// the number of users done.
func (s *Service) Spell(ctx context.Context, progress func(done int)) error {
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
		progress(done)
	}
}
