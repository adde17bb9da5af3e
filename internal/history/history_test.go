package history_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// newStory returns a directory with the events of an admin and of Ana, an hour apart, and both
// as actors.
func newStory(t *testing.T) (d *userstest.Directory, admin, ana users.Actor) {
	t.Helper()
	d = userstest.New(t)
	admin = d.Person(t, "admin@example.com", users.RoleAdmin)
	ana = d.Person(t, "ana@example.com", users.RoleUser)
	steps := []func() error{
		func() error {
			_, err := d.Edit(t.Context(), admin, ana.ID, users.Edit{Fields: users.Fields{Name: new("Zoë")}, Reason: "A typo: 100%"})
			return err
		},
		func() error {
			_, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("Anna")}})
			return err
		},
		func() error {
			return d.Deactivate(t.Context(), users.Command("req-op"), ana.ID, users.Departure{Reason: "long leave"})
		},
		func() error { return d.Reactivate(t.Context(), d.Owner, ana.ID, users.Reactivation{}) },
	}
	for _, step := range steps {
		d.Clock.Advance(time.Hour)
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	ana = d.SignedIn(t, "ana@example.com").Actor("req-ana", "192.0.2.2", "test")
	return d, admin, ana
}

func TestEventsByFilter(t *testing.T) {
	t.Parallel()
	d, _, _ := newStory(t)
	start := d.Clock.Now().Add(-4 * time.Hour)
	full := []users.Action{users.ActionCreated, users.ActionBound, users.ActionStarted, users.ActionEdited, users.ActionEdited, users.ActionDeactivated,
		users.ActionEnded, users.ActionReactivated, users.ActionStarted}
	tests := map[string]struct {
		query history.Query
		want  []users.Action // oldest first
	}{
		"by target":                   {history.Query{Target: "ana@example.com"}, full},
		"by target in capitals":       {history.Query{Target: " ANA@example.com"}, full},
		"by actor":                    {history.Query{Actor: "admin@example.com"}, []users.Action{users.ActionBound, users.ActionStarted, users.ActionEdited}},
		"by actor and target":         {history.Query{Actor: "admin@example.com", Target: "ana@example.com"}, []users.Action{users.ActionEdited}},
		"about a user":                {history.Query{About: "admin@example.com"}, []users.Action{users.ActionCreated, users.ActionBound, users.ActionStarted, users.ActionEdited}},
		"by action":                   {history.Query{Action: users.ActionEdited}, []users.Action{users.ActionEdited, users.ActionEdited}},
		"from a time on":              {history.Query{From: start.Add(3 * time.Hour)}, []users.Action{users.ActionDeactivated, users.ActionEnded, users.ActionReactivated, users.ActionStarted}},
		"until a time, exclusive":     {history.Query{Target: "ana@example.com", To: start.Add(time.Hour)}, full[:3]},
		"between":                     {history.Query{From: start.Add(time.Hour), To: start.Add(time.Hour + time.Microsecond)}, []users.Action{users.ActionEdited}},
		"text of a reason":            {history.Query{Text: "typo"}, []users.Action{users.ActionEdited}},
		"words of reason and user_id": {history.Query{Text: "TYPO ana@ admin"}, []users.Action{users.ActionEdited}},
		"text of a name as it was":    {history.Query{Text: "zoe"}, []users.Action{users.ActionEdited, users.ActionEdited}},
		"percent is a percent":        {history.Query{Text: "100%"}, []users.Action{users.ActionEdited}},
		"a sign is no word":           {history.Query{Text: "%"}, nil},
		"hostile SQL":                 {history.Query{Text: "' OR 1=1 --", Actor: "' OR 1=1 --"}, nil},
		"an unknown user":             {history.Query{Target: "nobody@example.com"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, actionsIn(t, d, test.query)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventsOfUnknownAction(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	_, err := d.History.Events(t.Context(), d.Owner, history.Query{Action: "user.hacked"})
	if bad, ok := errors.AsType[*users.InvalidError](err); !ok || len(bad.Fields) != 1 || bad.Fields[0].Field != "action" {
		t.Errorf("got %v", err)
	}
}

// actionsIn returns the actions of the events that a query asks for, oldest first.
// They have to be on one page.
func actionsIn(t *testing.T, d *userstest.Directory, q history.Query) []users.Action {
	t.Helper()
	page, err := d.History.Events(t.Context(), d.Owner, q)
	if err != nil || page.Next+page.Previous != "" {
		t.Fatalf("got error %v, and pages %q and %q beside", err, page.Next, page.Previous)
	}
	var actions []users.Action
	for _, e := range slices.Backward(page.Events) {
		actions = append(actions, e.Action)
	}
	return actions
}

func TestEvent(t *testing.T) {
	t.Parallel()
	d, admin, ana := newStory(t)
	page, err := d.History.Events(t.Context(), d.Owner, history.Query{Actor: admin.ID, Action: users.ActionEdited})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("got %d events, %v", len(page.Events), err)
	}
	got, err := d.History.Event(t.Context(), d.Owner, page.Events[0].Seq)
	want := users.Event{Seq: page.Events[0].Seq, At: d.Clock.Now().Add(-3 * time.Hour), Action: users.ActionEdited,
		Actor: users.Ref{Key: admin.Key, ID: "admin@example.com", Name: "Admin"}, Target: users.Ref{Key: ana.Key, ID: "ana@example.com", Name: "Zoë", Kind: users.KindPerson},
		Via: users.ViaSession, RequestID: "req-admin@example.com", Changes: []users.Change{{Field: "name", Old: "Ana", New: "Zoë"}},
		Reason: "A typo: 100%", Address: "192.0.2.2", UserAgent: "test"}
	if diff := cmp.Diff(want, got, cmp.FilterPath(isUnexported, cmp.Ignore())); diff != "" || err != nil {
		t.Errorf("Event: error %v (-want +got):\n%s", err, diff)
	}
	for _, seq := range []int64{0, -1, 1 << 62} {
		if _, err := d.History.Event(t.Context(), d.Owner, seq); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("Event(%d): got error %v, want %v", seq, err, users.ErrNotFound)
		}
	}
}

// isUnexported reports whether a path is that of a field of an event that is not exported.
func isUnexported(p cmp.Path) bool {
	return p.Last().String() == ".version" || p.Last().String() == ".actorKind" || p.Last().String() == ".by"
}

// TestSeqHasNoGap reads the numbers of events between which changes were refused or changed
// nothing.
func TestSeqHasNoGap(t *testing.T) {
	t.Parallel()
	d, admin, _ := newStory(t)
	_, _ = d.AddPerson(t.Context(), admin, users.NewPerson{ID: "ana@example.com"})
	d.Invited(t, "late@example.com", users.RoleUser)
	for i, e := range d.Since(t, 0) {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has number %d", i+1, e.Seq)
		}
	}
}

// TestEventsByPage reads page after page while events are recorded: each event is on one page.
func TestEventsByPage(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 21 {
		d.Invited(t, fmt.Sprintf("p%02d@example.com", i), users.RoleUser)
	}
	q := history.Query{Action: users.ActionCreated, Limit: 5}
	var pages [][]int64
	for next := "-"; next != ""; {
		page, err := d.History.Events(t.Context(), d.Owner, q)
		if err != nil || (page.Previous == "") != (len(pages) == 0) {
			t.Fatalf("page %d: %v, page before %q", len(pages), err, page.Previous)
		}
		pages = append(pages, seqs(page))
		d.Invited(t, fmt.Sprintf("between-%d@example.com", len(pages)), users.RoleUser) // newer: on no page to come
		next, q.After = page.Next, page.Next
	}
	whole := slices.Concat(pages...)
	if len(whole) != 22 || !slices.IsSortedFunc(whole, func(a, b int64) int { return int(b - a) }) || len(slices.Compact(slices.Clone(whole))) != 22 {
		t.Errorf("got events %v, want 22, newest first, each once", whole)
	}
	q.After, q.Before = "", fmt.Sprint(pages[2][0])
	for i := 1; i >= 0; i-- {
		page, err := d.History.Events(t.Context(), d.Owner, q)
		if diff := cmp.Diff(pages[i], seqs(page)); diff != "" || err != nil || page.Next == "" || page.Previous == "" {
			t.Errorf("back to page %d: error %v, next %q, previous %q (-want +got):\n%s", i, err, page.Next, page.Previous, diff)
		}
		q.Before = page.Previous
	}
	if page, err := d.History.Events(t.Context(), d.Owner, q); err != nil || len(page.Events) != 5 || page.Previous != "" {
		t.Errorf("back to what has come since: got %v, %v", seqs(page), err)
	}
}

func seqs(page history.Page) []int64 {
	var all []int64
	for _, e := range page.Events {
		all = append(all, e.Seq)
	}
	return all
}

// TestOwnHistory reads as Ana, who may see her own events alone, without the addresses of other
// actors.
func TestOwnHistory(t *testing.T) {
	t.Parallel()
	d, admin, ana := newStory(t)
	page, err := d.History.Events(t.Context(), ana, history.Query{Target: "Ana@example.com"})
	if err != nil || len(page.Events) != 9 {
		t.Fatalf("got %d events, %v; want 9", len(page.Events), err)
	}
	for _, e := range page.Events {
		if own := e.Actor.Key == ana.Key; e.Target.Key != ana.Key || own != (e.Address != "") || own != (e.UserAgent != "") {
			t.Errorf("got %s by %s from %q with %q", e.Action, e.Actor.ID, e.Address, e.UserAgent)
		}
		one, err := d.History.Event(t.Context(), ana, e.Seq)
		if diff := cmp.Diff(e, one, cmp.AllowUnexported(users.Event{})); diff != "" || err != nil {
			t.Errorf("Event(%d): error %v (-listed +alone):\n%s", e.Seq, err, diff)
		}
	}
	for name, q := range map[string]history.Query{"everything": {}, "another": {Target: admin.ID}, "what she did": {Actor: ana.ID},
		"about her": {About: ana.ID, Target: ana.ID}, "an unknown user": {Target: "nobody@example.com"}} {
		if _, err := d.History.Events(t.Context(), ana, q); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("events on %s: got error %v, want %v", name, err, users.ErrForbidden)
		}
	}
	for _, seq := range []int64{1, 1 << 40} {
		if _, err := d.History.Event(t.Context(), ana, seq); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("Event(%d): got error %v, want %v", seq, err, users.ErrForbidden)
		}
	}
	if _, err := d.History.Event(t.Context(), users.Actor{Role: users.RoleUser}, 1); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("an event by an actor without a key: got error %v, want %v", err, users.ErrForbidden)
	}
}

