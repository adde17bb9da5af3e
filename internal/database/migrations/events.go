package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/audit"
)

// batchSize is how many events are rewritten by one statement per table, and held in memory.
const batchSize = 200

// The new tables with their columns.
const (
	rewrittenEvents = `events_rewritten (seq, at, action, actor_key, target_key, via, request_id,
		group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)`
	rewrittenChanges  = `event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes)`
	rewrittenActors   = `event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent)`
	rewrittenMentions = `event_mentions (user_key, seq)`
)

// rewriteEvents is the rewrite of step 9: it copies every event from events and event_details
// to events_rewritten and the tables of its parts, with codes and keys instead of texts, and
// digests. An event whose details were erased gets the digests of empty parts, and no parts.
func rewriteEvents(ctx context.Context, tx *sql.Tx, parameter func(n int) string, progress func(done, total int64)) error {
	r := &eventRewriter{tx, parameter}
	var total, done int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM events`).Scan(&total); err != nil {
		return err
	}
	for last := int64(0); ; {
		batch, err := r.read(ctx, last)
		if err != nil {
			return fmt.Errorf("read the events after %d: %w", last, err)
		}
		if len(batch) == 0 {
			break
		}
		first := last + 1
		last = batch[len(batch)-1].Seq
		if err := r.write(ctx, batch); err != nil {
			return fmt.Errorf("rewrite the events %d to %d: %w", first, last, err)
		}
		done += int64(len(batch))
		progress(done, total)
	}
	return nil
}

// An oldEvent is an event from before step 9.
type oldEvent struct {
	audit.Row
	audit.ChangePart
	audit.ActorPart
	at     moment
	erased bool
}

// An eventRewriter rewrites events in a transaction.
type eventRewriter struct {
	tx        *sql.Tx
	parameter func(n int) string
}

// read returns the next batch of events after a number, unchanged.
func (r *eventRewriter) read(ctx context.Context, after int64) ([]oldEvent, error) {
	rows, err := r.tx.QueryContext(ctx, `SELECT e.seq, e.at, e.action, e.actor_key, e.target_key, e.via, e.request_id, d.seq IS NULL,
		COALESCE(d.target_id, ''), COALESCE(d.target_name, ''), COALESCE(d.target_kind, ''), COALESCE(d.target_version, 0), COALESCE(d.changes, '[]'),
		COALESCE(d.actor_id, ''), COALESCE(d.actor_name, ''), COALESCE(d.reason, ''), COALESCE(d.address, ''), COALESCE(d.user_agent, '')
		FROM events e LEFT JOIN event_details d ON d.seq = e.seq WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`, after, batchSize)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	batch := make([]oldEvent, 0, batchSize)
	for rows.Next() {
		var e oldEvent
		err := rows.Scan(&e.Seq, &e.at, &e.Action, &e.ActorKey, &e.TargetKey, &e.Via, &e.RequestID, &e.erased,
			&e.TargetID, &e.TargetName, &e.TargetKind, &e.TargetVersion, &e.Changes,
			&e.ActorID, &e.ActorName, &e.Reason, &e.Address, &e.UserAgent)
		if err != nil {
			return nil, err
		}
		e.At = e.at.time()
		batch = append(batch, e)
	}
	return batch, rows.Err()
}

// write writes a batch to the new tables.
func (r *eventRewriter) write(ctx context.Context, batch []oldEvent) error {
	var events, changes, actors, mentions []any
	for _, e := range batch {
		keys, err := r.rewrite(ctx, &e)
		if err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		changeNonce, actorNonce := audit.NewNonce(), audit.NewNonce()
		changeDigest, actorDigest := e.ChangePart.Digest(e.Row, changeNonce), e.ActorPart.Digest(e.Row, actorNonce)
		events = append(events, e.Seq, e.at.stored, e.Action, e.ActorKey, e.TargetKey, e.Via, e.RequestID,
			"", 0, "", "", 1, changeDigest[:], actorDigest[:])
		if e.erased {
			continue
		}
		changes = append(changes, e.Seq, changeNonce[:], e.TargetID, e.TargetName, e.TargetKind, e.TargetVersion, e.Changes)
		actors = append(actors, e.Seq, actorNonce[:], e.ActorID, e.ActorName, e.ActorKind, e.Reason, e.Address, e.UserAgent)
		for _, key := range keys {
			mentions = append(mentions, key, e.Seq)
		}
	}
	for _, rows := range []struct {
		into   string
		values []any
	}{{rewrittenEvents, events}, {rewrittenChanges, changes}, {rewrittenActors, actors}, {rewrittenMentions, mentions}} {
		if err := r.insert(ctx, rows.into, rows.values); err != nil {
			return err
		}
	}
	return nil
}

// insert inserts rows into a table. values holds the rows one after the other.
func (r *eventRewriter) insert(ctx context.Context, into string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	width := strings.Count(into, ",") + 1
	var b strings.Builder
	b.WriteString(`INSERT INTO ` + into + ` VALUES `)
	for i := range values {
		switch {
		case i == 0:
			b.WriteString(`(`)
		case i%width == 0:
			b.WriteString(`), (`)
		default:
			b.WriteString(`, `)
		}
		b.WriteString(r.parameter(i + 1))
	}
	_, err := r.tx.ExecContext(ctx, b.String()+`)`, values...)
	return err
}

// A moment is a time as stored by an engine: microseconds since 1970, or a time.
type moment struct{ stored any }

// Scan implements [sql.Scanner].
func (m *moment) Scan(src any) error {
	m.stored = src
	switch src.(type) {
	case int64, time.Time:
		return nil
	}
	return fmt.Errorf("a %T is not a time", src)
}

// time returns the time.
func (m moment) time() time.Time {
	if at, ok := m.stored.(time.Time); ok {
		return at.UTC()
	}
	return time.UnixMicro(m.stored.(int64)).UTC()
}
