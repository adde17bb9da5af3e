package users_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestAddPerson(t *testing.T) {
	t.Parallel()
	defaults := "time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]"
	tests := map[string]struct {
		role  users.Role // of the actor
		ask   users.NewPerson
		want  error
		trail []string
	}{
		"with a name": {users.RoleOwner, users.NewPerson{ID: " Ana@Example.com ", Name: " Ana ", PictureURL: "https://e.example/a.png"}, nil,
			[]string{"actor@example.com user.created ana@example.com [name:  → Ana, picture_url:  → https://e.example/a.png, role:  → user, " + defaults}},
		"as an owner, by an owner":     {users.RoleOwner, users.NewPerson{ID: "ana@example.com", Role: users.RoleOwner}, nil, []string{"actor@example.com user.created ana@example.com [role:  → owner, " + defaults}},
		"by an admin":                  {users.RoleAdmin, users.NewPerson{ID: "ana@example.com"}, nil, []string{"actor@example.com user.created ana@example.com [role:  → user, " + defaults}},
		"all notifications off":        {users.RoleAdmin, users.NewPerson{ID: "ana@example.com", Channels: map[string]bool{"email": false}, Types: map[string]bool{"comment_mention": false}}, nil, []string{"actor@example.com user.created ana@example.com [role:  → user, time_zone:  → UTC]"}},
		"by an auditor":                {users.RoleAuditor, users.NewPerson{ID: "ana@example.com"}, users.ErrForbidden, nil},
		"by a user":                    {users.RoleUser, users.NewPerson{ID: "ana@example.com"}, users.ErrForbidden, nil},
		"an address in use":            {users.RoleOwner, users.NewPerson{ID: "ACTOR@example.com"}, users.ErrTaken, nil},
		"an address of a service user": {users.RoleOwner, users.NewPerson{ID: "robot@example.com"}, users.ErrTaken, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot@example.com", users.RoleUser)
			actor := d.Person(t, "actor@example.com", test.role)
			last := d.Last(t)
			u, err := d.AddPerson(t.Context(), actor, test.ask)
			check(t, d, last, err, test.want, test.trail...)
			if err == nil && (u.Status != users.StatusInvited || u.CreatedBy.Key != actor.Key || u.Version != 1 || !u.CreatedAt.Equal(d.Clock.Now()) || !u.SeenAt.IsZero()) {
				t.Errorf("got %+v, want an invited person, created now by the actor", u)
			}
		})
	}
}

func TestAdminGivesTheRoleUserOnly(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	last := d.Last(t)
	for _, role := range append([]users.Role{"root"}, users.Roles[1:]...) {
		_, err := d.AddPerson(t.Context(), admin, users.NewPerson{ID: "ana@example.com", Role: role})
		checkMistakes(t, d, last, err, "role")
		_, err = d.CreateServiceUser(t.Context(), admin, users.NewServiceUser{NewPerson: users.NewPerson{ID: "robot", Role: role},
			ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: "admin@example.com"}})
		checkMistakes(t, d, last, err, "role")
	}
}

