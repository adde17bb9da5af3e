package users

import (
	"context"
	"errors"

	"github.com/roboto-ai/console/internal/database"
)

// errPreviewed rolls back an item of a preview.
var errPreviewed = errors.New("users: the preview of a batch is rolled back")

// workItem carries out one item of a batch in a savepoint, sets its outcome, and returns its
// events. Of a preview it rolls back what it has done, and returns none.
func (c *changeTx) workItem(ctx context.Context, s *Service, b *Batch, i *BatchItem) ([]Event, error) {
	u, err := c.itemUser(ctx, b, i)
	if err != nil || i.Outcome != ItemOpen {
		return nothing, err
	}
	var events []Event
	act := batchActs[b.Act]
	err = c.attempt(ctx, b, func() (err error) {
		if act.may != "" {
			err = c.actor.May(act.may, u)
		}
		if err == nil {
			events, err = act.do(ctx, c, b, i, u)
		}
		if err == nil && len(events) > 0 {
			i.Outcome = ItemChanged
			i.Cause, err = c.causeOf(ctx, b.Act, u, events)
		}
		return err
	})
	switch {
	case err == nil || errors.Is(err, errPreviewed):
		if i.Outcome == ItemOpen {
			i.Outcome = ItemSame
		}
	case ctx.Err() != nil:
		return nothing, err
	case errors.Is(err, errMovedOn):
		i.Outcome, events = ItemMoved, nil
	default:
		i.Outcome, i.Cause, events = ItemRefused, refusalOf(err), nil
		if i.Cause.Code == CauseFault {
			s.config.Log.ErrorContext(ctx, "item of a batch", "batch", b.ID, "item", i.Number, "error", err)
		}
	}
	if b.State == BatchPrepared {
		return nothing, nil
	}
	return events, nil
}

// itemUser returns the user of an item. It sets the outcome of the item if the user has been
// deleted, or has been changed since the preview other than by the batch itself.
func (c *changeTx) itemUser(ctx context.Context, b *Batch, i *BatchItem) (User, error) {
	i.Outcome, i.Cause = ItemOpen, ItemCause{}
	if i.Key == "" && i.input != "" { // a user to be added
		return User{}, nil
	}
	u, err := userByKey(ctx, c, i.Key)
	if errors.Is(err, ErrNotFound) {
		i.Outcome, i.Cause.Code = ItemRefused, CauseDeleted
		i.Cause.Seq, err = c.newestEvent(ctx, `e.target_key = $1 AND e.action = 'user.deleted'`, i.Key)
		return u, err
	}
	if err != nil {
		return u, err
	}
	if b.State == BatchPrepared {
		i.version = u.Version
	}
	if i.version == 0 || i.version == u.Version {
		return u, nil
	}
	i.Cause.Seq, err = c.newestEvent(ctx, `e.target_key = $1 AND c.target_version > $2 AND e.group_id <> $3 AND `+OfRecord, i.Key, i.version, b.ID)
	if i.Cause.Seq != 0 {
		i.Outcome = ItemMoved
	}
	return u, err
}

// newestEvent returns the number of the newest event e for which a condition of this package
// holds, zero for none.
func (c *changeTx) newestEvent(ctx context.Context, condition string, args ...any) (int64, error) {
	found, err := eventsWhere(ctx, c, condition+` ORDER BY e.seq DESC LIMIT 1`, args...)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0].Seq, nil
}

// attempt runs do in a savepoint, which it rolls back after an error, and always for a preview. It
// returns the error of do, [ErrLastOwner] if no active owner would be left, or errPreviewed.
func (c *changeTx) attempt(ctx context.Context, b *Batch, do func() error) error {
	wrote, lost := c.wrote, c.lostOwner
	c.lostOwner = false
	err := database.Savepoint(ctx, c.tx, func() error {
		if err := do(); err != nil {
			return err
		}
		if err := c.keepAnOwnerAfter(ctx, b); err != nil {
			return err
		}
		if b.State == BatchPrepared {
			return errPreviewed
		}
		return nil
	})
	c.lostOwner = lost
	if err != nil {
		c.wrote = wrote
	}
	return err
}

// keepAnOwnerAfter is keepAnOwner for an item of a batch. In a preview it counts the owners whom
// earlier items would take away, too.
func (c *changeTx) keepAnOwnerAfter(ctx context.Context, b *Batch) error {
	if !c.lostOwner {
		return nil
	}
	n, err := countActiveOwners(ctx, c)
	if err == nil && b.State == BatchPrepared {
		var lost int
		lost, err = database.Count(ctx, c, `SELECT COUNT(*) FROM users u JOIN batch_items i ON i.user_key = u.key AND i.batch = $1 AND i.state = 'changed'
			WHERE u.role = 'owner' AND u.status = 'active' AND u.kind = 'person'`, b.ID)
		n -= lost
	}
	if err == nil && n <= 0 {
		return ErrLastOwner
	}
	return err
}

// causeOf returns what changes with an item: the fields of the user, and what goes with them.
func (c *changeTx) causeOf(ctx context.Context, act BatchAct, u User, events []Event) (cause ItemCause, err error) {
	for _, e := range events {
		switch {
		case e.Action == ActionEnded:
			cause.Effects.Sessions++
		case e.Action == ActionTokenDisabled:
			cause.Effects.Tokens++
		case u.Key == "" || e.Target.Key == u.Key:
			cause.Changes = append(cause.Changes, e.Changes...)
		case e.Action == ActionHandedOver:
			cause.Effects.Services++
		}
	}
	if u.Key == "" {
		cause.Effects.Added = 1
	}
	if act == BatchDeactivate {
		cause.Effects.Tokens, err = database.Count(ctx, c, `SELECT COUNT(*) FROM tokens WHERE user_key = $1 AND revoked_at IS NULL AND disabled_at IS NULL AND ends_at > $2`,
			u.Key, database.Time(c.now))
	}
	return cause, err
}

// refusalOf returns why an item is refused with an error.
func refusalOf(err error) ItemCause {
	undo, isUndo := errors.AsType[*UndoError](err)
	invalid, isInvalid := errors.AsType[*InvalidError](err)
	forbidden, isForbidden := errors.AsType[*ForbiddenError](err)
	switch {
	case errors.Is(err, ErrLastOwner):
		return ItemCause{Code: CauseLastOwner}
	case errors.Is(err, errOwnRole):
		return ItemCause{Code: CauseSelf}
	case errors.Is(err, errInputErased):
		return ItemCause{Code: CauseErased}
	case isUndo && undo.Cause == UndoErased:
		return ItemCause{Code: CauseErased}
	case errors.Is(err, errDeactivatedRow):
		return ItemCause{Code: CauseDeactivated, Field: string(ImportID)}
	case errors.Is(err, ErrTaken):
		return ItemCause{Code: CauseTaken}
	case isForbidden:
		return ItemCause{Code: CauseForbidden, Text: forbidden.Why}
	case isInvalid:
		return ItemCause{Code: CauseInvalid, Text: invalid.Fields[0].Message, Field: invalid.Fields[0].Field}
	}
	return ItemCause{Code: CauseFault}
}
