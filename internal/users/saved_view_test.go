package users_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// viewNames returns the names of the views that an actor sees, in their order.
func viewNames(t *testing.T, d *userstest.Directory, a users.Actor) []string {
	t.Helper()
	all, err := d.SavedViews(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
	}
	return names
}

// saved saves a view, which must succeed.
func saved(t *testing.T, d *userstest.Directory, a users.Actor, name string, shared bool) users.SavedView {
	t.Helper()
	v, err := d.SaveView(t.Context(), a, users.NewView{Name: name, Query: "role=admin", Shared: shared})
	if err != nil {
		t.Fatalf("save %s: %v", name, err)
	}
	return v
}

// saveViewTests are views that are saved, by the circumstance.
var saveViewTests = map[string]struct {
	role   users.Role // of the actor; empty for the command line
	view   users.NewView
	want   error
	fields []string // mistakes
	trail  []string
}{
	"by an auditor": {users.RoleAuditor, users.NewView{Name: " Quiet admins ", Query: "role=admin&seen=%3E90d"}, nil, nil,
		[]string{"actor@example.com view.saved  [name:  → Quiet admins, query:  → role=admin&seen=%3E90d, shared:  → off]"}},
	"shared by an admin": {users.RoleAdmin, users.NewView{Name: "Zoë’s", Query: "q=zo%C3%AB", Shared: true}, nil, nil,
		[]string{"actor@example.com view.saved  [name:  → Zoë’s, query:  → q=zo%C3%AB, shared:  → on]"}},
	"shared by an owner":    {users.RoleOwner, users.NewView{Name: strings.Repeat("ü", 60), Query: "q=a", Shared: true}, nil, nil, []string{"actor@example.com view.saved  [name:  → " + strings.Repeat("ü", 60) + ", query:  → q=a, shared:  → on]"}},
	"shared by an auditor":  {users.RoleAuditor, users.NewView{Name: "A", Query: "q=a", Shared: true}, users.ErrForbidden, nil, nil},
	"by a user":             {users.RoleUser, users.NewView{Name: "A", Query: "q=a"}, users.ErrForbidden, nil, nil},
	"at the command line":   {"", users.NewView{Name: "A", Query: "q=a"}, users.ErrForbidden, nil, nil},
	"no name":               {users.RoleAdmin, users.NewView{Name: "  ", Query: "q=a"}, nil, []string{"name"}, nil},
	"a long name":           {users.RoleAdmin, users.NewView{Name: strings.Repeat("ü", 61), Query: "q=a"}, nil, []string{"name"}, nil},
	"a hidden name":         {users.RoleAdmin, users.NewView{Name: "a\u202eb", Query: "q=a"}, nil, []string{"name"}, nil},
	"nothing to save":       {users.RoleAdmin, users.NewView{Name: "A"}, nil, []string{"query"}, nil},
	"a long address":        {users.RoleAdmin, users.NewView{Name: "A", Query: "q=" + strings.Repeat("a", 999)}, nil, []string{"query"}, nil},
	"no address":            {users.RoleAdmin, users.NewView{Name: "A", Query: "q=%zz"}, nil, []string{"query"}, nil},
	"another line":          {users.RoleAdmin, users.NewView{Name: "A", Query: "q=a\r\nSet-Cookie: b"}, nil, []string{"query"}, nil},
	"every mistake at once": {users.RoleAdmin, users.NewView{}, nil, []string{"name", "query"}, nil},
}

