package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// recentEvents is how many events a Detail holds.
const recentEvents = 10

// A Detail is all that a user's page shows.
type Detail struct {
	User        User
	Identities  []Identity
	LastRefusal *RefusedSignIn // nil if none is remembered
	AnswersFor  []User         // service users, by name
	Recent      []Event        // the last ten changes, newest first; sign-ins and refusals left out
	Sessions    int            // that may still be used
	LastOwner   bool           // the only active owner
}

// Consequences are what deactivating or deleting a user would bring about.
type Consequences struct {
	User       User
	Sessions   []Session // that would end
	AnswersFor []User    // that would be handed over
	LastOwner  bool      // so that it is refused
}

// User returns a user. It returns [ErrNotFound] and a [*ForbiddenError]; who may
// not see the directory does not learn who is in it.
func (s *Service) User(ctx context.Context, actor Actor, id ID) (User, error) {
	tx := &changeTx{reader: s.reads(), actor: actor}
	u, err := tx.target(ctx, canonical(string(id)), ActSee)
	return u, in("find user", id, err)
}

// Detail returns a user with what their page shows. Its errors are those of
// [Service.User].
func (s *Service) Detail(ctx context.Context, actor Actor, id ID) (Detail, error) {
	u, err := s.User(ctx, actor, id)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{User: u}
	r := s.reads()
	var errs [6]error
	d.Identities, errs[0] = identitiesOf(ctx, r, u.Key)
	d.LastRefusal, errs[1] = lastRefusal(ctx, r, u.Key)
	d.AnswersFor, errs[2] = answeredFor(ctx, r, u.Key)
	d.Recent, errs[3] = eventsWhere(ctx, r, `e.target_key = $1 AND `+ofRecord+`
		ORDER BY e.seq DESC LIMIT $2`, u.Key, recentEvents)
	sessions, err := s.liveSessions(ctx, u.Key)
	d.Sessions, errs[4] = len(sessions), err
	d.LastOwner, errs[5] = lastOwner(ctx, r, u)
	d.Recent = discreet(actor, d.Recent)
	return d, in("detail of", id, errors.Join(errs[:]...))
}

// Consequences returns what deactivating or deleting a user would bring about.
// Its errors are those of [Service.User].
func (s *Service) Consequences(ctx context.Context, actor Actor, id ID) (Consequences, error) {
	u, err := s.User(ctx, actor, id)
	if err != nil {
		return Consequences{}, err
	}
	c := Consequences{User: u}
	var errs [3]error
	c.Sessions, errs[0] = s.liveSessions(ctx, u.Key)
	c.AnswersFor, errs[1] = answeredFor(ctx, s.reads(), u.Key)
	c.LastOwner, errs[2] = lastOwner(ctx, s.reads(), u)
	return c, in("consequences for", id, errors.Join(errs[:]...))
}

// lastOwner reports whether u is the only active owner.
func lastOwner(ctx context.Context, r reader, u User) (bool, error) {
	if !u.activeOwner() {
		return false, nil
	}
	n, err := countActiveOwners(ctx, r)
	return n == 1, err
}

func scanRefusal(row scanner) (r RefusedSignIn, err error) {
	return r, row.Scan((*database.Time)(&r.At), &r.Address, &r.Reason, &r.RequestID)
}

func lastRefusal(ctx context.Context, r reader, key Key) (*RefusedSignIn, error) {
	refusal, err := scanRefusal(r.QueryRowContext(ctx, `SELECT at, address, reason, request_id FROM refused_sign_ins
		WHERE user_key = $1 ORDER BY at DESC, number DESC LIMIT 1`, key))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &refusal, err
}

// RefusedSignIns returns the newest refused sign-ins with an address, of
// strangers too, five at most. It returns a [*ForbiddenError].
func (s *Service) RefusedSignIns(ctx context.Context, actor Actor, address string) ([]RefusedSignIn, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return nil, err
	}
	all, err := collect(ctx, s.reads(), scanRefusal, `SELECT at, address, reason, request_id FROM refused_sign_ins
		WHERE address = $1 ORDER BY at DESC, number DESC LIMIT 5`, canonical(address))
	return all, in("refused sign-ins of", ID(address), err)
}

// FindPeople returns people who can answer for a service user, by name: those in
// whose name or user_id every word of the text is, limit at most. It returns a
// [*ForbiddenError] to those who may not create a service user.
func (s *Service) FindPeople(ctx context.Context, actor Actor, text string, limit int) ([]Ref, error) {
	if err := actor.May(ActCreateService, User{}); err != nil {
		return nil, err
	}
	var f filter
	f.add(`u.kind = 'person' AND u.status <> 'deactivated'`)
	f.match("u.search_text", text)
	f.args = append(f.args, limit)
	all, err := usersWhere(ctx, s.reads(), f.where()+fmt.Sprintf(` ORDER BY u.sort_name, u.key LIMIT $%d`, len(f.args)), f.args...)
	return refs(all), err
}

// WhoCanHelp returns active owners, three at most, for those whom the console
// refuses something.
func (s *Service) WhoCanHelp(ctx context.Context) ([]Ref, error) {
	all, err := usersWhere(ctx, s.reads(), `u.role = 'owner' AND u.status = 'active' ORDER BY u.sort_name, u.key LIMIT 3`)
	return refs(all), err
}

func refs(all []User) []Ref {
	found := make([]Ref, len(all))
	for i, u := range all {
		found[i] = u.Ref()
	}
	return found
}
