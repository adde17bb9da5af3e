package users

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A NewPerson is a person to add, who is invited until the first sign-in.
type NewPerson struct {
	ID         string
	Name       string
	PictureURL string
	Role       Role            // empty means RoleUser
	Channels   map[string]bool // absent keys have their defaults: e-mail on
	Types      map[string]bool
	OrgFields
	Despite bool // even if other users sign in with the address, see [AddressInUseError]
	Exact   bool // a program sent ID: take it as it is, see [EnteredID]
}

// A NewServiceUser is a service user to create.
type NewServiceUser struct {
	NewPerson
	ServiceFields
}

// AddPerson adds a person and returns them.
//
// AddPerson returns a [*ForbiddenError], [ErrTaken] if the user_id is taken, an
// [*AddressInUseError], and an [*InvalidError] with all mistakes, such as a role that the actor
// may not assign.
func (s *Service) AddPerson(ctx context.Context, actor Actor, n NewPerson) (User, error) {
	u, err := s.create(ctx, actor, ActAddPerson, KindPerson, n, nil)
	return u, wrap("add person", Canonical(n.ID), err)
}

// CreateServiceUser creates a service user and returns it. Its errors are those
// of [Service.AddPerson].
func (s *Service) CreateServiceUser(ctx context.Context, actor Actor, n NewServiceUser) (User, error) {
	u, err := s.create(ctx, actor, ActCreateService, KindService, n.NewPerson, &n.ServiceFields)
	return u, wrap("create service user", Canonical(n.ID), err)
}

// CreateServiceUserWithToken is [Service.CreateServiceUser] that also issues the first token of the
// service user. It returns the token with its secret, which is not kept. Its errors are also those
// of [Service.IssueToken]; after one there is neither a user nor a token.
func (s *Service) CreateServiceUserWithToken(ctx context.Context, actor Actor, n NewServiceUser, first NewToken) (u User, t Token, secret string, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		var events, issued []Event
		if u, events, err = tx.create(ctx, ActCreateService, KindService, n.NewPerson, &n.ServiceFields); err != nil {
			return nothing, err
		}
		if err := tx.actor.May(ActIssueToken, u); err != nil {
			return nothing, err
		}
		t, secret, issued, err = tx.issueNew(ctx, s.config, u, first)
		return append(events, issued...), err
	})
	if err != nil {
		return User{}, Token{}, "", wrap("create service user", Canonical(n.ID), err)
	}
	return u, t, secret, nil
}

// AddSystemUser is [Service.CreateSystemUser] with a user_id only.
func (s *Service) AddSystemUser(ctx context.Context, actor Actor, id string) (User, error) {
	return s.CreateSystemUser(ctx, actor, NewPerson{ID: id})
}

// CreateSystemUser adds a user of the platform itself and returns it. Its errors are those
// of [Service.AddPerson].
func (s *Service) CreateSystemUser(ctx context.Context, actor Actor, n NewPerson) (User, error) {
	u, err := s.create(ctx, actor, ActAddSystem, KindSystem, n, nil)
	return u, wrap("add system user", Canonical(n.ID), err)
}

// create adds a user of any kind: permission, all mistakes at once, one event. f is nil except
// for a service user.
func (s *Service) create(ctx context.Context, actor Actor, act Act, kind Kind, n NewPerson, f *ServiceFields) (u User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		u, events, err = tx.create(ctx, act, kind, n, f)
		return events, err
	})
	return u, err
}

// create is [Service.create] inside a change.
func (c *changeTx) create(ctx context.Context, act Act, kind Kind, n NewPerson, f *ServiceFields) (User, []Event, error) {
	if err := c.actor.May(act, User{}); err != nil {
		return User{}, nothing, err
	}
	u, err := c.prepare(ctx, act, kind, n, f)
	if err != nil {
		return u, nothing, err
	}
	events, err := c.insert(ctx, u)
	if err == nil && !n.Despite {
		err = c.unclaimed(ctx, u.ID)
	}
	if used, ok := errors.AsType[*AddressInUseError](err); ok && kind != KindPerson { // its user_id may be any
		err = Invalid("user_id", "%s signs in with this address. Choose another user ID.", used.By[0].Label())
	}
	return u, events, err
}

// newUser returns a user with the defaults of a kind.
func newUser(kind Kind, id ID, by Actor, at time.Time) User {
	u := User{
		Key: newKey(), ID: id, Kind: kind, Role: RoleUser, TimeZone: "UTC",
		Channels: map[string]bool{"email": true}, Types: map[string]bool{"comment_mention": true},
		CreatedAt: at, UpdatedAt: at, Version: 1,
		CreatedBy: by.ref(),
	}
	u.derive()
	return u
}

// insert writes a new user and returns the event of it.
func (c *changeTx) insert(ctx context.Context, u User) ([]Event, error) {
	if err := insertUser(ctx, c, u); err != nil {
		return nothing, err
	}
	return []Event{created(u)}, nil
}

// created returns the event of a new user.
func created(u User) Event { return newEvent(ActionCreated, u, difference(User{}, u)...) }

// prepare returns the user of n, or all mistakes in it.
func (c *changeTx) prepare(ctx context.Context, act Act, kind Kind, n NewPerson, f *ServiceFields) (User, error) {
	id := EnteredID(n.ID)
	if n.Exact {
		id = Canonical(n.ID)
	}
	u := newUser(kind, id, c.actor, c.now)
	u, err := Fields{Name: &n.Name, PictureURL: &n.PictureURL, Channels: n.Channels, Types: n.Types}.apply(u)
	if n.Role != "" {
		u.Role = n.Role
	}
	u, orgErr := c.organise(ctx, act, u, n.OrgFields)
	var serviceErr error
	if f != nil {
		u, serviceErr = c.serve(ctx, u, *f)
	}
	return u, joined(c.checkID(u), err, c.checkRole(act, u), orgErr, serviceErr, check(User{TimeZone: "UTC"}, u, c.today()))
}

// checkID returns what is wrong with the user_id of a new user. A person who adds a
// person has to give an e-mail address.
func (c *changeTx) checkID(u User) error {
	why := u.ID.flaw()
	if u.Kind == KindPerson && c.actor.Kind == ActorPerson && (u.ID == "" || !u.ID.IsAddress()) {
		why = u.ID.strange() + "Enter the e-mail address they sign in with, like ana@example.com."
	}
	if why != "" {
		return Invalid("user_id", "%s", why)
	}
	return nil
}

// checkRole returns what is wrong with the role of a new user.
func (c *changeTx) checkRole(act Act, u User) error {
	switch may := c.actor.MayGive(act, u.Kind); {
	case slices.Contains(may, u.Role):
		return nil
	case !slices.Contains(Roles, u.Role):
		return Invalid("role", "Choose a role.")
	case !slices.Contains(rolesOf(u.Kind), u.Role):
		return Invalid("role", "A service user cannot be an owner.")
	default:
		return Invalid("role", "Your role is %s, so you can add users with the role user only.", c.actor.Role)
	}
}
