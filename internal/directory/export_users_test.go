package directory_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// exported returns the user_ids that an export of q holds.
func exported(t *testing.T, d *userstest.Directory, q directory.Query) (all []users.ID, total int) {
	t.Helper()
	var got userstest.Sink
	if err := d.Directory.Export(t.Context(), d.Owner, q, userstest.CSV, &got); err != nil {
		t.Fatalf("Export(%+v): %v", q, err)
	}
	return got.IDs, got.Total
}

// TestExportHoldsTheView compares an export with all pages of the list.
func TestExportHoldsTheView(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1000} {
		d := hundredDaysOn(t)
		d.Directory.SetMost(most)
		for name, test := range filterCases {
			q := test.query
			q.Limit = 3
			l := page(t, d, q)
			want := userstest.IDs(l.Users)
			for l.Next != "" {
				q.After = l.Next
				l = page(t, d, q)
				want = append(want, userstest.IDs(l.Users)...)
			}
			got, _ := exported(t, d, test.query)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("most %d, %s (-list +export):\n%s", most, name, diff)
			}
		}
	}
}

// TestExportLeavesAnEvent is that the event of an export precedes its first row.
func TestExportLeavesAnEvent(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	q := directory.Query{Text: "rob", Kind: directory.Values(users.KindService), Seen: directory.SeenNever, Sort: "-id"}
	stop := errors.New("the reader has gone")
	err := d.Directory.Export(t.Context(), d.Owner, q, directory.ExportFormat{Name: "jsonl"}, &userstest.Sink{OnBegin: func(int) error {
		want := []users.Change{{Field: "format", New: "jsonl"}, {Field: "q", New: "rob"}, {Field: "type", New: "service"}, {Field: "seen", New: "never"},
			{Field: "sort", New: "-id"}, {Field: "users", New: "3"}}
		events, err := d.History.Events(t.Context(), d.Owner, history.Query{Action: users.ActionExported})
		if err != nil || len(events.Events) != 1 {
			t.Fatalf("got %d events, %v", len(events.Events), err)
		}
		if diff := cmp.Diff(want, events.Events[0].Changes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return stop
	}})
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want what the sink returned", err)
	}
}

// TestExportRefuses is refused exports, which leave no event.
func TestExportRefuses(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	user := d.Person(t, "ana@example.com", users.RoleUser)
	never := &userstest.Sink{OnBegin: func(int) error { t.Error("it has begun"); return nil }}
	if err := d.Directory.Export(t.Context(), user, directory.Query{}, userstest.CSV, never); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("a user: got %v", err)
	}
	var bad *users.InvalidError
	if err := d.Directory.Export(t.Context(), d.Owner, directory.Query{Text: "typ:service"}, userstest.CSV, never); !errors.As(err, &bad) || !strings.Contains(bad.Error(), "typ:") {
		t.Errorf("an unknown filter: got %v", err)
	}
	few := directory.ExportFormat{Name: "xlsx", Most: 1}
	if err := d.Directory.Export(t.Context(), d.Owner, directory.Query{}, few, never); !errors.As(err, &bad) || bad.Fields[0].Field != "format" || !strings.Contains(bad.Error(), "at most 1") {
		t.Errorf("more users than the file can hold: got %v", err)
	}
	if events, err := d.History.Events(t.Context(), d.Owner, history.Query{Action: users.ActionExported}); err != nil || len(events.Events) != 0 {
		t.Errorf("got %d events, %v; want none", len(events.Events), err)
	}
}

// TestExportPlaces limits exports to one per person and a few at once, with a place reserved for
// owners.
func TestExportPlaces(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	nested := func(by users.Actor, inside func()) error {
		return d.Directory.Export(t.Context(), by, directory.Query{}, userstest.CSV, &userstest.Sink{OnBegin: func(int) error { inside(); return nil }})
	}
	refused := func(by users.Actor, who string) {
		err := nested(by, func() { t.Errorf("%s: it has begun", who) })
		if !errors.Is(err, users.ErrExporting) {
			t.Errorf("%s: got %v", who, err)
		}
	}
	var actors []users.Actor
	for i := range 4 {
		actors = append(actors, d.Person(t, fmt.Sprintf("auditor%d@example.com", i), users.RoleAuditor))
	}
	var each func(i int)
	owner := false
	each = func(i int) {
		if i < 3 {
			if err := nested(actors[i], func() { refused(actors[i], "the same once more"); each(i + 1) }); err != nil {
				t.Errorf("export %d at once: %v", i+1, err)
			}
			return
		}
		refused(actors[3], "one more than there are places")
		if err := nested(d.Owner, func() { owner = true }); err != nil {
			t.Errorf("the owner: %v", err)
		}
	}
	each(0)
	if !owner {
		t.Error("the owner's has not begun")
	}
	if err := nested(actors[3], func() {}); err != nil {
		t.Errorf("when the others have ended: %v", err)
	}
}