// TestErasedEvents deletes the parts of Ana's events: keys, times and actions stay.
func TestErasedEvents(t *testing.T) {
	t.Parallel()
	d, _, ana := newStory(t)
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `DELETE FROM event_actors WHERE actor_id = 'ana@example.com' OR seq IN (SELECT seq FROM event_changes WHERE target_id = 'ana@example.com')`)
		if err == nil {
			_, err = tx.ExecContext(t.Context(), `DELETE FROM event_changes WHERE target_id = 'ana@example.com'`)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.History.Events(t.Context(), d.Owner, history.Query{Target: ana.ID})
	if err != nil || len(page.Events) != 9 {
		t.Fatalf("got %d events, %v; want 9, found by key", len(page.Events), err)
	}
	for _, e := range page.Events {
		if !e.ChangeErased || !e.ActorErased || e.Target != (users.Ref{Key: ana.Key}) || e.Reason+e.Address+e.UserAgent != "" || len(e.Changes) != 0 || e.Action == "" {
			t.Errorf("got %+v, want keys, time and action alone", e)
		}
	}
}

// TestEventOfServiceUser reads an event on a service user as the responsible person.
func TestEventOfServiceUser(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	_, err := d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{
		NewPerson: users.NewPerson{ID: "robot"}, ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: string(ana.ID)},
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.History.Events(t.Context(), ana, history.Query{Target: "robot"})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("Events: got %v, %v; want one", page.Events, err)
	}
	if _, err := d.History.Event(t.Context(), ana, page.Events[0].Seq); err != nil {
		t.Errorf("Event by the responsible person: got error %v", err)
	}
}
