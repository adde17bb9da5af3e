package users

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// A RestorePlan is what a restoration would bring back, and what it can't.
type RestorePlan struct {
	DeletedUser
	User   User // as they would be, except for version and user_id
	Taken  Ref  // the user who has the user_id now; zero if it is free
	Gone   Ref  // the responsible person of a service user, who can't be it any more; zero if they can
	Tokens int  // that have not ended
	Views  int

	Identities     []Identity
	LostIdentities []Identity // linked to another user meanwhile
	ResponsibleFor []User     // service users that they become responsible for again
	Left           int        // service users that were deleted or handed over meanwhile, or that the actor may not edit

	kept keptUser
}

// A Restoration is the request to restore a deleted user. ID is another user_id, where that at the
// deletion is taken; empty for the same.
type Restoration struct {
	ID     string
	Reason string
}

// RestorePlan returns what [Service.Restore] would do. It returns [ErrNotFound], and a
// [*ForbiddenError] if the actor does not see the directory.
func (s *Service) RestorePlan(ctx context.Context, actor Actor, key Key) (RestorePlan, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return RestorePlan{}, err
	}
	p, err := planRestore(ctx, s.reads(), actor, key)
	return p, wrap("plan to restore", ID(key), err)
}

// Restore restores a deleted user: record, identities, tokens, responsibilities and saved views,
// with an event that names the deletion. Sessions and uses of tokens do not come back.
//
// Restore returns [ErrNotFound], a [*ForbiddenError], and an [*InvalidError] on user_id, also if
// another user has it, and on reason.
func (s *Service) Restore(ctx context.Context, actor Actor, key Key, r Restoration) (u User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		u, events, err = tx.restore(ctx, key, r)
		return events, err
	})
	return u, wrap("restore", ID(key), err)
}

// restore is [Service.Restore] inside a change.
func (c *changeTx) restore(ctx context.Context, key Key, r Restoration) (User, []Event, error) {
	p, err := planRestore(ctx, c, c.actor, key)
	if err == nil {
		err = c.actor.May(ActRestore, p.User)
	}
	if err != nil {
		return User{}, nothing, err
	}
	u, changes := p.User, []Change(nil)
	if r.ID != "" && EnteredID(r.ID) != p.ID {
		u.ID = EnteredID(r.ID)
		changes = []Change{{Field: "user_id", Old: string(p.ID), New: string(u.ID)}}
	}
	reason, reasonErr := normalizeReason(r.Reason)
	if err := joined(reasonErr, c.checkRestored(ctx, u, len(changes) > 0)); err != nil {
		return User{}, nothing, err
	}
	c.subject, u.Version, u.UpdatedAt = u.Key, p.kept.record.Version+1, c.now
	if err := c.insertRestored(ctx, u, p); err != nil {
		return User{}, nothing, err
	}
	event := newEvent(ActionRestored, u, append(changes, difference(User{}, u)...)...).withReason(reason)
	event.Undoes = p.Seq
	events := append([]Event{event}, p.unlinked(u)...)
	for _, service := range p.ResponsibleFor {
		after := service
		after.Responsible = u.Ref()
		if after, err = updateUser(ctx, c, service, after); err != nil {
			return User{}, nothing, err
		}
		events = append(events, newEvent(ActionHandedOver, after, difference(service, after)...))
	}
	return u, events, nil
}

// checkRestored returns what is wrong with the user_id of a user to restore, which is another one
// than at the deletion if it has changed.
func (c *changeTx) checkRestored(ctx context.Context, u User, changed bool) error {
	if err := c.checkID(u); changed && err != nil {
		return err
	}
	_, err := userByID(ctx, c, u.ID)
	switch {
	case err == nil:
		return Invalid("user_id", "Another user has the user ID %s now. Choose another.", string(u.ID))
	case !errors.Is(err, ErrNotFound):
		return err
	}
	err = c.unclaimed(ctx, u.ID)
	if used, ok := errors.AsType[*AddressInUseError](err); ok {
		err = Invalid("user_id", "%s signs in with this address. Choose another user ID.", used.By[0].Label())
	}
	return err
}

