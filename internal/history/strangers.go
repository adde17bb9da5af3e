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

// ofStrangers is the condition of the refused sign-ins that [Service.Strangers] returns. Its
// arguments are those of strangerArgs, as they are named.
func ofStrangers(since, uninvited, domain string) string {
	return `number IN (SELECT MAX(number) FROM refused_sign_ins WHERE user_key = '' AND at > ` + since + ` AND reason IN (` + uninvited + `, ` + domain + `) GROUP BY address)
		AND NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = refused_sign_ins.address)`
}

func (s *Service) strangerArgs() []any {
	return []any{database.Time(s.users.Now().Add(-strangersFor)), users.RefusedUninvited, users.RefusedDomain}
}

// Strangers returns the last refused sign-in of each verified address that is no user, of the
// last 14 days, newest first, 100 at most. It returns a [*users.ForbiddenError].
func (s *Service) Strangers(ctx context.Context, actor users.Actor) ([]users.RefusedSignIn, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all, err := database.Collect(ctx, s.db.Reads(), users.ScanRefusal, `SELECT `+users.RefusalColumns+` FROM refused_sign_ins
		WHERE `+ofStrangers(`$1`, `$2`, `$3`)+` ORDER BY number DESC LIMIT $4`, append(s.strangerArgs(), maxStrangers)...)
	if err != nil {
		return nil, fmt.Errorf("refused sign-ins of strangers: %w", err)
	}
	return all, nil
}
