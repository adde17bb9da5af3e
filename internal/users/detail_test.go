package users_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestDetail(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	d.SignedIn(t, "ana@example.com")
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Ana 11")}}); err != nil {
		t.Fatal(err)
	}
	detail, err := d.Detail(t.Context(), d.Owner, ana.ID)
	if err != nil {
		t.Fatal(err)
	}
	if detail.User.Name != "Ana 11" || len(detail.Sessions) != 2 || detail.LastOwner || detail.LastRefusal != nil {
		t.Errorf("got %s, %d sessions, last owner %v, refusal %v", detail.User.Name, len(detail.Sessions), detail.LastOwner, detail.LastRefusal)
	}
	want := []users.Identity{{Issuer: userstest.Issuer, Subject: "sub-ana@example.com", Address: "ana@example.com", BoundAt: d.Clock.Now(), SignedInAt: d.Clock.Now()}}
	if diff := cmp.Diff(want, detail.Identities); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]users.ID{"robot-1", "robot-2"}, userstest.IDs(detail.ResponsibleFor)); diff != "" {
		t.Errorf("responsible for (-want +got):\n%s", diff)
	}
}

func TestDetail_responsibleFor(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	detail, err := d.Detail(t.Context(), ana, "robot-1")
	if err != nil || detail.User.Responsible.Key != ana.Key {
		t.Fatalf("got %+v, %v", detail, err)
	}
	bob := d.SignedIn(t, "bob@example.com").Actor("", "", "")
	if _, err := d.Detail(t.Context(), bob, "robot-1"); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by someone else: got error %v, want %v", err, users.ErrForbidden)
	}
	own, err := d.Detail(t.Context(), bob, "BOB@example.com")
	if err != nil || own.User.Key != bob.Key {
		t.Errorf("own: got %+v, %v", own.User, err)
	}
}

func TestConsequences(t *testing.T) {
	t.Parallel()
	d, ana := withRobots(t)
	d.SignedIn(t, "ana@example.com")
	c, err := d.Consequences(t.Context(), d.Owner, ana.ID)
	if err != nil || c.User.Key != ana.Key || len(c.Sessions) != 2 || len(c.ResponsibleFor) != 2 || c.LastOwner {
		t.Errorf("of Ana: got %+v, %v", c, err)
	}
	own, err := d.Consequences(t.Context(), d.Owner, d.Owner.ID)
	if err != nil || !own.LastOwner || len(own.Sessions) != 1 || len(own.ResponsibleFor) != 0 {
		t.Errorf("of the only owner: got %+v, %v", own, err)
	}
	d.Person(t, "second@example.com", users.RoleOwner)
	if own, err = d.Consequences(t.Context(), d.Owner, d.Owner.ID); err != nil || own.LastOwner {
		t.Errorf("of one of two owners: got %+v, %v", own, err)
	}
	if _, err := d.Consequences(t.Context(), d.Owner, "nobody@example.com"); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("of nobody: got error %v, want %v", err, users.ErrNotFound)
	}
	if _, err := d.Consequences(t.Context(), ana, d.Owner.ID); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by Ana: got error %v, want %v", err, users.ErrForbidden)
	}
}

func TestLabel(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]users.User{"Ana": {ID: "ana@example.com", Name: "Ana"}, "ana@example.com": {ID: "ana@example.com"}, "": {}} {
		if u.Label() != want || u.Ref().Label() != want {
			t.Errorf("got %q and %q, want %q", u.Label(), u.Ref().Label(), want)
		}
	}
}

func TestReadyAndTrouble(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	if err := d.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
	if users.Trouble(users.ErrNotFound) != "" || users.Trouble(nil) != "" {
		t.Error("an answer counts as a database that cannot serve")
	}
}

// TestTargetByKey has one answer for everyone whom a user may not see.
func TestTargetByKey(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if u, err := d.TargetByKey(t.Context(), ana, ana.Key, users.ActSee); err != nil || u.ID != ana.ID {
		t.Errorf("oneself: got %v, %v", u.ID, err)
	}
	if _, err := d.TargetByKey(t.Context(), d.Owner, "usr_none", users.ActSee); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("an unknown key, as owner: got %v", err)
	}
	_, unknown := d.TargetByKey(t.Context(), ana, "usr_none", users.ActSee)
	_, other := d.TargetByKey(t.Context(), ana, d.Owner.Key, users.ActSee)
	if !errors.Is(unknown, users.ErrForbidden) || unknown.Error() != other.Error() {
		t.Errorf("as user: got %v for an unknown key and %v for another user", unknown, other)
	}
}
