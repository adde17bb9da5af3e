package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web/words"
)

// TestOverview shows tasks and this week's numbers to those who see the directory.
func TestOverview(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "robot", users.RoleUser)
	b := s.as(t, users.RoleAuditor)
	b.get(t, "/overview").must(t, http.StatusOK, "1 service user has no responsible person", "Joiners and leavers", "joined this week", "This week", "Sign-ins, by week", "Changes, by week")
	member := s.as(t, users.RoleUser)
	member.get(t, "/overview").must(t, http.StatusForbidden)
	member.get(t, "/todo").must(t, http.StatusForbidden)
}

// TestTodo lists a refused stranger with the form that adds them, and no longer once they are
// added. The number in the sidebar follows.
func TestTodo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleAdmin)
	b.get(t, "/todo").must(t, http.StatusOK, "Nothing to do")
	if _, err := s.SignIn(t.Context(), userstest.Claims("new@example.com"), userstest.Visit("new")); err == nil {
		t.Fatal("a stranger was let in")
	}
	p := b.get(t, "/todo").must(t, http.StatusOK, "1 verified address was refused", "new@example.com", "To do , 1")
	if to := b.post(t, "/users/new", p.form(t, "/users/new")).must(t, http.StatusSeeOther).location(); to != "/todo" {
		t.Errorf("admitted, it leads to %s", to)
	}
	p = b.get(t, "/todo").must(t, http.StatusOK, "Nothing to do", words.Added("new@example.com"), words.WithdrawSaved)
	if u := s.Must(t, "new@example.com"); u.Role != users.RoleUser || u.Status != users.StatusInvited || !u.Channels["email"] || !u.Types["comment_mention"] {
		t.Errorf("got %+v", u)
	}
	at := "/users/new@example.com/delete"
	if to := b.post(t, at, p.form(t, at)).must(t, http.StatusSeeOther).location(); to != "/todo" {
		t.Errorf("withdrawn, it leads to %s", to)
	}
	b.get(t, "/users/new@example.com").must(t, http.StatusNotFound)
	p = b.get(t, "/todo").must(t, http.StatusOK, "new@example.com")
	b.post(t, "/users/new", p.form(t, "/users/new")).must(t, http.StatusSeeOther)
	if _, err := s.SignIn(t.Context(), userstest.Claims("new@example.com"), userstest.Visit("new")); err != nil {
		t.Errorf("who is admitted cannot sign in: %v", err)
	}
}

// TestTodo_departures lists what was refused of planned departures until it is done.
func TestTodo_departures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	bob := s.Person(t, "bob@example.com", users.RoleAdmin)
	due := s.Clock.Now().Add(time.Hour)
	if err := s.PlanDeparture(t.Context(), bob, "ana@example.com", users.Departure{}, due); err != nil {
		t.Fatal(err)
	}
	b := s.as(t, users.RoleOwner)
	b.get(t, "/todo").must(t, http.StatusOK, "Nothing to do")
	if err := s.Deactivate(t.Context(), s.Owner, bob.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first time takes the lease
		s.Clock.Advance(2 * time.Hour)
		if _, err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b = s.as(t, users.RoleOwner)
	p := b.get(t, "/todo").must(t, http.StatusOK, "1 planned departure was refused", "To do , 1", "Ana",
		"The planned deactivation was cancelled: the person who planned it is deactivated or deleted.")
	at := p.link(t, "Deactivate… : Ana")
	b.get(t, "/overview").must(t, http.StatusOK, "1 planned departure was refused")
	b.post(t, at, b.get(t, at).form(t, at)).must(t, http.StatusSeeOther)
	b.get(t, "/todo").must(t, http.StatusOK, "Nothing to do")
}

// TestTodo_auditor: auditors are shown the lists of tasks, without acts.
func TestTodo_auditor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	s.as(t, users.RoleAdmin).get(t, "/todo").must(t, http.StatusOK, "Assign… : 1 service user has no responsible person")
	s.as(t, users.RoleAuditor).get(t, "/todo").must(t, http.StatusOK, "Show : 1 service user has no responsible person")
}

// TestTodo_oldInvitation: an invitation is to do after two weeks.
func TestTodo_oldInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Clock.Advance(16 * 24 * time.Hour)
	b := s.as(t, users.RoleAdmin)
	b.get(t, "/todo").must(t, http.StatusOK, "1 invitation is older than 14 days")
	for _, view := range []string{"invited", "invited-long"} {
		b.get(t, "/users?view="+view).must(t, http.StatusOK, "ana@example.com", "Invited", "16 days ago")
	}
}
