package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// batchColumns are the columns of batches that scanBatch reads, in its order.
const batchColumns = `id, act, input, reason, actor_key, actor, query, undoes, state, cause,
	items, changed, same, refused, moved, effects, created_at, started_at, ended_at, expires_at`

// scanBatch reads batchColumns from a row. It returns [ErrNotFound] without one.
func scanBatch(row database.Scanner) (Batch, error) {
	var b Batch
	var values, actor, effects []byte
	err := row.Scan(&b.ID, &b.Act, &values, &b.Reason, &b.Actor.Key, &actor, &b.Query, &b.Undoes, &b.State, &b.Cause,
		&b.Items, &b.Changed, &b.Same, &b.Refused, &b.Moved, &effects, (*database.Time)(&b.CreatedAt), (*database.Time)(&b.StartedAt),
		(*database.Time)(&b.EndedAt), (*database.Time)(&b.ExpiresAt))
	if errors.Is(err, sql.ErrNoRows) {
		return Batch{}, ErrNotFound
	} else if err != nil {
		return Batch{}, err
	}
	err = errors.Join(json.Unmarshal(values, &b.Values), json.Unmarshal(actor, &b.actor), json.Unmarshal(effects, &b.Effects))
	b.Actor.ID, b.Actor.Name, b.Actor.Kind = b.actor.ID, b.actor.Name, Kind(b.actor.Kind)
	return b, err
}

// batchByID returns a batch that has not expired, or [ErrNotFound].
func batchByID(ctx context.Context, r database.Reader, id BatchID, now time.Time) (Batch, error) {
	return scanBatch(r.QueryRowContext(ctx, `SELECT `+batchColumns+` FROM batches WHERE id = $1 AND expires_at > $2`, id, database.Time(now)))
}

// addBatch returns the statement that writes a new batch without items.
func addBatch(b Batch) (bookkeeping, error) {
	values, err := json.Marshal(b.Values)
	if err != nil {
		return bookkeeping{}, err
	}
	actor, err := json.Marshal(b.actor)
	return bookkeeping{`INSERT INTO batches (id, act, input, reason, actor_key, actor, query, undoes, state, cause, items, changed, same, refused, moved,
			effects, created_at, started_at, ended_at, worker, leased_until, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, 0, 0, 0, '{}', $10, $11, NULL, '', $12, $13)`,
		[]any{b.ID, b.Act, string(values), b.Reason, b.Actor.Key, string(actor), b.Query, b.Undoes, b.State,
			database.Time(b.CreatedAt), database.Time(b.StartedAt), database.Time(NeverSeen), database.Time(b.ExpiresAt)}}, err
}

// Items are added by statements of so many rows, and so many rows and bytes in one transaction.
const (
	itemsPerStatement   = 500
	itemsPerTransaction = 5_000
	bytesPerTransaction = 1 << 20
)

// addItems returns the statements that write items of a batch.
func addItems(id BatchID, items []newItem) (all []bookkeeping) {
	for len(items) > 0 {
		some := items[:min(len(items), itemsPerStatement)]
		var f database.Filter
		batch, rows := f.Arg(id), make([]string, len(some))
		for i, item := range some {
			rows[i] = `(` + batch + `, ` + f.Arg(item.number) + `, ` + f.Arg(item.key) + `, ` + f.Arg(item.version) + `, ` + f.Arg(item.input) + `, '', '', 0)`
		}
		all = append(all, bookkeeping{`INSERT INTO batch_items (batch, item, user_key, version, input, state, cause, seq) VALUES ` + strings.Join(rows, `, `), f.Args})
		items = items[len(some):]
	}
	return all
}

// publishBatch makes a batch that has all of its items ready for work.
func publishBatch(id BatchID, items int, expires time.Time) bookkeeping {
	return bookkeeping{`UPDATE batches SET items = $1, expires_at = $2 WHERE id = $3`, []any{items, database.Time(expires), id}}
}

// expirePrepared has the oldest batches expire that an actor has prepared and not started, except
// for [maxPrepared].
func expirePrepared(actor Key, now time.Time) bookkeeping {
	return bookkeeping{`UPDATE batches SET expires_at = $1 WHERE actor_key = $2 AND state = 'prepared' AND id NOT IN (
		SELECT id FROM batches WHERE actor_key = $2 AND state = 'prepared' ORDER BY created_at DESC, id LIMIT $3)`,
		[]any{database.Time(now), actor, maxPrepared}}
}

