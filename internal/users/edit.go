package users

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// Fields are the fields of a record that the person and admins may edit. Nil values and absent
// keys stay unchanged; an empty name or picture deletes it.
type Fields struct {
	Name       *string
	PictureURL *string
	Channels   map[string]bool
	Types      map[string]bool
	Exact      bool // as the API: an empty name or picture is a mistake, and false is stored for an absent key
}

// ServiceFields are the fields that only service users have.
type ServiceFields struct {
	Purpose     string
	Responsible string // user_id of a person
	ReviewOn    string // 2006-01-02, or empty
}

// An Edit is an edit of a user by an admin. Version is that of the user in the form: an edit of
// another version is refused with [ErrStale]. Zero edits any version.
type Edit struct {
	Fields
	OrgFields
	Service *ServiceFields // of a service user; nil: unchanged
	Version int64
	Reason  string
}

// A ProfileEdit is an edit of the actor's own record.
type ProfileEdit struct {
	Fields
	TimeZone *string
	Version  int64
}

// Edit edits a user and returns the result.
//
// Edit returns [ErrNotFound], a [*ForbiddenError], a [*StaleError] if the user has changed since
// the form was rendered, and an [*InvalidError] with all mistakes. An edit that changes nothing
// succeeds without an event.
func (s *Service) Edit(ctx context.Context, actor Actor, id ID, e Edit) (User, error) {
	after, err := s.alter(ctx, actor, id, ActEdit, e.Version, e.Reason, func(tx *changeTx, u User) (User, error) {
		return tx.edit(ctx, u, e)
	})
	return after, wrap("edit user", id, err)
}

// edit returns u with the fields of e, or all mistakes in them.
func (c *changeTx) edit(ctx context.Context, u User, e Edit) (User, error) {
	after, err := e.apply(u)
	after, orgErr := c.organise(ctx, ActEdit, after, e.OrgFields)
	var serviceErr error
	switch {
	case e.Service == nil:
	case u.Kind != KindService:
		serviceErr = Invalid("purpose", "Only a service user has a purpose, a responsible person and a review date.")
	default:
		after, serviceErr = c.serve(ctx, after, *e.Service)
	}
	return after, joined(err, orgErr, serviceErr, check(u, after, c.today()))
}

// EditProfile edits the actor's own record and returns the result. Its errors
// are those of [Service.Edit].
func (s *Service) EditProfile(ctx context.Context, actor Actor, e ProfileEdit) (User, error) {
	after, err := s.alter(ctx, actor, actor.ID, ActEditOwn, e.Version, "", func(tx *changeTx, u User) (User, error) {
		after, err := e.apply(u)
		if e.TimeZone != nil {
			after.TimeZone = *e.TimeZone
		}
		return after, joined(err, check(u, after, tx.today()))
	})
	return after, wrap("edit profile of", actor.ID, err)
}

// alter is the course of an edit: permission, version, new record, one event.
func (s *Service) alter(ctx context.Context, actor Actor, id ID, act Act, version int64, reason string,
	edit func(*changeTx, User) (User, error)) (after User, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		before, err := tx.target(ctx, id, act)
		if err != nil {
			return nothing, err
		}
		after, events, err = tx.alter(ctx, before, version, reason, func(u User) (User, error) { return edit(tx, u) })
		return events, err
	})
	return after, err
}

// alter is the course of an edit inside a change, after the check of permissions.
func (c *changeTx) alter(ctx context.Context, before User, version int64, reason string, edit func(User) (User, error)) (after User, events []Event, err error) {
	if err := fresh(ctx, c, before, version); err != nil {
		return before, nothing, err
	}
	why, reasonErr := normalizeReason(reason)
	after, err = edit(before.clone())
	if err := joined(err, reasonErr); err != nil {
		return before, nothing, err
	}
	return c.save(ctx, ActionEdited, before, after, why)
}

// save writes a changed record, whose new values are checked, and returns it as stored with its
// event. A record that is the same is not written and has no event.
func (c *changeTx) save(ctx context.Context, action Action, before, after User, reason string) (User, []Event, error) {
	changes := difference(before, after)
	if len(changes) == 0 {
		return before, nothing, nil
	}
	after, err := updateUser(ctx, c, before, after)
	if err != nil {
		return User{}, nothing, err
	}
	return after, []Event{newEvent(action, after, changes...).withReason(reason)}, nil
}

// target returns the user on whom the actor may carry out act.
// Its errors are those of [targetOf].
func (c *changeTx) target(ctx context.Context, id ID, act Act) (User, error) {
	u, err := targetOf(ctx, c, c.actor, id, act)
	c.subject = cmp.Or(c.subject, u.Key)
	return u, err
}

// targetOf returns the user on whom actor may carry out act. It returns [ErrNotFound] if actor
// may see the directory, otherwise a [*ForbiddenError].
func targetOf(ctx context.Context, r database.Reader, actor Actor, id ID, act Act) (User, error) {
	if err := actor.narrowed(permission(act)); err != nil {
		return User{}, err
	}
	u, err := userByID(ctx, r, id)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return User{}, err
	case !actor.sees(u): // the same error whether the user exists or not
		return User{}, cmp.Or(actor.May(act, User{Key: "-", ID: id, Kind: KindService, Role: RoleUser}), ErrForbidden)
	case err != nil:
		return User{}, err
	}
	return u, actor.May(act, u)
}

