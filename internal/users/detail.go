package users

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// A Detail is the content of a user's page.
type Detail struct {
	User           User
	Identities     []Identity
	LastRefusal    *RefusedSignIn // nil if none is stored
	ResponsibleFor []User         // service users, by name
	Sessions       []Session      // that may still be used, last used first
	LastOwner      bool           // the only active owner

	Tokens      int               // that have not ended, disabled ones too; 0 where the actor may not see them
	Departure   *PlannedDeparture // nil if none is planned
	NoticesSeen int64             // see [Service.SeeNotices]
}

// Consequences are what would change if a user were deactivated or deleted, or their sign-in
// reset.
type Consequences struct {
	User           User
	Sessions       []Session // that would end
	ResponsibleFor []User    // that would be handed over
	LastOwner      bool      // the change would be refused
	SignsUp        bool      // after a deletion, a sign-in with the address creates a new user

	Tokens      []Token // of the user, not ended, newest first
	KnownTokens []Token // of other users, not ended, whose secret the person saw, if the actor may see them

	Identities []Identity      // linked
	Refused    []RefusedSignIn // the newest with each other identity, three at most
}

// User returns a user. It returns [ErrNotFound] and a [*ForbiddenError]; an actor who may not see
// the directory does not learn who is in it.
func (s *Service) User(ctx context.Context, actor Actor, id ID) (User, error) {
	u, err := targetOf(ctx, s.lookUps(), actor, Canonical(string(id)), ActSee)
	return u, wrap("find user", id, err)
}

// OwnServiceUsers returns the service users that the actor is responsible for, by name.
func (s *Service) OwnServiceUsers(ctx context.Context, actor Actor) ([]User, error) {
	own, err := responsibleFor(ctx, s.reads(), actor.Key)
	return own, wrap("list service users of", actor.ID, err)
}

// Target returns the user on whom the actor may carry out act. It returns [ErrNotFound] and a
// [*ForbiddenError], which is all that an actor learns of users they may not see.
func (s *Service) Target(ctx context.Context, actor Actor, id ID, act Act) (User, error) {
	u, err := targetOf(ctx, s.lookUps(), actor, Canonical(string(id)), act)
	return u, wrap("find user", id, err)
}

// TargetByKey is [Service.Target] for a user by the key.
func (s *Service) TargetByKey(ctx context.Context, actor Actor, key Key, act Act) (User, error) {
	u, err := userByKey(ctx, s.lookUps(), key)
	if err == nil || errors.Is(err, ErrNotFound) { // u.ID is "" then, which is no user
		u, err = targetOf(ctx, s.lookUps(), actor, u.ID, act)
	}
	if err != nil {
		return User{}, fmt.Errorf("find user by key: %w", err)
	}
	return u, nil
}

// Reread returns users as of now, without deleted ones and those whom the actor may not see.
func (s *Service) Reread(ctx context.Context, actor Actor, before []User) ([]User, error) {
	var now []User
	for _, u := range before {
		u, err := targetOf(ctx, s.lookUps(), actor, u.ID, ActSee)
		switch {
		case err == nil:
			now = append(now, u)
		case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden):
			return nil, fmt.Errorf("read users again: %w", err)
		}
	}
	return now, nil
}

// Detail returns the content of a user's page. Its errors are those of [Service.User].
func (s *Service) Detail(ctx context.Context, actor Actor, id ID) (Detail, error) {
	u, err := s.User(ctx, actor, id)
	if err != nil {
		return Detail{}, err
	}
	d, r := Detail{User: u}, s.reads()
	if err := s.standing(ctx, actor, &d); err != nil || u.Kind != KindPerson { // the rest is about people
		return d, wrap("detail of", id, err)
	}
	var errs [4]error
	d.Identities, errs[0] = identitiesOf(ctx, r, u.Key)
	d.ResponsibleFor, errs[1] = responsibleFor(ctx, r, u.Key)
	d.Sessions, errs[2] = s.liveSessions(ctx, u.Key)
	d.LastOwner, errs[3] = lastOwner(ctx, r, u)
	return d, wrap("detail of", id, errors.Join(errs[:]...))
}

