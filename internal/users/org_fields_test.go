package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// placed are the fields of Ana in the tests.
var placed = users.OrgFields{Department: new(" Field  operations "), Title: new("Engineer"), Manager: new("Bea@example.com"),
	Labels: new("Night shift, contractor,,CONTRACTOR"), Note: new("Back in May.\r\nAsk Bea. ")}

// TestEditOrgFields sets the fields of a person, and of a service user as far as it has them, and
// deletes them.
func TestEditOrgFields(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bea@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	last := d.Last(t)
	ana, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: placed, Version: 2})
	check(t, d, last, err, nil, "owner@example.com user.edited ana@example.com [department:  → Field operations, title:  → Engineer, manager:  → bea@example.com,"+
		" labels:  → contractor,night shift, note:  → Back in May.\nAsk Bea.]")
	checkStored(t, d, ana)
	if ana.Manager.Name != "Bea" || len(users.SplitLabels(ana.Labels)) != 2 {
		t.Errorf("got manager %+v, labels %q", ana.Manager, ana.Labels)
	}
	last = d.Last(t)
	_, err = d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: placed})
	check(t, d, last, err, nil)
	robot, err := d.Edit(t.Context(), d.Owner, "robot", users.Edit{OrgFields: users.OrgFields{Department: new("Ingest"), Labels: new("night shift"), Note: new("Old.")}})
	check(t, d, last, err, nil, "owner@example.com user.edited robot [department:  → Ingest, labels:  → night shift, note:  → Old.]")
	checkStored(t, d, robot)
	last = d.Last(t)
	_, err = d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Manager: new(""), Labels: new(" , ")}})
	check(t, d, last, err, nil, "owner@example.com user.edited ana@example.com [manager: bea@example.com →, labels: contractor,night shift →]")
	faultlessDirectory(t, d)
}

// invalidOrgFields are edits of Ana with mistakes.
var invalidOrgFields = map[string]struct {
	fields users.OrgFields
	want   []string
}{
	"too long":               {users.OrgFields{Department: new(strings.Repeat("x", 101)), Title: new(strings.Repeat("x", 101)), Note: new(strings.Repeat("x", 2001))}, []string{"department", "note", "title"}},
	"control characters":     {users.OrgFields{Department: new("a\x00b"), Note: new("a\x1bb"), Labels: new("a\x7fb")}, []string{"department", "labels", "note"}},
	"too many labels":        {users.OrgFields{Labels: new("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21")}, []string{"labels"}},
	"a long label":           {users.OrgFields{Labels: new("a," + strings.Repeat("x", 41))}, []string{"labels"}},
	"a quote in a label":     {users.OrgFields{Labels: new(`a"b`)}, []string{"labels"}},
	"a backslash in a label": {users.OrgFields{Labels: new(`a\b`)}, []string{"labels"}},
	"an unknown manager":     {users.OrgFields{Manager: new("nobody@example.com")}, []string{"manager"}},
	"a robot as manager":     {users.OrgFields{Manager: new("robot")}, []string{"manager"}},
	"their own manager":      {users.OrgFields{Manager: new("ana@example.com")}, []string{"manager"}},
}

// TestEditOrgFields_invalid is that mistakes are reported by field, and nothing is written.
func TestEditOrgFields_invalid(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	last := d.Last(t)
	for circumstance, test := range invalidOrgFields {
		_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: test.fields})
		if diff := cmp.Diff(test.want, userstest.Mistakes(err)); diff != "" {
			t.Errorf("%s: mistakes (-want +got):\n%s\n%v", circumstance, diff, err)
		}
	}
	_, err := d.Edit(t.Context(), d.Owner, "robot", users.Edit{OrgFields: users.OrgFields{Title: new("Engineer"), Manager: new("ana@example.com")}})
	if diff := cmp.Diff([]string{"manager", "title"}, userstest.Mistakes(err)); diff != "" {
		t.Errorf("of a service user (-want +got):\n%s", diff)
	}
	if got := d.Last(t); got != last {
		t.Errorf("events up to %d were recorded, want none after %d", got, last)
	}
}

// TestEditOrgFields_actors sets the fields as different actors: of all users, only an owner may set their own.
func TestEditOrgFields_actors(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, admin := d.Person(t, "ana@example.com", users.RoleUser), d.Person(t, "admin@example.com", users.RoleAdmin)
	for who, test := range map[string]struct {
		actor users.Actor
		on    users.ID
		want  error
	}{
		"a user for themselves":   {ana, "ana@example.com", users.ErrForbidden},
		"an admin for themselves": {admin, "admin@example.com", users.ErrForbidden},
		"an admin for a user":     {admin, "ana@example.com", nil},
		"an owner for themselves": {d.Owner, "owner@example.com", nil},
		"an admin for an owner":   {admin, "owner@example.com", users.ErrForbidden},
		"the command line":        {users.Command("cmd"), "ana@example.com", nil},
	} {
		_, err := d.Edit(t.Context(), test.actor, test.on, users.Edit{OrgFields: users.OrgFields{Department: new(who)}})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", who, err, test.want)
		}
	}
}

// TestDeletedManager deletes a manager: the person keeps the reference, without a name, until it is
// changed.
func TestDeletedManager(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "bea@example.com", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: placed}); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(t.Context(), d.Owner, "bea@example.com", users.Deletion{Confirm: "bea@example.com"}); err != nil {
		t.Fatal(err)
	}
	ana := d.Must(t, "ana@example.com")
	if ana.Manager.Key == "" || ana.Manager.ID != "" {
		t.Errorf("got manager %+v, want a key alone", ana.Manager)
	}
	faultlessDirectory(t, d)
	if ana, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Manager: new("")}}); err != nil || ana.Manager != (users.Ref{}) {
		t.Errorf("got manager %+v, %v, want none", ana.Manager, err)
	}
	faultlessDirectory(t, d)
}

