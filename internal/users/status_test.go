package users_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// withRobots returns a directory with Ana, who has signed in and is responsible for two service
// users, and Bob.
func withRobots(t *testing.T) (d *userstest.Directory, ana users.Actor) {
	t.Helper()
	d = userstest.New(t)
	ana = d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bob@example.com", users.RoleUser)
	for _, id := range []string{"robot-1", "robot-2"} {
		d.ServiceUser(t, id, users.RoleUser)
		_, err := d.Edit(t.Context(), d.Owner, users.ID(id), users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "ana@example.com"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return d, ana
}

func TestDeactivate(t *testing.T) {
	t.Parallel()
	const by, ended = "owner@example.com ", "owner@example.com session.ended ana@example.com [session: ses_* → deactivated]"
	tests := map[string]struct {
		ask     users.Departure
		command bool
		heir    users.ID
		trail   []string
	}{
		"to no person": {users.Departure{Reason: "left"}, false, "", []string{by + `user.deactivated ana@example.com [status: active → deactivated] because "left"`,
			by + "user.handed_over robot-1 [responsible: ana@example.com →]", by + "user.handed_over robot-2 [responsible: ana@example.com →]", ended}},
		"to a person": {users.Departure{HandOver: " BOB@example.com"}, false, "bob@example.com", []string{by + "user.deactivated ana@example.com [status: active → deactivated]",
			by + "user.handed_over robot-1 [responsible: ana@example.com → bob@example.com]", by + "user.handed_over robot-2 [responsible: ana@example.com → bob@example.com]", ended}},
		"to no person, at the command line": {users.Departure{}, true, "", []string{"operator user.deactivated ana@example.com [status: active → deactivated]",
			"operator user.handed_over robot-1 [responsible: ana@example.com →]", "operator user.handed_over robot-2 [responsible: ana@example.com →]", "operator session.ended ana@example.com [session: ses_* → deactivated]"}},
	}
	for name, test := range tests {
		t.Run("hands over "+name, func(t *testing.T) {
			t.Parallel()
			d, ana := withRobots(t)
			actor := d.Owner
			if test.command {
				actor = users.Command("")
			}
			last := d.Last(t)
			check(t, d, last, d.Deactivate(t.Context(), actor, ana.ID, test.ask), nil, test.trail...)
			if u := d.Must(t, ana.ID); u.Status != users.StatusDeactivated || d.Must(t, "robot-1").Responsible.ID != test.heir {
				t.Errorf("got %s, and %v is responsible for the robot", u.Status, d.Must(t, "robot-1").Responsible)
			}
			last = d.Last(t)
			check(t, d, last, d.Deactivate(t.Context(), actor, ana.ID, test.ask), nil) // again: nothing to do
		})
	}
}

// TestHandOver_whatTheActorMayNotEdit hands over service users of which the actor may edit one
// and not the other.
func TestHandOver_whatTheActorMayNotEdit(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	if _, err := d.ChangeRole(t.Context(), d.Owner, "robot-2", users.RoleChange{Role: users.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	if err := d.Deactivate(t.Context(), admin, ana.ID, users.Departure{HandOver: "bob@example.com"}); err != nil {
		t.Fatal(err)
	}
	if got := d.Must(t, "robot-1").Responsible.ID; got != "bob@example.com" {
		t.Errorf("%q is responsible for the one that an admin may edit, want bob@example.com", got)
	}
	if got := d.Must(t, "robot-2").Responsible; got != (users.Ref{}) {
		t.Errorf("%q is responsible for the one with the role admin, want none", got.ID)
	}
}

func TestHandOver_invalid(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	d.Person(t, "gone@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	last := d.Last(t)
	for _, heir := range []string{"ana@example.com", "gone@example.com", "robot-1", "nobody@example.com"} {
		checkMistakes(t, d, last, d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{HandOver: heir}), "hand_over")
		checkMistakes(t, d, last, d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: "ana@example.com", HandOver: heir}), "hand_over")
	}
}

// TestHandOver_enumeration deletes the account of a person who may not see the directory: the
// answer is the same for every user who cannot take over.
func TestHandOver_enumeration(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	d.Person(t, "gone@example.com", users.RoleUser)
	if err := d.Deactivate(t.Context(), d.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	answers := map[string]bool{}
	for _, heir := range []string{"gone@example.com", "robot-1", "nobody@example.com"} {
		err := d.Delete(t.Context(), ana, ana.ID, users.Deletion{Confirm: "ana@example.com", HandOver: heir})
		bad, ok := errors.AsType[*users.InvalidError](err)
		if !ok {
			t.Fatalf("%s: got error %v", heir, err)
		}
		answers[strings.ReplaceAll(bad.Error(), heir, "them")] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers reveal who is in the directory: %v", answers)
	}
}

func TestReactivate(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	d.Invited(t, "invited@example.com", users.RoleUser)
	for _, id := range []users.ID{ana.ID, "invited@example.com"} {
		if err := d.Deactivate(t.Context(), d.Owner, id, users.Departure{}); err != nil {
			t.Fatal(err)
		}
	}
	last := d.Last(t)
	check(t, d, last, d.Reactivate(t.Context(), d.Owner, ana.ID, users.Reactivation{Reason: " back "}), nil, `owner@example.com user.reactivated ana@example.com [status: deactivated → active] because "back"`)
	last = d.Last(t)
	check(t, d, last, d.Reactivate(t.Context(), d.Owner, ana.ID, users.Reactivation{}), nil)
	check(t, d, last, d.Reactivate(t.Context(), d.Owner, "invited@example.com", users.Reactivation{}), nil, "owner@example.com user.reactivated invited@example.com [status: deactivated → invited]")
	if _, err := d.Session(t.Context(), users.DigestOf("never")); !errors.Is(err, users.ErrNoSession) {
		t.Errorf("got error %v, want %v: a reactivation brings no session back", err, users.ErrNoSession)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	last := d.Last(t)
	err := d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: " Ana@Example.com ", Reason: "asked for it", HandOver: "bob@example.com"})
	check(t, d, last, err, nil,
		"owner@example.com user.handed_over robot-1 [responsible: ana@example.com → bob@example.com]",
		"owner@example.com user.handed_over robot-2 [responsible: ana@example.com → bob@example.com]",
		"owner@example.com session.ended ana@example.com [session: ses_* → deleted]",
		`owner@example.com user.deleted ana@example.com [name: Ana →, role: user →, time_zone: UTC →, channel.email: on → off, type.comment_mention: on → off] because "asked for it"`)
	if _, err := d.User(t.Context(), d.Owner, ana.ID); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("User: got error %v, want %v", err, users.ErrNotFound)
	}
	last = d.Last(t)
	check(t, d, last, d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: "ana@example.com"}), users.ErrNotFound)
	want := []users.Action{users.ActionCreated, users.ActionBound, users.ActionStarted, users.ActionEnded, users.ActionDeleted}
	if diff := cmp.Diff(want, d.Actions(t, ana.ID)); diff != "" {
		t.Errorf("the history that stays (-want +got):\n%s", diff)
	}
}

