package history

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// departuresFor is how long [Service.RefusedDepartures] returns what was refused.
const departuresFor = 30 * 24 * time.Hour

// refusedDepartures selects the numbers of the events of [Service.RefusedDepartures]. Its arguments
// are those of refusedArgs.
const refusedDepartures = `SELECT v.seq FROM events v JOIN event_changes c ON c.seq = v.seq JOIN users u ON u.key = v.target_key
	WHERE v.action = $1 AND v.at >= $2 AND u.status <> $3 AND c.changes LIKE '%"cause"%'
		AND NOT EXISTS (SELECT 1 FROM planned_departures p WHERE p.user_key = u.key)
		AND NOT EXISTS (SELECT 1 FROM events w WHERE w.target_key = v.target_key AND w.action = $1 AND w.seq > v.seq)
	UNION ALL SELECT MAX(v.seq) FROM events v JOIN event_changes c ON c.seq = v.seq JOIN users u ON u.key = v.target_key
	WHERE v.action = $4 AND v.via = $5 AND v.at >= $2 AND u.responsible_key IS NULL AND c.changes LIKE '%"heir_gone"%' GROUP BY v.target_key`

func (s *Service) refusedArgs() []any {
	return []any{users.ActionLeaveDropped, database.Time(s.users.Now().Add(-departuresFor)), users.StatusDeactivated, users.ActionHandedOver, users.ViaSchedule}
}

// RefusedDepartures returns what was refused of the planned departures of the last 30 days and is
// still open, newest first: the cancellation of the departure of a user who is not deactivated and
// has no new plan, and the hand-over of a service user that has no responsible person yet. The
// change of the field "cause" says why. It returns a [*users.ForbiddenError].
func (s *Service) RefusedDepartures(ctx context.Context, actor users.Actor) ([]users.Event, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all, err := eventsWhere(ctx, s.db.Reads(), `e.seq IN (`+refusedDepartures+`) ORDER BY e.seq DESC`, s.refusedArgs()...)
	if err == nil {
		err = s.finish(ctx, actor, all)
	}
	if err != nil {
		return nil, fmt.Errorf("refused departures: %w", err)
	}
	return all, nil
}

// Waiting returns how many events [Service.RefusedDepartures] has and how many sign-ins
// [Service.Strangers], in one statement. It returns a [*users.ForbiddenError].
func (s *Service) Waiting(ctx context.Context, actor users.Actor) (departures, strangers int, err error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return 0, 0, err
	}
	err = s.db.Reads().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM (`+refusedDepartures+`) AS d),
		(SELECT COUNT(*) FROM refused_sign_ins WHERE `+ofStrangers(`$6`, `$7`, `$8`)+`)`, append(s.refusedArgs(), s.strangerArgs()...)...).Scan(&departures, &strangers)
	if err != nil {
		return 0, 0, fmt.Errorf("count what waits: %w", err)
	}
	return departures, min(strangers, maxStrangers), nil
}