// TestStaleOrgFields edits a person whom someone else has edited meanwhile: the error has the values
// of the form and those of now, with the names of the managers.
func TestStaleOrgFields(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	before := d.Must(t, d.Person(t, "ana@example.com", users.RoleUser).ID)
	d.Person(t, "bea@example.com", users.RoleUser)
	edit := users.Edit{OrgFields: placed, Version: before.Version}
	if _, err := d.Edit(t.Context(), d.Owner, before.ID, edit); err != nil {
		t.Fatal(err)
	}
	_, err := d.Edit(t.Context(), d.Owner, before.ID, users.Edit{OrgFields: users.OrgFields{Manager: new("owner@example.com")}, Version: before.Version})
	stale, ok := errors.AsType[*users.StaleError](err)
	if !ok {
		t.Fatalf("got %v, want it stale", err)
	}
	if stale.Base.Manager != (users.Ref{}) || stale.Base.Labels != "" || stale.Current.Manager.Name != "Bea" || stale.Current.Labels != "contractor,night shift" {
		t.Errorf("got base %+v %q, current %+v %q", stale.Base.Manager, stale.Base.Labels, stale.Current.Manager, stale.Current.Labels)
	}
}

// TestProvidedFields signs Ana in with claims that the fields come from: at the first sign-in, at
// later ones with other values, with invalid ones and with none. Nothing else sets them.
func TestProvidedFields(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{ProviderFields: []string{"department", "title", "manager"}})
	d.Person(t, "bea@example.com", users.RoleUser)
	d.Invited(t, "ana@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	claims := userstest.Claims("ana@example.com")
	for i, step := range []struct{ department, title, manager, want string }{
		{"Field", "Engineer", "BEA@example.com", "ana@example.com identity.bound ana@example.com [identity:  → " + userstest.Issuer + " sub-ana@example.com, department:  → Field, title:  → Engineer, manager:  → bea@example.com]"},
		{"Field", "Engineer", "bea@example.com", ""},
		{"Research", "Lead", "unknown@example.com", "provider user.edited ana@example.com [department: Field → Research, title: Engineer → Lead, manager: bea@example.com →]"},
		{strings.Repeat("x", 101), "Lead", "ana@example.com", ""},
		{"Research", "", "robot", "provider user.edited ana@example.com [title: Lead →]"},
	} {
		last := d.Last(t)
		claims.Department, claims.Title, claims.Manager = step.department, step.title, step.manager
		in, err := d.SignIn(t.Context(), claims, userstest.Visit(fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		if u := d.Must(t, "ana@example.com"); u.Department != in.User.Department || u.Title != in.User.Title || u.Manager != in.User.Manager {
			t.Errorf("step %d: %+v was returned, which is not stored", i, in.User)
		}
		if trail := strings.Join(d.Trail(t, last), "\n"); !strings.Contains(trail, step.want) || step.want == "" && strings.Contains(trail, "user.edited") {
			t.Errorf("step %d: got events\n%s\nwant %q", i, trail, step.want)
		}
	}
	claims.Department, claims.Incomplete = "", true
	if in, err := d.SignIn(t.Context(), claims, userstest.Visit("incomplete")); err != nil || in.User.Department != "Research" {
		t.Errorf("claims are missing: got the department %q, %v", in.User.Department, err)
	}
	_, err := d.Edit(t.Context(), d.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Department: new("Research"), Labels: new("x")}})
	if diff := cmp.Diff([]string{"department"}, userstest.Mistakes(err)); diff != "" {
		t.Errorf("an edit by hand (-want +got):\n%s", diff)
	}
	if _, err = d.Edit(t.Context(), d.Owner, "robot", users.Edit{OrgFields: users.OrgFields{Department: new("Ingest")}}); err != nil {
		t.Errorf("a service user has no claims: %v", err)
	}
	faultlessDirectory(t, d)
}

// TestClaimsWithoutSetting signs in with such claims where no setting takes them.
func TestClaimsWithoutSetting(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	claims := userstest.Claims("ana@example.com")
	claims.Department, claims.Title, claims.Manager = "Field", "Engineer", "owner@example.com"
	for i := range 2 {
		in, err := d.SignIn(t.Context(), claims, userstest.Visit(fmt.Sprint(i)))
		if err != nil || in.User.Department != "" || in.User.Title != "" || in.User.Manager != (users.Ref{}) {
			t.Errorf("got %+v, %v, want no fields from claims", in.User, err)
		}
	}
}

// TestAddWithOrgFields adds users with the fields, and refuses those of another kind.
func TestAddWithOrgFields(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "bea@example.com", users.RoleUser)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	u, err := d.AddPerson(t.Context(), admin, users.NewPerson{ID: "ana@example.com", OrgFields: placed})
	if err != nil || u.Department != "Field operations" || u.Manager.ID != "bea@example.com" || u.Labels != "contractor,night shift" {
		t.Errorf("got %+v, %v", u, err)
	}
	checkStored(t, d, u)
	_, err = d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{NewPerson: users.NewPerson{ID: "robot", OrgFields: placed},
		ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: "bea@example.com"}})
	if diff := cmp.Diff([]string{"manager", "title"}, userstest.Mistakes(err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	faultlessDirectory(t, d)
}

// faultlessDirectory checks that nothing is wrong with a directory.
func faultlessDirectory(t *testing.T, d *userstest.Directory) {
	t.Helper()
	if found := wrongIn(t, d); len(found) > 0 {
		t.Errorf("the check finds:\n%s", strings.Join(found, "\n"))
	}
}
