package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// TestUserAsOf shows a person's record as it was, and sets it back.
func TestUserAsOf(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	begun := s.Clock.Now()
	s.Clock.Advance(2 * time.Hour)
	if _, err := s.Edit(t.Context(), s.Owner, "ana@example.com", users.Edit{Fields: users.Fields{Name: new("Anna")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeRole(t.Context(), s.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAuditor}); err != nil {
		t.Fatal(err)
	}
	b := s.signIn(t, "owner@example.com")
	const path = "/users/ana@example.com/as-of"
	at := path + "?at=" + url.QueryEscape(begun.Format(time.RFC3339))
	p := b.get(t, at).must(t, http.StatusOK, "Ana", "Anna", "Differs", "Change role…", "Set 1 field back")
	b.post(t, path, p.form(t, path)).must(t, http.StatusSeeOther)
	b.get(t, "/users/ana@example.com").must(t, http.StatusOK, "Set Ana back.", "Name Anna to Ana", "Undo")
	if got := s.Must(t, "ana@example.com"); got.Name != "Ana" || got.Role != users.RoleAuditor {
		t.Errorf("got %s with the role %s", got.Name, got.Role)
	}
	b.get(t, fmt.Sprintf("/audit/%d", s.Last(t))).must(t, http.StatusOK, "The record after this event")
	b.get(t, path).must(t, http.StatusOK, "Show the record")
	b.get(t, path+"?at=2020-01-01").must(t, http.StatusOK, "This user did not exist at that moment.")
	for _, bad := range []string{"yesterday", "2040-01-01", "2026-13-01T10:00"} {
		b.get(t, path+"?at="+bad).must(t, http.StatusUnprocessableEntity, "Moment")
	}
}

// TestUsersAsOf lists who had which role at the end of a day, and exports the list.
func TestUsersAsOf(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, id := range []string{"ana@example.com", "bea@example.com", "cleo@example.com"} {
		s.Person(t, id, users.RoleAdmin)
	}
	day := s.Clock.Now().Format(time.DateOnly)
	s.Clock.Advance(48 * time.Hour)
	_, err := s.ChangeRole(t.Context(), s.Owner, "ana@example.com", users.RoleChange{Role: users.RoleUser})
	if err == nil {
		err = s.Deactivate(t.Context(), s.Owner, "bea@example.com", users.Departure{})
	}
	if err == nil {
		err = s.Delete(t.Context(), s.Owner, "cleo@example.com", users.Deletion{Confirm: "cleo@example.com"})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Person(t, "late@example.com", users.RoleAdmin)
	b := s.signIn(t, "owner@example.com")
	at := "/users?as_of=" + day + "&role=admin,owner"
	p := b.get(t, at).must(t, http.StatusOK, "Roles as of", "Ana", "User · Active", "Bea", "Admin · Deactivated", "Cleo", "Deleted since", "owner@example.com")
	if strings.Contains(p.body, "late@example.com") {
		t.Error("it lists who was added later")
	}
	form := p.form(t, "/users/export/roles")
	for _, format := range []string{"csv", "jsonl", "xlsx"} {
		form.Set("format", format)
		file := b.post(t, "/users/export/roles", form).must(t, http.StatusOK)
		if format != "xlsx" && (strings.Count(file.body, "@example.com") < 4 || strings.Contains(file.body, "late@") || strings.Contains(file.body, "deactivated")) {
			t.Errorf("%s: got %s", format, file.body)
		}
	}
	b.get(t, fmt.Sprintf("/audit/%d", s.Last(t)-1)).must(t, http.StatusOK, "As of")
	for _, bad := range []string{"as_of=x&role=admin", "as_of=" + day, "as_of=" + day + "&role=user", "as_of=2040-01-01&role=admin", "as_of=" + day + "&role=admin&q=ana"} {
		b.get(t, "/users?"+bad).must(t, http.StatusUnprocessableEntity, "Roles")
	}
	b.get(t, "/users?as_of=2020-01-01&role=owner").must(t, http.StatusOK, "No one had one of these roles")
}