func TestCreateServiceUser(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	got, err := d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{
		NewPerson:     users.NewPerson{ID: "Robot-7", Name: "Robot", Role: users.RoleAdmin, Channels: map[string]bool{"email": false, "web_ui": true}},
		ServiceFields: users.ServiceFields{Purpose: "Ingests", Responsible: "OWNER@example.com", ReviewOn: "2027-01-31"},
	})
	check(t, d, last, err, nil, "owner@example.com user.created robot-7 [name:  → Robot, role:  → admin, time_zone:  → UTC, purpose:  → Ingests, "+
		"responsible:  → owner@example.com, review_on:  → 2027-01-31, channel.web_ui: off → on, type.comment_mention: off → on]")
	owner := d.Must(t, d.Owner.ID).Ref()
	want := users.User{ID: "robot-7", Name: "Robot", Kind: users.KindService, Role: users.RoleAdmin, Status: users.StatusActive,
		Channels: map[string]bool{"email": false, "web_ui": true}, Types: map[string]bool{"comment_mention": true}, TimeZone: "UTC",
		Purpose: "Ingests", Responsible: owner, ReviewOn: "2027-01-31", CreatedAt: d.Clock.Now(), UpdatedAt: d.Clock.Now(), CreatedBy: owner, Version: 1}
	for what, u := range map[string]users.User{"returned": got, "stored": d.Must(t, "robot-7")} {
		if diff := cmp.Diff(want, u, cmpopts.IgnoreUnexported(users.User{}), cmpopts.IgnoreFields(users.User{}, "Key")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// TestCreateByAProgram leaves out what only the page asks for.
func TestCreateByAProgram(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	u, err := d.CreateServiceUser(t.Context(), users.Command("req"), users.NewServiceUser{NewPerson: users.NewPerson{ID: "robot"}})
	if err != nil || u.Responsible != (users.Ref{}) || u.CreatedBy != (users.Ref{}) {
		t.Errorf("CreateServiceUser at the command line: got %+v, %v", u, err)
	}
	if _, err := d.AddPerson(t.Context(), users.Command("req"), users.NewPerson{ID: "ana"}); err != nil {
		t.Errorf("AddPerson at the command line, without an address: %v", err)
	}
}

func TestAddSystemUser(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	_, err := d.AddSystemUser(t.Context(), d.Owner, "platform")
	check(t, d, last, err, users.ErrForbidden)
	u, err := d.AddSystemUser(t.Context(), users.Command(""), "Platform")
	check(t, d, last, err, nil, "operator user.created platform [role:  → user, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]")
	if u.Kind != users.KindSystem || u.Status != users.StatusActive {
		t.Errorf("got %+v, want an active system user", u)
	}
	_, err = d.AddSystemUser(t.Context(), users.Command(""), "platform")
	if !errors.Is(err, users.ErrTaken) {
		t.Errorf("AddSystemUser again: got error %v, want %v", err, users.ErrTaken)
	}
}

// TestOneOfFiftyCreationsAtOnceSucceeds has fifty requests take the same user_id.
func TestOneOfFiftyCreationsAtOnceSucceeds(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	errs := userstest.AtOnce(50, func(i int) error {
		id := []string{"ana@example.com", "ANA@example.com", " ana@EXAMPLE.com"}[i%3]
		_, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: id, Name: fmt.Sprint("Ana ", i)})
		return err
	})
	created := 0
	for _, err := range errs {
		if err == nil {
			created++
		} else if !errors.Is(err, users.ErrTaken) {
			t.Errorf("got error %v, want none or %v", err, users.ErrTaken)
		}
	}
	if events := d.Since(t, last); created != 1 || len(events) != 1 {
		t.Errorf("got %d creations and %d events, want 1 and 1", created, len(events))
	}
}

// TestTimesAreMicrosecondsInUTC sets a clock that is neither.
func TestTimesAreMicrosecondsInUTC(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Clock.Advance(1234567 * time.Nanosecond)
	u := d.Invited(t, "ana@example.com", users.RoleUser)
	if stored := d.Must(t, u.ID); !u.CreatedAt.Equal(stored.CreatedAt) || u.CreatedAt.Nanosecond() != 1234000 || stored.CreatedAt.Location() != time.UTC {
		t.Errorf("got %v, stored %v", u.CreatedAt, stored.CreatedAt)
	}
	if at := d.Since(t, d.Last(t)-1)[0].At; !at.Equal(u.CreatedAt) {
		t.Errorf("event at %v, want the time of the change, %v", at, u.CreatedAt)
	}
}

// TestCreateServiceUserWithToken creates a service user and its first token together, or neither.
func TestCreateServiceUserWithToken(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	n := users.NewServiceUser{NewPerson: users.NewPerson{ID: "dock"}, ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: "owner@example.com"}}
	first := users.NewToken{Name: "First token", Lifetime: 90 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}}
	last := d.Last(t)
	_, _, _, err := d.CreateServiceUserWithToken(t.Context(), d.Owner, n, users.NewToken{Name: "Without an end", Scopes: first.Scopes})
	checkMistakes(t, d, last, err, "expiry")
	if _, err := d.User(t.Context(), d.Owner, "dock"); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("with a mistake in the token: got error %v", err)
	}
	u, token, secret, err := d.CreateServiceUserWithToken(t.Context(), d.Owner, n, first)
	if err != nil || token.User.Key != u.Key || d.With(t, secret).Key != u.Key {
		t.Errorf("got %+v of %+v, %v", token, u, err)
	}
	if got := d.Since(t, last); len(got) != 2 || got[0].Action != users.ActionCreated || got[1].Action != users.ActionTokenIssued {
		t.Errorf("got events %+v", got)
	}
	member := d.Person(t, "ana@example.com", users.RoleUser)
	n.ID = "other"
	if _, _, _, err := d.CreateServiceUserWithToken(t.Context(), member, n, first); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by a user: got error %v", err)
	}
}
