package users_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// exported returns the user_ids that an export of q holds.
func exported(t *testing.T, d *userstest.Directory, q users.Query) (all []users.ID, total users.Total) {
	t.Helper()
	err := d.Export(t.Context(), d.Owner, q, "csv", func(n users.Total) error { total = n; return nil }, func(x *users.Exported) error {
		all = append(all, x.ID)
		return nil
	})
	if err != nil {
		t.Fatalf("Export(%+v): %v", q, err)
	}
	return all, total
}

// TestExportHoldsTheView compares what is exported with what the list shows, page
// after page.
func TestExportHoldsTheView(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1000} {
		d := hundredDaysOn(t)
		d.SetMost(most)
		for name, test := range filterCases {
			q := test.query
			q.Limit = 3
			l := page(t, d, q)
			want := ids(l.Users)
			for l.Next != "" {
				q.After = l.Next
				l = page(t, d, q)
				want = append(want, ids(l.Users)...)
			}
			got, _ := exported(t, d, test.query)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("most %d, %s (-list +export):\n%s", most, name, diff)
			}
		}
	}
}

// TestExportLeavesAnEvent is that the history says what was exported before anyone
// gets a first row.
func TestExportLeavesAnEvent(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	q := users.Query{Text: "rob", Kind: users.KindService, Seen: users.SeenNever, Sort: "-id"}
	stop := errors.New("the reader has gone")
	err := d.Export(t.Context(), d.Owner, q, "jsonl", func(users.Total) error {
		want := []users.Change{{Field: "format", New: "jsonl"}, {Field: "q", New: "rob"}, {Field: "type", New: "service"}, {Field: "seen", New: "never"},
			{Field: "sort", New: "-id"}, {Field: "users", New: "3"}}
		events, err := d.Events(t.Context(), d.Owner, users.EventQuery{Action: users.ActionExported})
		if err != nil || len(events.Events) != 1 {
			t.Fatalf("got %d events, %v", len(events.Events), err)
		}
		if diff := cmp.Diff(want, events.Events[0].Changes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return nil
	}, func(*users.Exported) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want what the reader returned", err)
	}
}

// TestExportRefuses is who gets nothing, and that nothing is left of it.
func TestExportRefuses(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	user := d.Person(t, "ana@example.com", users.RoleUser)
	never := func(users.Total) error { t.Error("it has begun"); return nil }
	if err := d.Export(t.Context(), user, users.Query{}, "csv", never, nil); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("a user: got %v", err)
	}
	var bad *users.InvalidError
	if err := d.Export(t.Context(), d.Owner, users.Query{Text: "typ:service"}, "csv", never, nil); !errors.As(err, &bad) || !strings.Contains(bad.Error(), "typ:") {
		t.Errorf("an unknown filter: got %v", err)
	}
	anna, bert := d.Person(t, "anna@example.com", users.RoleAuditor), d.Person(t, "bert@example.com", users.RoleAdmin)
	nested := func(by users.Actor, inside func() error) error {
		return d.Export(t.Context(), by, users.Query{}, "csv", func(users.Total) error { return inside() }, func(*users.Exported) error { return nil })
	}
	err := nested(d.Owner, func() error {
		if err := nested(d.Owner, func() error { t.Error("it has begun"); return nil }); !errors.Is(err, users.ErrExporting) {
			t.Errorf("the same once more: got %v", err)
		}
		return nested(anna, func() error {
			if err := nested(bert, func() error { t.Error("it has begun"); return nil }); !errors.Is(err, users.ErrExporting) {
				t.Errorf("the third at once: got %v", err)
			}
			return nil
		})
	})
	if err != nil {
		t.Errorf("two at once: got %v", err)
	}
	if events, err := d.Events(t.Context(), d.Owner, users.EventQuery{Action: users.ActionExported}); err != nil || len(events.Events) != 2 {
		t.Errorf("got %d events, %v; want those of the two that began", len(events.Events), err)
	}
}

// TestExportIsOneMoment changes users in the middle of an export: it waits for
// nobody, and what is exported is as it was when it began.
func TestExportIsOneMoment(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 30)
	before := ids(page(t, d, users.Query{}).Users)
	for _, most := range []int{0, 1000} {
		d.SetMost(most)
		var got []users.ID
		err := d.Export(t.Context(), d.Owner, users.Query{}, "csv", func(users.Total) error { return nil }, func(x *users.Exported) error {
			if len(got) == 3 {
				rename(t, d, before[20], "A")
				remove(t, d, before[len(before)-2-most%2])
			}
			got = append(got, x.ID)
			return nil
		})
		if err != nil || len(got) != len(before) {
			t.Fatalf("got %d of %d users, %v", len(got), len(before), err)
		}
		before = ids(page(t, d, users.Query{}).Users)
	}
}

// TestExportOfTooMany is in the order of the list, too, where this is not the one that
// was asked for; and the history says so.
func TestExportOfTooMany(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.SetMost(3)
	d.ServiceUser(t, "robot", users.RoleUser)
	for i := range 8 {
		d.ServiceUser(t, fmt.Sprintf("robot-%d", i), users.RoleUser)
	}
	q := users.Query{Text: "robot", Sort: "name"}
	list := page(t, d, q)
	got, total := exported(t, d, q)
	if diff := cmp.Diff(ids(list.Users), got); diff != "" || !list.Newest || got[0] != "robot" || got[1] != "robot-7" || total != exactly(9) {
		t.Errorf("of %v, newest %v (-list +export):\n%s", total, list.Newest, diff)
	}
	events, err := d.Events(t.Context(), d.Owner, users.EventQuery{Action: users.ActionExported})
	if err != nil || !slices.Contains(events.Events[0].Changes, users.Change{Field: "sort", New: "-created"}) {
		t.Errorf("got %v, %v", events.Events, err)
	}
}
