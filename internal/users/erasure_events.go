package users

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/audit"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// How many events an erasure reads in one transaction, and how many it erases.
const (
	erasureLooks = 20_000
	erasedAtOnce = 500
)

// eraseSome continues the erasure of a user by one transaction, and reports whether there is more
// to do. It reads its state in that transaction, so consoles may take turns. It erases the events
// in the order of their numbers, except for the deletion of the user, which has the user_id and
// identities to find in texts: that is the last.
func (s *Service) eraseSome(ctx context.Context, key Key) (more bool, err error) {
	err = s.db.Transact(ctx, func(tx *sql.Tx) error {
		more = false
		p, err := scanErasure(tx.QueryRowContext(ctx, erasureOf, key))
		if errors.Is(err, ErrNotFound) { // another console has finished it
			return nil
		}
		if err == nil && p.last == 0 {
			err = tx.QueryRowContext(ctx, newestEventSeq).Scan(&p.last)
		}
		if err != nil || p.after >= p.last {
			return err
		}
		t, err := tracesOf(ctx, tx, key)
		if err != nil {
			return err
		}
		found, after, err := t.eventsOf(ctx, tx, p)
		if err != nil {
			return err
		}
		more = after < p.last
		work, err := s.erasing(ctx, tx, found)
		work = append(work, bookkeeping{`UPDATE erasures SET after_seq = $1, last_seq = $2 WHERE user_key = $3`, []any{after, p.last, key}})
		if err != nil {
			return err
		}
		return execAll(ctx, tx, work)
	})
	return more, err
}

// An erasedEvent is an event, and which of its parts to delete.
type erasedEvent struct {
	Event
	change, actor bool
}

// eventsOf returns the next events of p with parts that hold data of the user, and the number
// that it has read up to.
func (t traces) eventsOf(ctx context.Context, r database.Reader, p pendingErasure) (found []erasedEvent, after int64, err error) {
	to := min(p.last, p.after+erasureLooks)
	all, err := eventsWhere(ctx, r, `e.seq > $1 AND e.seq <= $2 AND (c.seq IS NOT NULL OR a.seq IS NOT NULL)
		AND (e.target_key = $3 OR e.actor_key = $3 OR EXISTS (SELECT 1 FROM event_mentions m WHERE m.user_key = $3 AND m.seq = e.seq)
			OR $4 <> '' AND (lower(c.changes) LIKE $4 ESCAPE '\' OR lower(c.changes) LIKE $5 ESCAPE '\' OR lower(a.reason) LIKE $4 ESCAPE '\'
				OR c.target_id = $6 OR a.actor_id = $6))
		AND NOT (e.target_key = $3 AND e.action = 'user.deleted') ORDER BY e.seq LIMIT $7`,
		append([]any{p.after, to, p.key}, append(t.patterns(), erasedAtOnce)...)...)
	if err != nil {
		return nil, 0, err
	}
	if len(all) == erasedAtOnce {
		to = all[len(all)-1].Seq
	} else if to == p.last {
		last, err := eventsWhere(ctx, r, `e.target_key = $1 AND e.action = 'user.deleted'`, p.key)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, last...)
	}
	for _, e := range all {
		if x := t.erased(e, p.key); x.change || x.actor {
			found = append(found, x)
		}
	}
	return found, to, nil
}

// patterns returns patterns of events that have the user's address in texts; empty without an
// address.
func (t traces) patterns() []any {
	if !t.address {
		return []any{"", "", ""}
	}
	like := t.likely()
	return []any{like[0], like[1], t.id}
}

// erased returns which parts of e hold data of the user with that key. The event of the erasure
// names the user by key only, so that only their data as its actor is erased.
func (t traces) erased(e Event, key Key) erasedEvent {
	x := erasedEvent{Event: e, actor: e.Actor.Key == key}
	if e.Target.Key == key && e.Action != ActionErased || e.Target.Key == "" && t.address && e.Target.ID == t.id {
		x.change, x.actor = true, true
	}
	ownView := e.ofView() && e.Target.Key == ""
	x.change = x.change || ownView && x.actor || slices.Contains(audit.Mentions(e.Changes), string(key)) ||
		slices.ContainsFunc(e.Changes, func(c Change) bool { return t.in(c.Old) || t.in(c.New) })
	x.actor = x.actor || t.in(e.Reason) || e.Actor.Key == "" && t.address && e.Actor.ID == t.id
	x.change, x.actor = x.change && !e.ChangeErased, x.actor && !e.ActorErased
	return x
}

// erasing returns the statements that delete parts of events, and their words from the index.
// What another console is about to add to the index is discarded, see [indexState.erasures].
func (s *Service) erasing(ctx context.Context, r database.Reader, all []erasedEvent) ([]bookkeeping, error) {
	if len(all) == 0 {
		return nil, nil
	}
	state, err := readIndexState(ctx, r)
	if err != nil {
		return nil, err
	}
	damaged, err := database.Count(ctx, r, `SELECT COUNT(*) FROM damaged_indexes WHERE engine = $1 AND name = 'event_words_index'`, s.db.Engine())
	if err != nil {
		return nil, err
	}
	var changes, actors database.Filter
	var changeSeqs, actorSeqs []string
	var old, left []indexedEvent
	for _, x := range all {
		rest := x.Event
		if x.change {
			changeSeqs, rest = append(changeSeqs, changes.Arg(x.Seq)), rest.withoutChange()
		}
		if x.actor {
			actorSeqs, rest = append(actorSeqs, actors.Arg(x.Seq)), rest.withoutActor()
		}
		if damaged == 0 && state.version == spelling.WordsVersion && x.Seq >= state.first && x.Seq <= state.last {
			old, left = append(old, x.indexed()), append(left, rest.indexed())
		}
	}
	work := []bookkeeping{{`UPDATE search_index SET erasures = erasures + 1 WHERE name = 'event_words'`, nil}}
	work = append(work, s.eventIndex().remove(old)...)
	work = append(work, s.eventIndex().add(left)...)
	if len(changeSeqs) > 0 {
		in := strings.Join(changeSeqs, `, `)
		work = append(work, bookkeeping{`DELETE FROM event_mentions WHERE seq IN (` + in + `)`, changes.Args}, bookkeeping{`DELETE FROM event_changes WHERE seq IN (` + in + `)`, changes.Args})
	}
	if len(actorSeqs) > 0 {
		work = append(work, bookkeeping{`DELETE FROM event_actors WHERE seq IN (` + strings.Join(actorSeqs, `, `) + `)`, actors.Args})
	}
	return work, nil
}

// withoutChange returns e with its change part erased.
func (e Event) withoutChange() Event {
	e.ChangeErased, e.Target, e.Changes, e.version = true, Ref{Key: e.Target.Key}, nil, 0
	return e
}

// withoutActor returns e with its actor part erased.
func (e Event) withoutActor() Event {
	e.ActorErased, e.Actor = true, Ref{Key: e.Actor.Key}
	e.actorKind, e.Reason, e.Address, e.UserAgent = "", "", "", ""
	return e
}
