package users

import (
	"context"
	"errors"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// HasOwner reports whether there is an owner who is not deactivated.
func (s *Service) HasOwner(ctx context.Context) (bool, error) {
	return hasOwner(ctx, s.reads())
}

// hasOwner reports whether there is an owner who is not deactivated. An invited owner counts, as
// they can sign in.
func hasOwner(ctx context.Context, r database.Reader) (bool, error) {
	n, err := database.Count(ctx, r, `SELECT COUNT(*) FROM users WHERE role = 'owner' AND NOT deactivated AND kind = 'person'`)
	return n > 0, err
}

// EnsureOwners adds the people with those addresses as owners, or gives them the role if they
// are in the directory. It does nothing if there is an owner. It returns an [*InvalidError] that
// lists every mistake.
func (s *Service) EnsureOwners(ctx context.Context, addresses []string) error {
	err := s.change(ctx, Command(""), func(tx *changeTx) ([]Event, error) {
		if has, err := hasOwner(ctx, tx); err != nil || has {
			return nothing, err
		}
		var events []Event
		var mistakes []error
		for _, address := range addresses {
			more, err := tx.makeOwner(ctx, address)
			mistakes = append(mistakes, err)
			events = append(events, more...)
		}
		return events, joined(mistakes...)
	})
	if err != nil {
		return fmt.Errorf("add owners: %w", err)
	}
	return nil
}

// makeOwner adds the person with that address as an owner, or gives them the role,
// and returns the events. It returns an [*InvalidError] on owners.
func (c *changeTx) makeOwner(ctx context.Context, address string) ([]Event, error) {
	before, err := userByID(ctx, c, Canonical(address))
	if errors.Is(err, ErrNotFound) {
		if !Canonical(address).IsAddress() {
			return nothing, Invalid("owners", "“%s” is not an e-mail address.", address)
		}
		u, err := c.prepare(ctx, ActAddPerson, KindPerson, NewPerson{ID: address, Role: RoleOwner}, nil)
		if err != nil {
			return nothing, err
		}
		events, err := c.insert(ctx, u)
		if err == nil {
			err = c.unclaimed(ctx, u.ID)
		}
		if used, ok := errors.AsType[*AddressInUseError](err); ok {
			err = Invalid("owners", "%s signs in with the address %s. Name %s as owner, or reset the sign-in of %s first.",
				used.By[0].Label(), u.ID, used.By[0].ID, used.By[0].ID)
		}
		return events, err
	}
	if err != nil {
		return nothing, err
	}
	if before.Kind != KindPerson || before.deactivated {
		return nothing, Invalid("owners", "%s cannot be an owner: only a person who is not deactivated can.", before.Label())
	}
	if before.Role == RoleOwner { // named twice
		return nothing, nil
	}
	after := before
	after.Role = RoleOwner
	if after, err = updateUser(ctx, c, before, after); err != nil {
		return nothing, err
	}
	ends, err := c.endSessions(ctx, after, EndedRoleChanged)
	return append([]Event{newEvent(ActionRoleChanged, after, difference(before, after)...)}, ends...), err
}