func TestSaveView(t *testing.T) {
	t.Parallel()
	for name, test := range saveViewTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			actor := users.Command("")
			if test.role != "" {
				actor = d.Person(t, "actor@example.com", test.role)
			}
			last := d.Last(t)
			v, err := d.SaveView(t.Context(), actor, test.view)
			if test.fields != nil {
				checkMistakes(t, d, last, err, test.fields...)
				return
			}
			check(t, d, last, err, test.want, test.trail...)
			if err == nil && (v.Name != strings.TrimSpace(test.view.Name) || v.Query != test.view.Query || v.Shared != test.view.Shared || v.Owner.ID != actor.ID) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestSaveView_names(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, bo := d.Person(t, "ana@example.com", users.RoleAdmin), d.Person(t, "bo@example.com", users.RoleAdmin)
	saved(t, d, ana, "Team", true)
	last := d.Last(t)
	_, err := d.SaveView(t.Context(), ana, users.NewView{Name: " Team ", Query: "q=a"})
	checkMistakes(t, d, last, err, "name")
	saved(t, d, bo, "Team", false) // another's may be called the same
	for i := range 49 {
		saved(t, d, ana, fmt.Sprintf("View %d", i), false)
	}
	last = d.Last(t)
	_, err = d.SaveView(t.Context(), ana, users.NewView{Name: "One more", Query: "q=a"})
	checkMistakes(t, d, last, err, "name")
	if err == nil || !strings.Contains(err.Error(), "You have 50 views") {
		t.Errorf("got error %v, want one that says how many there are", err)
	}
}

func TestSavedViews(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, bo := d.Person(t, "ana@example.com", users.RoleAdmin), d.Person(t, "bo@example.com", users.RoleAuditor)
	saved(t, d, ana, "Shared", true)
	saved(t, d, ana, "private", false)
	saved(t, d, d.Owner, "Other", true)
	saved(t, d, bo, "élan", false)
	saved(t, d, bo, "Zoo", false)
	saved(t, d, bo, "Edge", false)
	for who, want := range map[*users.Actor][]string{
		&ana: {"private", "Shared", "Other"}, &bo: {"Edge", "élan", "Zoo", "Other", "Shared"}, &d.Owner: {"Other", "Shared"},
	} {
		if diff := cmp.Diff(want, viewNames(t, d, *who)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", who.ID, diff)
		}
	}
	all, err := d.SavedViews(t.Context(), bo)
	if err != nil || all[4].Owner.ID != "ana@example.com" || !all[4].Shared || all[4].Query != "role=admin" || all[4].CreatedAt != d.Clock.Now() {
		t.Errorf("got %+v, %v", all, err)
	}
	demoted, err := d.ChangeRole(t.Context(), d.Owner, bo.ID, users.RoleChange{Role: users.RoleUser})
	if err != nil {
		t.Fatal(err)
	}
	bo.Role = demoted.Role
	if own, err := d.OwnViews(t.Context(), bo); err != nil || len(own) != 3 {
		t.Errorf("after a demotion: got own views %+v, %v; want three", own, err)
	}
	if err := d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: string(ana.ID)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Other"}, viewNames(t, d, d.Owner)); diff != "" {
		t.Errorf("after its owner is deleted (-want +got):\n%s", diff)
	}
}

func TestDeleteView(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		role   users.Role // of who deletes it; empty for its owner
		shared bool
		want   error
		trail  []string
	}{
		"one's own":            {"", false, nil, []string{"ana@example.com view.deleted  [name: A →, query: role=admin →, shared: off →]"}},
		"one's own, shared":    {"", true, nil, []string{"ana@example.com view.deleted  [name: A →, query: role=admin →, shared: on →]"}},
		"shared, by an owner":  {users.RoleOwner, true, nil, []string{"actor@example.com view.deleted ana@example.com [name: A →, query: role=admin →, shared: on →]"}},
		"shared, by an admin":  {users.RoleAdmin, true, users.ErrForbidden, nil},
		"private, by an owner": {users.RoleOwner, false, users.ErrNotFound, nil},
		"private, by an admin": {users.RoleAdmin, false, users.ErrNotFound, nil},
		"shared, by a user":    {users.RoleUser, true, users.ErrForbidden, nil},
		"private, by a user":   {users.RoleUser, false, users.ErrForbidden, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			ana := d.Person(t, "ana@example.com", users.RoleAdmin)
			v, actor := saved(t, d, ana, "A", test.shared), ana
			if test.role != "" {
				actor = d.Person(t, "actor@example.com", test.role)
			}
			last := d.Last(t)
			_, err := d.DeleteView(t.Context(), actor, v.ID)
			check(t, d, last, err, test.want, test.trail...)
			if left := len(viewNames(t, d, ana)); (left == 0) != (test.want == nil) {
				t.Errorf("%d views are left", left)
			}
			if test.want == nil {
				_, err := d.DeleteView(t.Context(), actor, v.ID)
				check(t, d, d.Last(t), err, users.ErrNotFound)
			}
		})
	}
}

// TestSaveView_atOnce has one owner save the same name many times at the same
// time.
func TestSaveView_atOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	errs := userstest.AtOnce(20, func(int) error {
		_, err := d.SaveView(context.Background(), d.Owner, users.NewView{Name: "A", Query: "q=a"})
		return err
	})
	refused := 0
	for _, err := range errs {
		if len(userstest.Mistakes(err)) == 1 {
			refused++
		}
	}
	if n := len(d.Since(t, last)); refused != 19 || n != 1 {
		t.Errorf("got %d refusals and %d events, want 19 and 1", refused, n)
	}
}
