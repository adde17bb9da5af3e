package users_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestRefusals_rate has sign-ins with Ana's address refused many times: one event a minute is recorded.
func TestRefusals_rate(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	try := func(verified users.Verified) {
		claims := userstest.Claims("ana@example.com")
		claims.Subject, claims.Verified = "attacker", verified
		if _, err := d.SignIn(t.Context(), claims, userstest.Visit("x")); err == nil {
			t.Error("the attacker came in")
		}
	}
	for range 10 {
		try(users.VerifiedYes)
		d.Clock.Advance(5 * time.Second)
	}
	try(users.VerifiedNo) // another refusal
	d.Clock.Advance(10 * time.Second)
	try(users.VerifiedYes) // a minute after the first
	check(t, d, last, nil, nil,
		"stranger session.refused ana@example.com [refusal:  → taken]",
		"stranger session.refused ana@example.com [refusal:  → unverified]",
		"stranger session.refused ana@example.com [refusal:  → taken]")
	first := d.Since(t, last)[0]
	if first.Address != "192.0.2.7" || first.UserAgent != "Firefox" || first.RequestID != "req" || first.Actor != (users.Ref{}) {
		t.Errorf("got %+v, want where the stranger came from", first)
	}
}

func TestRefusedSignIns(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	var want []users.RefusedSignIn
	for i := range 7 {
		d.Clock.Advance(time.Second)
		visit := userstest.Visit("x")
		visit.RequestID = fmt.Sprint("req-", i)
		if _, err := d.SignIn(t.Context(), userstest.Claims(" Stranger@Example.com"), visit); err == nil {
			t.Fatal("the stranger came in")
		}
		want = append([]users.RefusedSignIn{{At: d.Clock.Now(), Address: "stranger@example.com", Reason: users.RefusedUninvited, RequestID: visit.RequestID}}, want...)
	}
	check(t, d, last, nil, nil) // of a stranger there is no event
	got, err := d.History.RefusedSignIns(t.Context(), d.Owner, "STRANGER@example.com ")
	if diff := cmp.Diff(want[:5], got); diff != "" || err != nil {
		t.Errorf("RefusedSignIns: error %v (-want +got):\n%s", err, diff)
	}
	if other, err := d.History.RefusedSignIns(t.Context(), d.Owner, "ana@example.com"); err != nil || len(other) != 0 {
		t.Errorf("RefusedSignIns of Ana: got %v, %v", other, err)
	}
}

func TestLastRefusalIsShown(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if detail, err := d.Detail(t.Context(), d.Owner, ana.ID); err != nil || detail.LastRefusal != nil {
		t.Errorf("before: got %+v, %v", detail.LastRefusal, err)
	}
	claims := userstest.Claims("ana@example.com")
	claims.Subject = "other"
	if _, err := d.SignIn(t.Context(), claims, userstest.Visit("x")); err == nil {
		t.Fatal("the other subject came in")
	}
	detail, err := d.Detail(t.Context(), d.Owner, ana.ID)
	if err != nil || detail.LastRefusal == nil || detail.LastRefusal.Reason != users.RefusedTaken || detail.LastRefusal.RequestID != "req" {
		t.Errorf("after: got %+v, %v", detail.LastRefusal, err)
	}
	if err := d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	if left, err := d.History.RefusedSignIns(t.Context(), d.Owner, "ana@example.com"); err != nil || len(left) != 0 {
		t.Errorf("after the deletion: got %+v, %v", left, err)
	}
}

func TestRefuseAccess(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	last := d.Last(t)
	for range 3 {
		d.RefuseAccess(t.Context(), ana, d.Owner.ID, "edit")
		d.RefuseAccess(t.Context(), ana, d.Owner.ID, "delete")
		d.RefuseAccess(t.Context(), ana, "nobody@example.com", "edit")
		d.Clock.Advance(time.Second)
	}
	d.Clock.Advance(time.Minute)
	d.RefuseAccess(t.Context(), ana, d.Owner.ID, "edit")
	check(t, d, last, nil, nil,
		"ana@example.com access.refused owner@example.com [refusal:  → edit]",
		"ana@example.com access.refused owner@example.com [refusal:  → delete]",
		"ana@example.com access.refused nobody@example.com [refusal:  → edit]",
		"ana@example.com access.refused owner@example.com [refusal:  → edit]")
	last = d.Last(t)
	if err := d.Deactivate(t.Context(), users.Command(""), ana.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	d.RefuseAccess(t.Context(), ana, d.Owner.ID, "view")
	if trail := d.Trail(t, last); len(trail) != 2 || strings.Contains(trail[1], "access.refused") {
		t.Errorf("got %q, want nothing by someone who is deactivated", trail)
	}
}

// TestRefuseAccess_bounds has one actor refused many different things: the number of events is
// bounded.
func TestRefuseAccess_bounds(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, ben := d.Person(t, "ana@example.com", users.RoleUser), d.Person(t, "ben@example.com", users.RoleUser)
	refused := func() (n int) {
		for _, e := range d.Since(t, d.Last(t)-60) {
			if e.Action == users.ActionAccessRefused && e.Actor.Key == ana.Key {
				n++
			}
		}
		return n
	}
	for i := range 50 {
		d.RefuseAccess(t.Context(), ana, users.ID(fmt.Sprintf("nobody-%d@example.com", i)), "view")
		d.RefuseAccess(t.Context(), ana, "", fmt.Sprintf("POST /profile: field-%d", i))
	}
	if got := refused(); got != 30 {
		t.Errorf("recorded at once: got %d, want 30", got)
	}
	d.RefuseAccess(t.Context(), ben, "", "view")
	if trail := d.Trail(t, d.Last(t)-1); !strings.HasPrefix(trail[0], "ben@example.com access.refused") {
		t.Errorf("another actor: got %q", trail)
	}
	d.Clock.Advance(10 * time.Minute)
	d.RefuseAccess(t.Context(), ana, "", "view")
	if trail := d.Trail(t, d.Last(t)-1); !strings.HasPrefix(trail[0], "ana@example.com access.refused") {
		t.Errorf("ten minutes later: got %q", trail)
	}
}

// TestRefuseAccess_enumeration counts the writes of refusals, whose duration must not reveal who is in
// the directory.
func TestRefuseAccess_enumeration(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	d.Person(t, "ben@example.com", users.RoleUser)
	for _, id := range []users.ID{"nobody@example.com", "ben@example.com", "none@example.com", "owner@example.com"} {
		for i, want := range []int64{1, 0} {
			last := d.Last(t)
			d.RefuseAccess(t.Context(), ana, id, "view")
			if got := d.Last(t) - last; got != want {
				t.Errorf("%s, refusal %d: got %d events, want %d", id, i+1, got, want)
			}
		}
	}
}
