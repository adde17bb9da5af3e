package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

func TestShowEvent(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	b := s.signIn(t, "owner@example.com")
	role := lastEvent(t, s, users.ActionRoleChanged)
	at := fmt.Sprintf("/audit/%d", role.Seq)
	p := b.get(t, at).must(t, 200, "user.role_changed", "Command line changed the role of Ana from auditor to admin", "Command line", "cmd",
		"23 November 2026", "Auditor", "Admin")
	if newer, older := fmt.Sprintf("/audit/%d", role.Seq+1), fmt.Sprintf("/audit/%d", role.Seq-1); !strings.Contains(p.body, newer) || !strings.Contains(p.body, older) {
		t.Error("it does not lead to the events before and after")
	}
	b.get(t, "/audit/1").must(t, 200, "with the role owner")
	if p := b.get(t, "/audit/1"); strings.Contains(p.body, `"/audit/0"`) {
		t.Error("the first event leads to one before")
	}
	for _, seq := range []string{"0", "-1", "99999", "x", "1e3", url.PathEscape("1 OR 1=1")} {
		b.get(t, "/audit/"+seq).must(t, 404)
	}
	for _, role := range []users.Role{users.RoleUser, users.RoleAuditor} {
		c := s.as(t, role)
		want := map[users.Role]int{users.RoleUser: 403, users.RoleAuditor: 200}[role]
		c.get(t, "/audit").must(t, want)
		c.get(t, at).must(t, want)
	}
	// Each part of an event can be erased; the action and its time stay.
	store(t, s, `DELETE FROM event_actors WHERE seq = $1`, role.Seq)
	b.get(t, at).must(t, 200, "The actor's data has been erased", "user.role_changed", "Auditor")
	store(t, s, `DELETE FROM event_changes WHERE seq = $1`, role.Seq)
	b.get(t, at).must(t, 200, "All details of this event have been erased", "user.role_changed")
	b.get(t, "/audit").must(t, 200, "Details erased", "user usr_")
}

// TestShowEvent_own is that people see what was done to them, and not what stands
// beside it in the log.
func TestShowEvent_own(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	done := lastEvent(t, s, users.ActionCreated)
	p := s.signIn(t, "ana@example.com").get(t, fmt.Sprintf("/audit/%d", done.Seq)).must(t, 200, "owner@example.com added Ana")
	for _, a := range p.nodes(t, "a") {
		if strings.HasPrefix(attr(a, "href"), "/audit") {
			t.Errorf("it leads to %s, which is refused", attr(a, "href"))
		}
	}
}

// TestShowEvent_people follows a person whom the change of a service user names: through another
// name, another user_id and their deletion.
func TestShowEvent_people(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	serviceUserOf(t, s, "robot", "ana@example.com")
	at := fmt.Sprintf("/audit/%d", lastEvent(t, s, users.ActionCreated).Seq)
	b := s.signIn(t, "owner@example.com")
	b.get(t, at).must(t, 200, "Responsible person", "Ana")
	name := "Anna Zyx"
	if _, err := s.Edit(t.Context(), s.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	b.get(t, at).must(t, 200, "Anna Zyx")
	store(t, s, `UPDATE users SET user_id = 'anna@example.com' WHERE user_id = 'ana@example.com'`)
	b.get(t, at).must(t, 200, "Anna Zyx (was ana@example.com)")
	if err := s.Delete(t.Context(), s.Owner, "anna@example.com", users.Deletion{Confirm: "anna@example.com"}); err != nil {
		t.Fatal(err)
	}
	p := b.get(t, at).must(t, 200, "ana@example.com")
	if strings.Contains(p.body, "Anna Zyx") || strings.Contains(p.body, "usr_") {
		t.Error("the page has the name or the key of a user who has been deleted")
	}
}
