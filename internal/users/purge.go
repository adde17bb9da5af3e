package users

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// A Purging is the request to delete a deleted user for good. Confirm repeats the user_id.
type Purging struct {
	Confirm string
	Reason  string
}

// Purge deletes for good what is stored of a deleted user, who can't be restored then. The history
// stays until it is erased. Purge returns [ErrNotFound], a [*ForbiddenError], and an
// [*InvalidError] on confirm and reason.
func (s *Service) Purge(ctx context.Context, actor Actor, key Key, p Purging) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		d, k, err := keptByKey(ctx, tx, key)
		if err == nil {
			err = tx.actor.May(ActDelete, d.user())
		}
		if err != nil {
			return nothing, err
		}
		reason, err := normalizeReason(p.Reason)
		if err := joined(confirmed(d.ID, p.Confirm), err); err != nil {
			return nothing, err
		}
		tx.subject = key
		return tx.purge(ctx, d, k, reason)
	})
	return wrap("delete for good", ID(key), err)
}

// purge is [Service.Purge] inside a change, after the check of permissions. It revokes the tokens
// that have not ended.
func (c *changeTx) purge(ctx context.Context, d DeletedUser, k keptUser, reason string) ([]Event, error) {
	var events []Event
	u := d.user()
	u.Version = k.record.Version
	for _, t := range k.data.Tokens {
		if t.RevokedAt.IsZero() && t.EndsAt.After(c.now) {
			events = append(events, tokenEvent(ActionTokenRevoked, u, t.Token, endOf(t.Token, string(lossDeleted))...))
		}
	}
	if _, err := c.exec(ctx, `DELETE FROM refused_sign_ins WHERE user_key = $1`, d.Key); err != nil {
		return nothing, err
	}
	return append(events, newEvent(ActionPurged, u).withReason(reason)), c.deleteKept(ctx, d.Key)
}

// purgeDue purges the deleted users whose grace has ended, each in a change of its own, with the
// console as the actor.
func (s *Service) purgeDue(ctx context.Context) error {
	due, err := database.Collect(ctx, s.lookUps(), func(row database.Scanner) (key Key, err error) { return key, row.Scan(&key) },
		`SELECT key FROM deleted_users WHERE ends_at <= $1 ORDER BY ends_at, key`, database.Time(s.Now()))
	if err != nil {
		return fmt.Errorf("find deletions that are final: %w", err)
	}
	for _, key := range due {
		err := s.change(ctx, consoleActor(""), func(tx *changeTx) ([]Event, error) {
			d, k, err := keptByKey(ctx, tx, key)
			if errors.Is(err, ErrNotFound) { // restored or purged meanwhile
				return nothing, nil
			} else if err != nil {
				return nothing, err
			}
			return tx.purge(ctx, d, k, "")
		})
		if err != nil {
			return wrap("delete for good", ID(key), err)
		}
	}
	return nil
}

// purgeKept purges the user of an erasure, if they can be restored.
func (c *changeTx) purgeKept(ctx context.Context, key Key) ([]Event, error) {
	d, k, err := keptByKey(ctx, c, key)
	if errors.Is(err, ErrNotFound) {
		return nothing, nil
	} else if err != nil {
		return nothing, err
	}
	return c.purge(ctx, d, k, "")
}

// forgetKeptViews deletes the views of deleted users that have the address of an erased user.
func (c *changeTx) forgetKeptViews(ctx context.Context, t traces) error {
	all, err := database.Collect(ctx, c, func(row database.Scanner) (key Key, err error) { return key, row.Scan(&key) },
		`SELECT key FROM deleted_users WHERE kept LIKE '%"Views":[%'`)
	for _, key := range all {
		if err == nil {
			err = c.forgetViewsOf(ctx, key, t)
		}
	}
	return err
}

// forgetViewsOf deletes the views of a deleted user that have the address of an erased user.
func (c *changeTx) forgetViewsOf(ctx context.Context, key Key, t traces) error {
	_, k, err := keptByKey(ctx, c, key)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(k.data.Views), func(v SavedView) bool { return t.in(v.Name) || t.in(v.Query) })
	if len(left) == len(k.data.Views) {
		return nil
	}
	k.data.Views = left
	data, err := json.Marshal(k.data)
	if err == nil {
		_, err = c.exec(ctx, `UPDATE deleted_users SET kept = $1 WHERE key = $2`, string(data), key)
	}
	return err
}
