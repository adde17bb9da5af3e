package history

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// RefusedSignIns returns the newest refused sign-ins with an address, also of people who are not
// in the directory, five at most. It returns a [*users.ForbiddenError].
func (s *Service) RefusedSignIns(ctx context.Context, actor users.Actor, address string) ([]users.RefusedSignIn, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all, err := database.Collect(ctx, s.db.Reads(), users.ScanRefusal, `SELECT `+users.RefusalColumns+` FROM refused_sign_ins
		WHERE address = $1 ORDER BY at DESC, number DESC LIMIT 5`, users.Canonical(address))
	if err != nil {
		return nil, fmt.Errorf("refused sign-ins of %s: %w", address, err)
	}
	return all, nil
}