// standing reads what small tables have about the user of d.
func (s *Service) standing(ctx context.Context, actor Actor, d *Detail) error {
	var leaves PlannedDeparture
	var refused RefusedSignIn
	err := s.lookUps().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM tokens WHERE user_key = $1 AND revoked_at IS NULL AND ends_at > $2),
		COALESCE((SELECT seq FROM notices_seen WHERE user_key = $1), 0), p.due_at, COALESCE(p.reason, ''), COALESCE(p.actor_key, ''),
		r.at, COALESCE(r.address, ''), COALESCE(r.reason, ''), COALESCE(r.request_id, ''), COALESCE(r.issuer, ''), COALESCE(r.subject, ''), COALESCE(r.name, '')
		FROM (SELECT 1 AS one) AS one LEFT JOIN planned_departures p ON p.user_key = $1
		LEFT JOIN refused_sign_ins r ON r.number = (SELECT number FROM refused_sign_ins WHERE user_key = $1 ORDER BY at DESC, number DESC LIMIT 1)`,
		d.User.Key, database.Time(s.Now())).
		Scan(&d.Tokens, &d.NoticesSeen, (*database.Time)(&leaves.DueAt), &leaves.Reason, &leaves.By,
			(*database.Time)(&refused.At), &refused.Address, &refused.Reason, &refused.RequestID, &refused.Issuer, &refused.Subject, &refused.Name)
	if actor.May(ActSeeTokens, d.User) != nil {
		d.Tokens = 0
	}
	if !leaves.DueAt.IsZero() {
		d.Departure = &leaves
	}
	if !refused.At.IsZero() {
		d.LastRefusal = &refused
	}
	return err
}

// Consequences returns the consequences for a user. Its errors are those of [Service.User].
func (s *Service) Consequences(ctx context.Context, actor Actor, id ID) (Consequences, error) {
	u, err := s.User(ctx, actor, id)
	if err != nil {
		return Consequences{}, err
	}
	c := Consequences{User: u, SignsUp: u.Kind == KindPerson && s.SignsUp(u.ID)}
	var errs [7]error
	c.Sessions, errs[0] = s.liveSessions(ctx, u.Key)
	c.ResponsibleFor, errs[1] = responsibleFor(ctx, s.reads(), u.Key)
	c.LastOwner, errs[2] = lastOwner(ctx, s.reads(), u)
	c.Identities, errs[3] = identitiesOf(ctx, s.reads(), u.Key)
	c.Refused, errs[4] = refusedIdentities(ctx, s.reads(), u.Key)
	c.Tokens, errs[5] = liveTokens(ctx, s.reads(), u.Key, database.Time(s.Now()))
	c.KnownTokens, errs[6] = s.knownTokens(ctx, actor, u)
	return c, wrap("consequences for", id, errors.Join(errs[:]...))
}

// lastOwner reports whether u is the only active owner.
func lastOwner(ctx context.Context, r database.Reader, u User) (bool, error) {
	if !u.activeOwner() {
		return false, nil
	}
	n, err := countActiveOwners(ctx, r)
	return n == 1, err
}

// knownTokens returns the tokens of other users, not ended, whose secret u saw, if actor may see
// them, by user.
func (s *Service) knownTokens(ctx context.Context, actor Actor, u User) ([]Token, error) {
	all, err := TokensWhere(ctx, s.reads(), `t.shown_to = $1 AND t.user_key <> $1 AND t.revoked_at IS NULL AND t.ends_at > $2
		ORDER BY o.sort_name, o.key, t.issued_at DESC, t.id`, u.Key, database.Time(s.Now()))
	if err != nil || actor.May(ActSeeDirectory, User{}) == nil {
		return all, err
	}
	theirs, err := responsibleFor(ctx, s.reads(), actor.Key)
	return slices.DeleteFunc(all, func(t Token) bool {
		return !slices.ContainsFunc(theirs, func(v User) bool { return v.Key == t.User.Key })
	}), err
}
