package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestOverview shows tasks and this week's numbers to those who see the directory.
func TestOverview(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "robot", users.RoleUser)
	b := s.as(t, users.RoleAuditor)
	b.get(t, "/overview").must(t, http.StatusOK, "1 service user has no responsible person", "Joiners and leavers", "joined this week", "This week")
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
	if p.link(t, "Add new@example.com") != "/users/new?name=&user_id=new%40example.com" {
		t.Errorf("the form to add them is at %s", p.link(t, "Add new@example.com"))
	}
	if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: "new@example.com"}); err != nil {
		t.Fatal(err)
	}
	b.get(t, "/todo").must(t, http.StatusOK, "Nothing to do")
}

// TestTodo_oldInvitation: an invitation is to do after two weeks.
func TestTodo_oldInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Clock.Advance(16 * 24 * time.Hour)
	b := s.as(t, users.RoleAdmin)
	b.get(t, "/todo").must(t, http.StatusOK, "1 invitation is older than 14 days")
	b.get(t, "/users?view=invited-long").must(t, http.StatusOK, "ana@example.com")
}
