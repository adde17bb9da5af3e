package directory_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// TestExportHoldsTheView compares what is exported with what the list shows, page
// after page.
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

// TestExportLeavesAnEvent is that the history says what was exported before anyone
// gets a first row.
func TestExportLeavesAnEvent(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	q := directory.Query{Text: "rob", Kind: users.KindService, Seen: directory.SeenNever, Sort: "-id"}
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

// TestExportRefuses is who gets nothing, and that nothing is left of it.
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

// TestExportPlaces is that each person exports once at a time, a few at once, and an owner
// also while others hold every place that they can have.
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

// TestExportWhileUsersChange changes users between the slices of an export: each who is there
// throughout is in it once, with the values of when their row is read.
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
			rename(t, d, early, "Zz") // is written already, and would come again
			rename(t, d, late, "A")   // would come before those who are written
			remove(t, d, before[25])
			remove(t, d, newest) // whose number SQLite gives to the next
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

// TestExportHoldsNothingWhileItSends is that no connection of the database is in use while the
// client is waited for, so that a log that others write can be truncated.
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

// TestExportPermit is what ends an export that is under way, at its next check; and that the
// history says so, as an event of the console's own.
func TestExportPermit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end func(*testing.T, *userstest.Directory, users.Actor) error
		why users.Revocation
	}{
		"deactivation": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
			return d.Deactivate(t.Context(), d.Owner, a.ID, users.Departure{})
		}, users.RevokedDeactivated},
		"deletion": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
			return d.Delete(t.Context(), d.Owner, a.ID, users.Deletion{Confirm: string(a.ID)})
		}, users.RevokedDeleted},
		"demotion": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
			_, err := d.ChangeRole(t.Context(), d.Owner, a.ID, users.RoleChange{Role: users.RoleUser})
			return err
		}, users.RevokedRole},
		"sign-out": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
			return d.EndSession(t.Context(), a, a.ID, a.Session, "")
		}, users.RevokedSession},
		"the session's end": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
			d.Clock.Advance(users.DefaultSessionLifetime)
			return nil
		}, users.RevokedSession},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			crowd(t, d, 12)
			d.Directory.SetExportSlice(5)
			auditor := d.Person(t, "auditor@example.com", users.RoleAuditor)
			from := d.Last(t)
			file := new(userstest.Sink)
			sends := 0
			file.OnSend = func() error {
				if sends++; sends == 2 {
					if err := test.end(t, d, auditor); err != nil {
						t.Fatal(err)
					}
					d.Clock.Advance(251 * time.Millisecond)
				}
				return file.Permit.Check(t.Context())
			}
			err := d.Directory.Export(t.Context(), auditor, directory.Query{}, userstest.CSV, file)
			if revoked, ok := errors.AsType[*users.RevokedError](err); !ok || revoked.Why != test.why || sends != 2 {
				t.Errorf("got %v after %d slices", err, sends)
			}
			last := d.Since(t, from)
			begun, ended := last[0], last[len(last)-1]
			want := []users.Change{{Field: "export", New: strconv.FormatInt(begun.Seq, 10)}, {Field: "users", New: "5"}, {Field: "of", New: "14"}, {Field: "end", New: string(test.why)}}
			if diff := cmp.Diff(want, ended.Changes); diff != "" || begun.Action != users.ActionExported || ended.Action != users.ActionExportEnded {
				t.Errorf("%s, %s (-want +got):\n%s", begun.Action, ended.Action, diff)
			}
			if ended.Actor.Key != "" || ended.RequestID != auditor.RequestID {
				t.Errorf("the end is an act of %v in request %s", ended.Actor, ended.RequestID)
			}
		})
	}
}

// TestPermitAge is how old a check may be: the database is asked once in 250 milliseconds, and
// at once when the clock is set back.
func TestPermitAge(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	permit := d.Permit(d.Owner, users.ActExport)
	for _, step := range []struct {
		advance time.Duration
		asks    int64
	}{{0, 1}, {0, 0}, {250 * time.Millisecond, 0}, {time.Millisecond, 1}, {time.Millisecond, 0}, {-time.Hour, 1}} {
		d.Clock.Advance(step.advance)
		before := d.Statements.Load()
		if err := permit.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := d.Statements.Load() - before; got != step.asks {
			t.Errorf("after %v: %d statements, want %d", step.advance, got, step.asks)
		}
	}
}

// TestExportOfTooMany is in the order of the list, too, where this is not the one that
// was asked for; and the history says so.
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
