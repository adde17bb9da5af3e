package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// eventColumns are the columns scanEvent reads, in its order. An event whose
// details are erased is told by its keys alone.
const eventColumns = `e.seq, e.at, e.action, e.actor_key, e.target_key, e.via, e.request_id, d.seq IS NULL,
	COALESCE(d.actor_id, ''), COALESCE(d.actor_name, ''), COALESCE(d.target_id, ''), COALESCE(d.target_name, ''), COALESCE(d.target_kind, ''),
	COALESCE(d.target_version, 0), COALESCE(d.changes, '[]'), COALESCE(d.reason, ''), COALESCE(d.address, ''), COALESCE(d.user_agent, '')`

const eventTables = ` FROM events e LEFT JOIN event_details d ON d.seq = e.seq `

// ofRecord is the condition of events that changed a record.
const ofRecord = `e.action NOT IN ('session.started', 'session.ended', 'session.refused', 'access.refused')`

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

// insertEvent writes both parts of an event, as an act of the transaction's actor
// at its time. The row's number is the next without a gap.
func insertEvent(ctx context.Context, tx *changeTx, e Event) error {
	a := tx.actor
	changes, err := json.Marshal(append([]Change{}, e.Changes...))
	if err != nil {
		return err
	}
	var seq int64
	tx.wrote = true
	err = tx.QueryRowContext(ctx, `
		INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id)
		VALUES (COALESCE((SELECT MAX(seq) FROM events), 0) + 1, $1, $2, $3, $4, $5, $6)
		RETURNING seq`,
		database.Time(tx.now), e.Action, a.Key, e.Target.Key, a.Via, a.RequestID).Scan(&seq)
	if err != nil {
		return err
	}
	search := fold(strings.Join([]string{string(a.ID), a.Name, string(e.Target.ID), e.Target.Name, e.Reason}, " "))
	_, err = tx.exec(ctx, `
		INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version,
			changes, reason, address, user_agent, search_text)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		seq, a.ID, a.Name, e.Target.ID, e.Target.Name, e.Target.Kind, e.version,
		string(changes), e.Reason, a.Address, a.UserAgent, search)
	return err
}
