package history

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// Limits of [Service.Strangers].
const (
	strangersFor = 14 * 24 * time.Hour
	maxStrangers = 100
)

// Strangers returns the last refused sign-in of each verified address that is no user, of the
// last 14 days, newest first, 100 at most. It returns a [*users.ForbiddenError].
func (s *Service) Strangers(ctx context.Context, actor users.Actor) ([]users.RefusedSignIn, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all, err := database.Collect(ctx, s.db.Reads(), users.ScanRefusal, `SELECT `+users.RefusalColumns+` FROM refused_sign_ins
		WHERE number IN (SELECT MAX(number) FROM refused_sign_ins WHERE user_key = '' AND at > $1 AND reason IN ($2, $3) GROUP BY address)
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = refused_sign_ins.address)
		ORDER BY number DESC LIMIT $4`,
		database.Time(s.users.Now().Add(-strangersFor)), users.RefusedUninvited, users.RefusedDomain, maxStrangers)
	if err != nil {
		return nil, fmt.Errorf("refused sign-ins of strangers: %w", err)
	}
	return all, nil
}