// claimBatch takes or renews the lease of a console on a batch that has work, and returns the
// batch. It returns [ErrNotFound] if there is nothing to do, or another console has the lease.
func (c *changeTx) claimBatch(ctx context.Context, id BatchID, worker string) (Batch, error) {
	return scanBatch(c.QueryRowContext(ctx, `UPDATE batches SET worker = $1, leased_until = $2
		WHERE id = $3 AND state IN ('prepared', 'running') AND items > changed + same + refused + moved AND expires_at > $4
			AND (worker = $1 OR leased_until <= $4 OR leased_until > $5) RETURNING `+batchColumns,
		worker, database.Time(c.now.Add(batchLease)), id, database.Time(c.now), database.Time(c.now.Add(clockWrong))))
}

// nextItems returns the next items of a batch without an outcome, in their order.
func nextItems(ctx context.Context, r database.Reader, b Batch, n int) ([]BatchItem, error) {
	return database.Collect(ctx, r, scanItem, `SELECT `+itemColumns+` FROM batch_items i WHERE i.batch = $1 AND i.item > $2 ORDER BY i.item LIMIT $3`, b.ID, b.Worked(), n)
}

// setItem sets the outcome of an item.
func setItem(id BatchID, i BatchItem) (bookkeeping, error) {
	cause, err := json.Marshal(i.Cause)
	return bookkeeping{`UPDATE batch_items SET state = $1, cause = $2, seq = $3, version = $4, user_key = $5 WHERE batch = $6 AND item = $7`,
		[]any{i.Outcome, string(cause), i.Seq, i.version, i.Key, id, i.Number}}, err
}

// setProgress sets the state of a batch, and the counts and effects of its items.
func setProgress(b Batch) (bookkeeping, error) {
	effects, err := json.Marshal(b.Effects)
	return bookkeeping{`UPDATE batches SET state = $1, cause = $2, changed = $3, same = $4, refused = $5, moved = $6, effects = $7, ended_at = $8, expires_at = $9
		WHERE id = $10`,
		[]any{b.State, b.Cause, b.Changed, b.Same, b.Refused, b.Moved, string(effects), database.Time(b.EndedAt), database.Time(b.ExpiresAt), b.ID}}, err
}

// setStarted sets that a batch runs, by an actor, from its first item on.
func setStarted(b Batch) (bookkeeping, error) {
	actor, err := json.Marshal(b.actor)
	return bookkeeping{`UPDATE batches SET state = 'running', reason = $1, actor = $2, started_at = $3, changed = 0, same = 0, refused = 0, moved = 0, effects = '{}',
		worker = '', leased_until = $4, expires_at = $5 WHERE id = $6`,
		[]any{b.Reason, string(actor), database.Time(b.StartedAt), database.Time(NeverSeen), database.Time(b.ExpiresAt), b.ID}}, err
}

// releaseBatches ends the leases of a console that stops.
func releaseBatches(worker string) bookkeeping {
	return bookkeeping{`UPDATE batches SET worker = '', leased_until = $1 WHERE worker = $2`, []any{database.Time(NeverSeen), worker}}
}

// itemsDeletedAtOnce is how many items of expired batches one run of [Service.Tidy] deletes.
const itemsDeletedAtOnce = 20_000

// deleteExpiredBatches deletes the next items of an expired batch, and batches without items.
func deleteExpiredBatches(now time.Time) []bookkeeping {
	const next = `(SELECT b.id FROM batches b WHERE b.expires_at <= $1 AND EXISTS (SELECT 1 FROM batch_items i WHERE i.batch = b.id) ORDER BY b.expires_at, b.id LIMIT 1)`
	at := database.Time(now)
	return []bookkeeping{
		{`DELETE FROM batch_items WHERE batch = ` + next + ` AND item < $2 + (SELECT MIN(x.item) FROM batch_items x WHERE x.batch = ` + next + `)`,
			[]any{at, itemsDeletedAtOnce}},
		{`DELETE FROM batches WHERE expires_at <= $1 AND NOT EXISTS (SELECT 1 FROM batch_items i WHERE i.batch = batches.id)`, []any{at}},
	}
}
