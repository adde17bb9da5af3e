package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/roboto-ai/console/internal/database"
)

// eventColumns are the columns scanEvent reads, in its order. An event whose
// details are erased is told by its keys alone.
const eventColumns = `e.seq, e.at, e.action, e.actor_key, e.target_key, e.via, e.request_id, d.seq IS NULL,
	COALESCE(d.actor_id, ''), COALESCE(d.actor_name, ''), COALESCE(d.target_id, ''), COALESCE(d.target_name, ''), COALESCE(d.target_kind, ''),
	COALESCE(d.target_version, 0), COALESCE(d.changes, '[]'), COALESCE(d.reason, ''), COALESCE(d.address, ''), COALESCE(d.user_agent, '')`

const eventTables = ` FROM events e LEFT JOIN event_details d ON d.seq = e.seq `

// ofRecord is the condition of events that changed a record.
const ofRecord = `e.action NOT IN ('session.started', 'session.ended', 'session.refused', 'identity.moved', 'access.refused')`

// scanEvent reads eventColumns from a row. It returns [ErrNotFound] where there is
// none.
func scanEvent(row scanner) (Event, error) {
	var e Event
	var changes []byte
	err := row.Scan(&e.Seq, (*database.Time)(&e.At), &e.Action, &e.Actor.Key, &e.Target.Key, &e.Via, &e.RequestID, &e.Erased,
		&e.Actor.ID, &e.Actor.Name, &e.Target.ID, &e.Target.Name, &e.Target.Kind,
		&e.version, &changes, &e.Reason, &e.Address, &e.UserAgent)
	if errors.Is(err, sql.ErrNoRows) {
		return Event{}, ErrNotFound
	} else if err != nil {
		return Event{}, err
	}
	return e, json.Unmarshal(changes, &e.Changes)
}

// eventsWhere returns the events for which the condition holds, which may end in
// an order. The condition is a text of this package; values come as args.
func eventsWhere(ctx context.Context, r reader, condition string, args ...any) ([]Event, error) {
	return collect(ctx, r, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE `+condition, args...)
}

// intoEvents and intoDetails begin what writes the two parts of events, after
// INSERT; eventValues and detailValues are one row of each. The values are the
// event's number and its [Event.columns], and the number and [Event.details].
const (
	intoEvents  = ` INTO events (seq, at, action, actor_key, target_key, via, request_id) `
	eventValues = `(?, ?, ?, ?, ?, ?, ?)`
	intoDetails = ` INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version,
		changes, reason, address, user_agent) VALUES `
	detailValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// What writes the two parts of one event, the first of which gets the next number
// without a gap.
var (
	insertNextEvent = `INSERT` + intoEvents + `SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6 FROM events RETURNING seq`
	insertItsDetail = `INSERT` + intoDetails + numbered(detailValues)
)

// columns returns the fixed part of e, but for its number.
func (e Event) columns() []any {
	return []any{database.Time(e.At), e.Action, e.Actor.Key, e.Target.Key, e.Via, e.RequestID}
}

// details returns the part of e that can be erased, but for its number.
func (e Event) details() ([]any, error) {
	changes, err := json.Marshal(append([]Change{}, e.Changes...))
	return []any{e.Actor.ID, e.Actor.Name, e.Target.ID, e.Target.Name, e.Target.Kind, e.version,
		string(changes), e.Reason, e.Address, e.UserAgent}, err
}

// insertEvent writes both parts of an event, as an act of the transaction's actor
// at its time, and returns its number.
func insertEvent(ctx context.Context, tx *changeTx, e Event) (seq int64, err error) {
	e = e.by(tx.actor, tx.now)
	details, err := e.details()
	if err != nil {
		return 0, err
	}
	tx.wrote = true
	if err := tx.QueryRowContext(ctx, insertNextEvent, e.columns()...).Scan(&seq); err != nil {
		return 0, err
	}
	_, err = tx.exec(ctx, insertItsDetail, append([]any{seq}, details...)...)
	return seq, err
}