// TestExportWhileUsersChange changes users between the slices of an export: each user who exists
// throughout is in it once, as of when the row is read.
func TestExportWhileUsersChange(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1000} {
		d := userstest.New(t)
		crowd(t, d, 30)
		d.Directory.SetMost(most)
		d.Directory.SetExportSlice(4)
		before := userstest.IDs(page(t, d, directory.Query{}).Users)
		first, early, late, newest := before[0], before[1], before[20], users.ID("p01@example.com")
		file := new(userstest.Sink)
		changed := false
		file.OnSend = func() error {
			if changed {
				return nil
			}
			changed = true
			rename(t, d, early, "Zz") // is sent already, and would be next again
			rename(t, d, late, "A")   // would be before the users sent already
			remove(t, d, before[25])
			remove(t, d, newest) // SQLite gives its number to the next user
			d.Clock.Advance(time.Second)
			d.Invited(t, "new@example.com", users.RoleUser)
			return nil
		}
		if err := d.Directory.Export(t.Context(), d.Owner, directory.Query{}, userstest.CSV, file); err != nil {
			t.Fatal(err)
		}
		want := slices.DeleteFunc(slices.Clone(before), func(id users.ID) bool { return id == before[25] || id == newest })
		if diff := cmp.Diff(want, file.IDs); diff != "" {
			t.Errorf("most %d (-want +got):\n%s", most, diff)
		}
		if file.IDs[0] != first || file.Names[early] == "Zz" || file.Names[late] != "A" {
			t.Errorf("most %d: names are %q and %q", most, file.Names[early], file.Names[late])
		}
		if got := d.Trail(t, d.Last(t)-1); len(got) != 1 || !strings.Contains(got[0], fmt.Sprintf("users:  → %d, of:  → %d, end:  → complete", len(want), len(before))) {
			t.Errorf("the history: %v", got)
		}
	}
}

// TestExportHoldsNothingWhileItSends is that no connection is in use while the sink sends, so that
// the WAL can be checkpointed.
func TestExportHoldsNothingWhileItSends(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 12)
	d.Directory.SetExportSlice(5)
	sends := 0
	file := &userstest.Sink{OnSend: func() error {
		sends++
		for name, pool := range map[string]*sql.DB{"Reads": d.DB.Reads(), "LookUps": d.DB.LookUps(), "LongReads": d.DB.LongReads()} {
			if n := pool.Stats().InUse; n > 0 {
				t.Errorf("%s: %d connections are in use", name, n)
			}
		}
		rename(t, d, "p01@example.com", fmt.Sprint("Name ", sends))
		if d.DB.Engine() == database.SQLite {
			databasetest.Checkpoint(t, d.DB.Name())
		}
		return nil
	}}
	if err := d.Directory.Export(t.Context(), d.Owner, directory.Query{}, userstest.CSV, file); err != nil || sends != 3 || len(file.IDs) != 13 {
		t.Errorf("got %d users in %d slices, %v", len(file.IDs), sends, err)
	}
}

// TestExportOfTooMany is in the order of the list, the newest first, and so is its event.
func TestExportOfTooMany(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Directory.SetMost(3)
	d.ServiceUser(t, "robot", users.RoleUser)
	for i := range 8 {
		d.ServiceUser(t, fmt.Sprintf("robot-%d", i), users.RoleUser)
	}
	q := directory.Query{Text: "robot", Sort: "name"}
	list := page(t, d, q)
	got, total := exported(t, d, q)
	if diff := cmp.Diff(userstest.IDs(list.Users), got); diff != "" || !list.Newest || got[0] != "robot" || got[1] != "robot-7" || total != 9 {
		t.Errorf("of %v, newest %v (-list +export):\n%s", total, list.Newest, diff)
	}
	events, err := d.History.Events(t.Context(), d.Owner, history.Query{Action: users.ActionExported})
	if err != nil || !slices.Contains(events.Events[0].Changes, users.Change{Field: "sort", New: "-created"}) {
		t.Errorf("got %v, %v", events.Events, err)
	}
}
