package users

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// EventColumns are the columns of [EventTables] that [ScanEvent] reads, in its order. Of a part
// that is erased the keys in the fixed row are left.
const EventColumns = `e.seq, e.at, e.action, e.actor_key, e.target_key, e.via, e.request_id, e.group_id, e.undoes, e.token_id, e.tool,
	c.seq IS NULL, COALESCE(c.target_id, ''), COALESCE(c.target_name, ''), COALESCE(c.target_kind, ''), COALESCE(c.target_version, 0), COALESCE(c.changes, '[]'),
	a.seq IS NULL, COALESCE(a.actor_id, ''), COALESCE(a.actor_name, ''), COALESCE(a.actor_kind, ''), COALESCE(a.reason, ''), COALESCE(a.address, ''), COALESCE(a.user_agent, '')`

// EventParts joins the parts of the event e: what was changed as c, the actor's data as a.
const EventParts = ` LEFT JOIN event_changes c ON c.seq = e.seq LEFT JOIN event_actors a ON a.seq = e.seq `

// EventTables are the events e with their parts.
const EventTables = ` FROM events e` + EventParts

// OfRecord is the condition of the events e that changed a record.
const OfRecord = `e.action NOT IN ('session.started', 'session.ended', 'session.refused', 'identity.moved', 'access.refused')`

// ScanEvent reads [EventColumns] from a row. It returns [ErrNotFound] where there is
// none.
func ScanEvent(row database.Scanner) (Event, error) {
	var e Event
	var changes []byte
	err := row.Scan(&e.Seq, (*database.Time)(&e.At), &e.Action, &e.Actor.Key, &e.Target.Key, &e.Via, &e.RequestID, &e.Group, &e.Undoes, &e.Token, &e.Tool,
		&e.ChangeErased, &e.Target.ID, &e.Target.Name, &e.Target.Kind, &e.version, &changes,
		&e.ActorErased, &e.Actor.ID, &e.Actor.Name, &e.actorKind, &e.Reason, &e.Address, &e.UserAgent)
	if errors.Is(err, sql.ErrNoRows) {
		return Event{}, ErrNotFound
	} else if err != nil {
		return Event{}, err
	}
	return e, json.Unmarshal(changes, &e.Changes)
}

// eventsWhere returns the events for which the condition holds, which may end in
// an order. The condition is a text of this package; values come as args.
func eventsWhere(ctx context.Context, r database.Reader, condition string, args ...any) ([]Event, error) {
	return database.Collect(ctx, r, ScanEvent, `SELECT `+EventColumns+EventTables+`WHERE `+condition, args...)
}

// intoEvents and the like begin what writes the rows of events, after INSERT; eventValues and
// the like are one row of each. The values are those of [Event.rows].
const (
	intoEvents = ` INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool,
		encoding, change_digest, actor_digest) VALUES `
	eventValues    = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	intoChanges    = ` INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes) VALUES `
	changeValues   = `(?, ?, ?, ?, ?, ?, ?)`
	intoActors     = ` INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent) VALUES `
	actorValues    = `(?, ?, ?, ?, ?, ?, ?, ?)`
	intoMentions   = ` INTO event_mentions (user_key, seq) VALUES `
	mentionValues  = `(?, ?)`
	newestEventSeq = `SELECT COALESCE(MAX(seq), 0) FROM events`
)

// What writes one row of each table of events.
var (
	insertFixedRow = `INSERT` + intoEvents + numbered(eventValues)
	insertChanges  = `INSERT` + intoChanges + numbered(changeValues)
	insertActor    = `INSERT` + intoActors + numbered(actorValues)
	insertMention  = `INSERT` + intoMentions + numbered(mentionValues)
)

// insertEvent writes an event, as an act of the transaction's actor at its time, and returns
// its number: the next without a gap.
func insertEvent(ctx context.Context, tx *changeTx, e Event) (seq int64, err error) {
	if seq, err = tx.nextSeq(ctx); err != nil {
		return 0, err
	}
	actor := tx.actor
	if e.by != nil {
		actor = *e.by
	}
	e = e.withActor(actor, tx.now)
	e.Seq, e.Group = seq, cmp.Or(e.Group, tx.group)
	rows, err := e.rows()
	if err != nil {
		return 0, err
	}
	if err := rows.insert(ctx, tx); err != nil {
		return 0, err
	}
	tx.newest = e.Seq
	return e.Seq, nil
}

// nextSeq returns the number of the next event.
func (c *changeTx) nextSeq(ctx context.Context) (int64, error) {
	if c.newest > 0 {
		return c.newest + 1, nil
	}
	err := c.QueryRowContext(ctx, newestEventSeq).Scan(&c.newest)
	return c.newest + 1, err
}

// insert writes the rows of one event.
func (r eventRows) insert(ctx context.Context, tx *changeTx) error {
	type statement struct {
		text   string
		values []any
	}
	all := []statement{{insertFixedRow, r.fixed}, {insertChanges, r.changes}, {insertActor, r.actor}}
	if tx.engine == database.PostgreSQL {
		all = []statement{{insertEventAtOnce, slices.Concat(r.fixed, r.changes, r.actor)}}
	}
	for _, mention := range r.mentions {
		all = append(all, statement{insertMention, mention})
	}
	for _, one := range all {
		if _, err := tx.exec(ctx, one.text, one.values...); err != nil {
			return err
		}
	}
	return nil
}