// TestDeleteOwnAccount deletes the actor, who hands over to no person.
func TestDeleteOwnAccount(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	last := d.Last(t)
	checkMistakes(t, d, last, d.Delete(t.Context(), ana, ana.ID, users.Deletion{Confirm: "yes"}), "confirm")
	if err := d.Delete(t.Context(), ana, ana.ID, users.Deletion{Confirm: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	events := d.Since(t, last)
	if n := len(events); n != 4 || events[3].Action != users.ActionDeleted || events[3].Actor.Key != ana.Key {
		t.Errorf("got %d events, want four, the last of them the deletion by Ana", n)
	}
	if got := d.Must(t, "robot-1").Responsible; got != (users.Ref{}) {
		t.Errorf("got %+v as responsible for the robot, want none", got)
	}
}

// TestDeletedComesBack adds the address of a deleted person again, which makes a new user with
// another key.
func TestDeletedComesBack(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	if err := d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	_, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), userstest.Visit("x"))
	if refused, _ := errors.AsType[*users.RefusedError](err); refused == nil || refused.Reason != users.RefusedUninvited {
		t.Errorf("sign-in of a deleted person: got error %v, want %s", err, users.RefusedUninvited)
	}
	again := d.Person(t, "ana@example.com", users.RoleUser)
	if again.Key == ana.Key {
		t.Error("the key was used again")
	}
	page, err := d.History.Events(t.Context(), again, history.Query{Target: again.ID})
	if err != nil || len(page.Events) != 3 {
		t.Errorf("own history: got %d events, %v; want the three of the new record", len(page.Events), err)
	}
}

func TestDelete_creator(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	second := d.Person(t, "second@example.com", users.RoleOwner)
	if _, err := d.AddPerson(t.Context(), second, users.NewPerson{ID: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	if got := d.Must(t, "ana@example.com").CreatedBy; got.ID != second.ID {
		t.Errorf("created by %+v, want %s", got, second.ID)
	}
	if err := d.Delete(t.Context(), d.Owner, second.ID, users.Deletion{Confirm: "second@example.com"}); err != nil {
		t.Fatal(err)
	}
	if got := d.Must(t, "ana@example.com").CreatedBy; got != (users.Ref{Key: second.Key}) {
		t.Errorf("created by %+v, want the key alone", got)
	}
}

func TestMarkReviewed(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	d.ServiceUser(t, "chief", users.RoleAdmin)
	last := d.Last(t)
	u, err := d.MarkReviewed(t.Context(), ana, "robot-1", users.Review{})
	check(t, d, last, err, nil, "ana@example.com user.reviewed robot-1 [review_on:  → 2027-05-23]")
	if u.ReviewOn != "2027-05-23" {
		t.Errorf("got review on %s", u.ReviewOn)
	}
	last = d.Last(t)
	_, err = d.MarkReviewed(t.Context(), admin, "robot-1", users.Review{On: "2027-05-23"})
	check(t, d, last, err, nil, "admin@example.com user.reviewed robot-1") // looked at, to the same day
	last = d.Last(t)
	_, err = d.MarkReviewed(t.Context(), admin, "chief", users.Review{})
	check(t, d, last, err, users.ErrForbidden)
	_, err = d.MarkReviewed(t.Context(), d.Owner, ana.ID, users.Review{})
	check(t, d, last, err, users.ErrForbidden)
	_, err = d.MarkReviewed(t.Context(), d.Owner, "nobody", users.Review{})
	check(t, d, last, err, users.ErrNotFound)
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	if !users.Date("").Time().IsZero() || users.Date("2027-01-31").Time().Format("2006-01-02 15:04 MST") != "2027-01-31 00:00 UTC" {
		t.Errorf("got %v and %v", users.Date("").Time(), users.Date("2027-01-31").Time())
	}
}