// insertRestored writes the rows of a restored user.
func (c *changeTx) insertRestored(ctx context.Context, u User, p RestorePlan) error {
	if err := insertUser(ctx, c, u); err != nil {
		return err
	}
	for _, i := range p.Identities {
		if _, err := c.exec(ctx, insertOneIdentity, i.Issuer, i.Subject, u.Key, i.Address, database.Time(i.BoundAt), database.Time(i.SignedInAt)); err != nil {
			return err
		}
	}
	for _, t := range p.kept.data.Tokens {
		t.User = u.Ref()
		if err := insertToken(ctx, c, t.Token, Digest(t.Digest)); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE tokens SET disabled_at = $1, revoked_at = $2, replaced_by = $3, rotated_at = $4, used_at = $5, used_address = $6, used_tool = $7,
			used_on = $8 WHERE id = $9`, database.Time(t.DisabledAt), database.Time(t.RevokedAt), t.ReplacedBy, database.Time(t.RotatedAt),
			database.Time(t.LastUsed.At), t.LastUsed.Address, t.LastUsed.Tool, t.usedOn(), t.ID); err != nil {
			return err
		}
	}
	for _, v := range p.kept.data.Views {
		v.Owner = u.Ref()
		if err := c.addView(ctx, v); err != nil {
			return err
		}
	}
	return c.deleteKept(ctx, u.Key)
}

// usedOn returns the date of the last use of t, or of its issue while it is not used.
func (t Token) usedOn() Date {
	if t.LastUsed.At.IsZero() {
		return DateOf(t.IssuedAt)
	}
	return DateOf(t.LastUsed.At)
}

// unlinked returns the event that a restored person has no identity any more, or nothing.
func (p RestorePlan) unlinked(u User) []Event {
	if len(p.LostIdentities) == 0 || u.identified {
		return nothing
	}
	var changes []Change
	for _, i := range p.LostIdentities {
		changes = append(changes, Change{Field: "identity", Old: i.Issuer + " " + i.Subject})
	}
	return []Event{newEvent(ActionReset, u, changes...)}
}

// planRestore is [Service.RestorePlan] for a reader.
func planRestore(ctx context.Context, r database.Reader, actor Actor, key Key) (p RestorePlan, err error) {
	if p.DeletedUser, p.kept, err = keptByKey(ctx, r, key); err != nil {
		return RestorePlan{}, err
	}
	if p.User, p.Gone, err = p.kept.record.user(ctx, r, p.DeletedUser); err != nil {
		return RestorePlan{}, err
	}
	other, err := userByID(ctx, r, p.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return RestorePlan{}, err
	}
	p.Taken = other.Ref()
	for _, i := range p.kept.data.Identities {
		switch _, err := userByIdentity(ctx, r, i.Issuer, i.Subject); {
		case errors.Is(err, ErrNotFound):
			p.Identities = append(p.Identities, i)
		case err != nil:
			return RestorePlan{}, err
		default:
			p.LostIdentities = append(p.LostIdentities, i)
		}
	}
	p.User.identified = len(p.Identities) > 0
	p.User.derive()
	p.Views = len(p.kept.data.Views)
	p.Tokens = len(slices.DeleteFunc(slices.Clone(p.kept.data.Tokens), func(t keptToken) bool {
		return !t.RevokedAt.IsZero() || !t.EndsAt.After(p.DeletedAt)
	}))
	return p, p.planServices(ctx, r, actor)
}

// planServices sets the service users that the user becomes responsible for again: those with the
// responsible person whom the deletion set.
func (p *RestorePlan) planServices(ctx context.Context, r database.Reader, actor Actor) error {
	for _, k := range p.kept.data.HandedOver {
		service, err := userByKey(ctx, r, k.Service)
		switch {
		case errors.Is(err, ErrNotFound):
			p.Left++
		case err != nil:
			return err
		case service.Responsible.Key != k.To || p.User.deactivated || actor.May(ActEdit, service) != nil:
			p.Left++
		default:
			p.ResponsibleFor = append(p.ResponsibleFor, service)
		}
	}
	return nil
}

// user returns the record of a deleted user. A responsible person who is not an active person any
// more is left out, and returned as gone.
func (k keptRecord) user(ctx context.Context, r database.Reader, d DeletedUser) (u User, gone Ref, err error) {
	u = User{
		Key: d.Key, ID: d.ID, Kind: d.Kind, Channels: k.Channels, Types: k.Types, CreatedAt: k.CreatedAt, CreatedBy: Ref{Key: k.CreatedBy},
		SeenAt: k.SeenAt, Version: k.Version, deactivated: k.Deactivated,
	}
	for _, f := range recordFields {
		value := k.Fields[f.name]
		if f.text != nil {
			*f.text(&u) = value
			continue
		}
		if value == "" {
			continue
		}
		other, err := userByKey(ctx, r, Key(value))
		if err != nil && !errors.Is(err, ErrNotFound) {
			return User{}, Ref{}, fmt.Errorf("find %s: %w", f.name, err)
		}
		*f.person(&u) = Ref{Key(value), other.ID, other.Name, KindPerson}
	}
	if key := u.Responsible.Key; key != "" {
		now, err := userByKey(ctx, r, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return User{}, Ref{}, err
		}
		if err != nil || now.deactivated {
			gone, u.Responsible = u.Responsible, Ref{}
		}
	}
	return u, gone, nil
}