// apply returns u with the fields that f sets.
func (f Fields) apply(u User) (User, error) {
	u = u.clone()
	if f.Name != nil {
		u.Name = spelling.Normalize(*f.Name)
	}
	if f.PictureURL != nil {
		u.PictureURL = spelling.Normalize(*f.PictureURL)
	}
	bad := new(InvalidError)
	if f.Exact && f.Name != nil && u.Name == "" {
		bad.Add("name", "This cannot be empty. Leave it out, or send null, to leave it as it is.")
	}
	if f.Exact && f.PictureURL != nil && u.PictureURL == "" {
		bad.Add("picture_url", "This cannot be empty. Leave it out, or send null, to leave it as it is.")
	}
	merge(u.Channels, f.Channels, "channel", Channels, f.Exact, bad)
	merge(u.Types, f.Types, "type", Types, f.Exact, bad)
	return u, bad.OrNil()
}

// merge sets known keys in stored. Other stored keys stay. An absent key is off, and false does
// not store it unless explicit.
func merge(stored, asked map[string]bool, what string, known []string, explicit bool, bad *InvalidError) {
	for key, on := range asked {
		was, kept := stored[key]
		switch {
		case kept && was == on, !kept && !on && !explicit && slices.Contains(known, key):
		case slices.Contains(known, key):
			stored[key] = on
		default:
			bad.Add(what+"."+key, fmt.Sprintf("There is no notification %s of that name.", what))
		}
	}
}

// serve returns the service user u with the fields of f. An unchanged responsible person is not
// checked again.
func (c *changeTx) serve(ctx context.Context, u User, f ServiceFields) (User, error) {
	u.Purpose, u.ReviewOn = spelling.Normalize(f.Purpose), Date(spelling.Normalize(f.ReviewOn))
	bad := new(InvalidError)
	if c.actor.Kind == ActorPerson && u.Purpose == "" {
		bad.Add("purpose", "Say what this service user is for.")
	}
	id := EnteredID(f.Responsible)
	switch {
	case id == u.Responsible.ID && id != "":
	case id == "" && c.actor.Kind == ActorPerson:
		bad.Add("responsible", "Choose the person who is responsible for this service user.")
	case id == "":
		u.Responsible = Ref{}
	default:
		person, err := c.responsiblePerson(ctx, "responsible", id)
		if err != nil {
			return u, joined(bad.OrNil(), err)
		}
		u.Responsible = person.Ref()
	}
	return u, bad.OrNil()
}

// responsiblePerson returns the person with that user_id if they can be responsible for a service
// user, else an [*InvalidError] on the field. Its message tells an actor who may not see the
// directory nothing about who is in it.
func (c *changeTx) responsiblePerson(ctx context.Context, field string, id ID) (User, error) {
	person, err := userByID(ctx, c, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	able := err == nil && person.Kind == KindPerson && person.Status != StatusDeactivated
	switch {
	case able:
		return person, nil
	case c.actor.May(ActSeeDirectory, User{}) != nil:
		return User{}, Invalid(field, "“%s” cannot answer for a service user. Enter the user ID of a person who is active.", Excerpt(string(id)))
	case err != nil:
		return User{}, Invalid(field, "No person has the user ID “%s”. Enter that of a person.", Excerpt(string(id)))
	case person.Kind != KindPerson:
		return User{}, Invalid(field, "%s is not a person. A person has to answer for a service user.", person.Label())
	}
	return User{}, Invalid(field, "%s is deactivated. Choose someone who is active.", person.Label())
}

// fresh returns a [*StaleError] if a form is of an older version of current, which it restores
// from the history. Changes of what no form shows, such as a first sign-in, don't count. Version
// zero is any version.
func fresh(ctx context.Context, r database.Reader, current User, version int64) error {
	if version == 0 || version == current.Version {
		return nil
	}
	since, err := eventsWhere(ctx, r, `e.target_key = $1 AND c.target_version > $2 AND `+OfRecord+` ORDER BY e.seq DESC`, current.Key, version)
	if err != nil {
		return err
	}
	answer := &StaleError{Base: current.clone(), Current: current, At: current.UpdatedAt}
	versions := map[int64]bool{}
	for i, e := range since {
		if i == 0 {
			answer.By, answer.Kind, answer.At = e.Actor, e.ActorKind(), e.At
		}
		for _, c := range e.Changes {
			answer.Base.set(c.Field, c.Old)
		}
		versions[e.version] = true
	}
	answer.Base.Version = version
	for _, f := range recordFields {
		if f.person == nil {
			continue
		}
		if *f.person(&answer.Base), err = asNow(ctx, r, *f.person(&answer.Base), *f.person(&current)); err != nil {
			return err
		}
	}
	told := int64(len(versions)) == current.Version-version
	if told && len(difference(answer.Base, current)) == 0 {
		return nil
	}
	return answer
}

// asNow returns a user of the history with their present name and user_id. A deleted user keeps
// those of the event.
func asNow(ctx context.Context, r database.Reader, was, now Ref) (Ref, error) {
	switch was.Key {
	case "":
		return was, nil
	case now.Key:
		return now, nil
	}
	u, err := userByKey(ctx, r, was.Key)
	if errors.Is(err, ErrNotFound) {
		return was, nil
	}
	return u.Ref(), err
}

// DateOf returns the date of t.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }
