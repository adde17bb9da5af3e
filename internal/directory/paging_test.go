package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// crowd adds n people, several with the same name and time of creation.
func crowd(t *testing.T, d *userstest.Directory, n int) {
	t.Helper()
	for i := range n {
		if i%3 == 0 {
			d.Clock.Advance(time.Second)
		}
		if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: fmt.Sprintf("p%02d@example.com", n-i), Name: fmt.Sprint("Name ", i%7)}); err != nil {
			t.Fatal(err)
		}
	}
}

// page returns a page of the directory.
func page(t *testing.T, d *userstest.Directory, q directory.Query) directory.Listing {
	t.Helper()
	l, err := d.Directory.Users(t.Context(), d.Owner, q)
	if err != nil {
		t.Fatalf("Users(%+v): %v", q, err)
	}
	return l
}

// TestPaging reads all pages of the directory forward and back, in each order.
func TestPaging(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 22)
	for _, sort := range []directory.Sort{"", "name", "-name", "id", "-id", "created", "-created", "seen", "-seen"} {
		for _, limit := range []int{1, 7, 23, 24} {
			t.Run(fmt.Sprintf("by %q, %d a page", sort, limit), func(t *testing.T) {
				t.Parallel()
				q := directory.Query{Sort: sort, Limit: limit}
				want := userstest.IDs(page(t, d, directory.Query{Sort: sort}).Users)
				l := page(t, d, q)
				got := walk(t, d, q, l, want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("forward (-in one page +in pages):\n%s", diff)
				}
			})
		}
	}
}

// walk reads the pages from a page to the last and back to the first. It returns the users of the
// way forward.
func walk(t *testing.T, d *userstest.Directory, q directory.Query, l directory.Listing, want []users.ID) []users.ID {
	t.Helper()
	got := userstest.IDs(l.Users)
	if l.Previous != "" || l.From != 1 {
		t.Errorf("the first page begins at %d and has a page before", l.From)
	}
	for l.Next != "" {
		q.After = l.Next
		l = page(t, d, q)
		if l.From != len(got)+1 || !l.Total.More && l.Total.N != len(want) || l.Previous == "" || len(l.Users) == 0 {
			t.Errorf("page after %d: got from %d of %v, %d rows, page before %q", len(got), l.From, l.Total, len(l.Users), l.Previous)
		}
		got = append(got, userstest.IDs(l.Users)...)
	}
	first := l.From
	for q.After = ""; l.Previous != ""; {
		q.Before = l.Previous
		l = page(t, d, q)
		if l.Next == "" || l.From != first-len(l.Users) || !slices.Equal(userstest.IDs(l.Users), want[l.From-1:first-1]) {
			t.Errorf("page before %d: got from %d: %v", first, l.From, userstest.IDs(l.Users))
		}
		first = l.From
	}
	if first != 1 {
		t.Errorf("the way back ended at %d", first)
	}
	return got
}

func rename(t *testing.T, d *userstest.Directory, id users.ID, name string) {
	t.Helper()
	if _, err := d.Edit(t.Context(), d.Owner, id, users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, d *userstest.Directory, id users.ID) {
	t.Helper()
	if err := d.Delete(t.Context(), d.Owner, id, users.Deletion{Confirm: string(id)}); err != nil {
		t.Fatal(err)
	}
}

// changesBetween are changes between two pages, given the users seen and those to come. Each
// returns the users that it changed.
var changesBetween = map[string]func(t *testing.T, d *userstest.Directory, seen, coming []users.User) (changed []users.ID){
	"someone is added in front": func(t *testing.T, d *userstest.Directory, _, _ []users.User) []users.ID {
		return []users.ID{d.Invited(t, "aaa@example.com", users.RoleUser).ID}
	},
	"someone is added at the end": func(t *testing.T, d *userstest.Directory, _, _ []users.User) []users.ID {
		return []users.ID{d.Invited(t, "zzz@example.com", users.RoleUser).ID}
	},
	"the row of the cursor is deleted": func(t *testing.T, d *userstest.Directory, seen, _ []users.User) []users.ID {
		remove(t, d, seen[len(seen)-1].ID)
		return []users.ID{seen[len(seen)-1].ID}
	},
	"the row of the cursor is renamed": func(t *testing.T, d *userstest.Directory, seen, _ []users.User) []users.ID {
		rename(t, d, seen[len(seen)-1].ID, "Name 0")
		return []users.ID{seen[len(seen)-1].ID}
	},
	"the next is deleted, one renamed": func(t *testing.T, d *userstest.Directory, seen, coming []users.User) []users.ID {
		remove(t, d, coming[0].ID)
		rename(t, d, seen[0].ID, "Zoe")
		return []users.ID{coming[0].ID, seen[0].ID}
	},
}

// TestPagingAmongChanges changes the directory between the pages: no unchanged user
// is omitted or shown twice.
func TestPagingAmongChanges(t *testing.T) {
	t.Parallel()
	for name, change := range changesBetween {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			crowd(t, d, 17)
			before := page(t, d, directory.Query{})
			q := directory.Query{Limit: 5}
			l := page(t, d, q)
			met := userstest.IDs(l.Users)
			q.After = l.Next
			l = page(t, d, q)
			met = append(met, userstest.IDs(l.Users)...)
			changed := change(t, d, before.Users[:len(met)], before.Users[len(met):])
			for l.Next != "" {
				q.After = l.Next
				l = page(t, d, q)
				met = append(met, userstest.IDs(l.Users)...)
			}
			want := userstest.IDs(before.Users)
			for _, id := range changed {
				is := func(other users.ID) bool { return other == id }
				met, want = slices.DeleteFunc(met, is), slices.DeleteFunc(want, is)
			}
			if diff := cmp.Diff(want, met); diff != "" {
				t.Errorf("those who stayed as they were (-want +met):\n%s", diff)
			}
		})
	}
}

// TestPagingByNamesThatGrow pages past names that folding makes many times as long.
func TestPagingByNamesThatGrow(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 3 {
		name := strings.Repeat("ﷺ", 199) + fmt.Sprint(i)
		if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: fmt.Sprintf("p%d@example.com", i), Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	q := directory.Query{Limit: 1}
	want := userstest.IDs(page(t, d, directory.Query{}).Users)
	if diff := cmp.Diff(want, walk(t, d, q, page(t, d, q), want)); diff != "" {
		t.Errorf("(-in one page +in pages):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 210)
	for limit, want := range map[int]int{0: 50, -1: 50, -1 << 63: 50, 1: 1, 200: 200, 201: 200, 1<<63 - 1: 200} {
		if got := page(t, d, directory.Query{Limit: limit}); len(got.Users) != want || got.Total != exactly(211) {
			t.Errorf("limit %d: got %d of %v, want %d", limit, len(got.Users), got.Total, want)
		}
		events, err := d.History.Events(t.Context(), d.Owner, history.Query{Limit: limit})
		if err != nil || len(events.Events) != want {
			t.Errorf("events, limit %d: got %d, %v; want %d", limit, len(events.Events), err, want)
		}
	}
}

// TestPageThatHasGone requests a page after all its users were deleted.
func TestPageThatHasGone(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "zoe@example.com", users.RoleUser)
	q := directory.Query{Limit: 1}
	first, err := d.Directory.Users(t.Context(), d.Owner, q)
	if err != nil || first.Next == "" {
		t.Fatalf("first page: next %q, %v", first.Next, err)
	}
	gone := users.ID("zoe@example.com")
	if err := d.Delete(t.Context(), d.Owner, gone, users.Deletion{Confirm: string(gone)}); err != nil {
		t.Fatal(err)
	}
	q.After = first.Next
	page, err := d.Directory.Users(t.Context(), d.Owner, q)
	if err != nil || len(page.Users) != 1 || page.From != 1 || page.Previous != "" {
		t.Errorf("page that has gone: got %+v, %v; want the first one", page, err)
	}
}

// TestLastPageThatHasGone requests a page after the last user: the last existing one
// is shown, in any order.
func TestLastPageThatHasGone(t *testing.T) {
	t.Parallel()
	for _, sort := range []directory.Sort{"name", "-name", "created", "-id"} {
		d := userstest.New(t)
		crowd(t, d, 6)
		q := directory.Query{Sort: sort, Text: "p0"}
		all := userstest.IDs(page(t, d, q).Users)
		q.Limit = 2
		q.After = page(t, d, q).Next
		q.After = page(t, d, q).Next
		for _, id := range all[4:] {
			remove(t, d, id)
		}
		l := page(t, d, q)
		if diff := cmp.Diff(all[2:4], userstest.IDs(l.Users)); diff != "" || l.From != 3 || l.Next != "" || l.Previous == "" {
			t.Errorf("%s: from %d, next %q (-want +got):\n%s", sort, l.From, l.Next, diff)
		}
	}
}

// TestTotalOnTheLastPage is exact, although the total of the pages before is not.
func TestTotalOnTheLastPage(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Directory.SetMost(3)
	crowd(t, d, 22)
	q := directory.Query{Created: "<7d", Seen: directory.SeenNever, Kind: directory.Values(users.KindPerson), Limit: 9}
	totals := []directory.Total{{N: 9, More: true}, {N: 18, More: true}, exactly(22)}
	for i, want := range totals {
		l := page(t, d, q)
		if l.Total != want || (l.Next == "") != (i == 2) {
			t.Errorf("page %d: got %v, next %q; want %v", i+1, l.Total, l.Next, want)
		}
		q.After = l.Next
	}
}

// TestTotalOfTooMany is that there are more than can be sorted, if the index alone counts the
// matches of all conditions.
func TestTotalOfTooMany(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Directory.SetMost(3)
	for i := range 8 {
		d.ServiceUser(t, fmt.Sprintf("robot-%d", i), users.RoleUser)
	}
	for _, q := range []directory.Query{{Text: "rob", Limit: 2}, {Created: "<7d", Limit: 2}} {
		if got, want := page(t, d, q).Total, (directory.Total{N: 3, More: true}); got != want {
			t.Errorf("%+v: got %v, want %v", q, got, want)
		}
	}
}
