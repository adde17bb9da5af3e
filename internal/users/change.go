package users

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A changeTx is a transaction that can write. Only [Service.change] makes one.
type changeTx struct {
	database.Reader
	tx        *sql.Tx
	now       time.Time // the time of the change, the same for all it writes
	actor     Actor     // with the role it has now, not the one of when the request came in
	token     Token     // that authenticates the actor; zero without one
	zone      string    // of the actor; empty for UTC
	request   Request   // see [Once]
	config    Config    // of the service
	subject   Key       // of the target
	wrote     bool
	engine    database.Engine
	group     string // of the events; empty for none
	newest    int64  // number of the newest event; 0 until it is read
	lostOwner bool   // an active owner is no longer one
}

// exec runs a statement that writes, and notes that the transaction has written.
func (c *changeTx) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.wrote = true
	return c.tx.ExecContext(ctx, query, args...)
}

// errUnaudited is a bug in this package: a change without an event.
var errUnaudited = errors.New("users: change without an event")

// change runs do in a transaction, which also records the events that do returns. This package
// writes in no other way, except for the bookkeeping of note.go and [Service.Load].
//
// do returns [nothing] if there is nothing to change; if it has written all the same, change
// rolls back and returns errUnaudited. It rolls back with [ErrLastOwner] if no active owner
// would be left.
//
// A request that was done before is not done again, see [Once]: change returns a [*DoneError].
// It returns [ErrUnknown] if the result of the commit is unknown; the request can be repeated.
func (s *Service) change(ctx context.Context, actor Actor, do func(*changeTx) ([]Event, error)) error {
	defer s.changes.Add(1)
	var events []Event
	err := s.db.Transact(ctx, func(sqlTx *sql.Tx) (err error) {
		tx := &changeTx{Reader: sqlTx, tx: sqlTx, now: s.Now(), actor: actor, request: requestIn(ctx), config: s.config, engine: s.db.Engine()}
		if err := tx.checkNotDone(ctx); err != nil {
			return err
		}
		if err := tx.reloadActor(ctx); err != nil {
			return err
		}
		events, err = do(tx)
		if err != nil {
			return err
		}
		if len(events) == 0 && tx.wrote {
			return errUnaudited
		}
		if err := tx.keepAnOwner(ctx); err != nil {
			return err
		}
		return tx.record(ctx, events)
	})
	if err == nil {
		s.countTokenChange(events)
		s.notify(events)
		requestIn(ctx).recorded(events)
	}
	return s.orDoneError(ctx, actor, err)
}

// record writes the events of a change, sets their numbers, and writes the request.
func (c *changeTx) record(ctx context.Context, events []Event) error {
	for i, event := range events {
		seq, err := insertEvent(ctx, c, event)
		if err != nil {
			return err
		}
		events[i].Seq = seq
	}
	if err := c.setDeletions(ctx, events); err != nil {
		return err
	}
	return c.addRequest(ctx, events)
}

// Changes returns how many changes this process has attempted so far. While it stays the same, a
// cache of users is valid, except for the changes of other processes.
func (s *Service) Changes() uint64 { return s.changes.Load() }

// TokenChanges is [Service.Changes] for changes of tokens and of the access of their users.
func (s *Service) TokenChanges() uint64 { return s.tokenChanges.Load() }

// countTokenChange counts a change whose events are about tokens or the access of their users.
func (s *Service) countTokenChange(events []Event) {
	if slices.ContainsFunc(events, func(e Event) bool {
		return strings.HasPrefix(string(e.Action), "token.") || e.Action == ActionDeactivated || e.Action == ActionReactivated || e.Action == ActionDeleted || e.Action == ActionRestored
	}) {
		s.tokenChanges.Add(1)
	}
}

// Recorded returns a channel that is closed when this process has recorded its next event.
func (s *Service) Recorded() <-chan struct{} { return *s.recorded.Load() }

// notify closes the channel of [Service.Recorded] and calls Config.Changed for each of the
// committed events.
func (s *Service) notify(events []Event) {
	if len(events) > 0 {
		next := make(chan struct{})
		close(*s.recorded.Swap(&next))
	}
	if s.config.Changed == nil {
		return
	}
	for _, event := range events {
		s.config.Changed(event.Action)
	}
}

// reloadActor reads the actor again, so that a demotion or deactivation since the beginning of
// the request takes effect.
func (c *changeTx) reloadActor(ctx context.Context) error {
	if c.actor.Key == "" {
		if c.actor.Kind != ActorOperator {
			c.actor.Role = ""
		}
		return nil
	}
	if c.actor.Token != "" {
		return c.reloadToken(ctx)
	}
	u, err := userByKey(ctx, c, c.actor.Key)
	if errors.Is(err, ErrNotFound) || err == nil && u.Status == StatusDeactivated {
		return ErrNoSession
	}
	c.actor, c.zone = c.actor.As(u), u.TimeZone
	return err
}

// today returns the date in the time zone of the actor.
func (c *changeTx) today() Date {
	zone, err := time.LoadLocation(c.zone)
	if err != nil { // a zone of an earlier version of the time zone database
		zone = time.UTC
	}
	return DateOf(c.now.In(zone))
}

// keepAnOwner returns [ErrLastOwner] if the transaction leaves no active owner.
func (c *changeTx) keepAnOwner(ctx context.Context) error {
	if !c.lostOwner {
		return nil
	}
	n, err := countActiveOwners(ctx, c)
	if err == nil && n == 0 {
		return ErrLastOwner
	}
	return err
}

// noteOwnerLoss notes that an active owner is no longer one after a change.
func (c *changeTx) noteOwnerLoss(before, after User) {
	c.lostOwner = c.lostOwner || before.activeOwner() && !after.activeOwner()
}
