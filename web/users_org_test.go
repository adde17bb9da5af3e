package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

const anaNote = "/users/ana@example.com/note"

// TestEditUser_org sets department, title, manager and labels, which the page of the user, their own
// profile and their data then have.
func TestEditUser_org(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bea@example.com", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	form := set(b.get(t, anaEdit).form(t, anaEdit), "department", "Field operations", "title", "Engineer", "manager", "bea@example.com", "labels", "Night shift, contractor")
	b.post(t, anaEdit, form).must(t, http.StatusSeeOther)
	b.get(t, "/users/ana@example.com").must(t, 200, "Department Field operations", "Title Engineer", "Manager Bea", "contractor", "night shift")
	if got := b.get(t, anaEdit).form(t, anaEdit).Get("labels"); got != "contractor, night shift" {
		t.Errorf("the form has the labels %q", got)
	}
	ana := s.signIn(t, "ana@example.com")
	ana.get(t, "/profile").must(t, 200, "Department Field operations", "Manager Bea")
	p := ana.get(t, anaEdit).must(t, 200, words.SetByAdmins)
	ana.post(t, anaEdit, set(p.form(t, anaEdit), "department", "Research")).must(t, 422, "You cannot set “department” here.")
	data := string(ana.get(t, "/profile/data").body)
	for _, want := range []string{`"department": "Field operations"`, `"title": "Engineer"`, `"manager": "bea@example.com"`, `"night shift"`, `"note": null`} {
		if !strings.Contains(data, want) {
			t.Errorf("the data lack %s", want)
		}
	}
	b.post(t, anaEdit, set(b.get(t, anaEdit).form(t, anaEdit), "manager", "bee")).must(t, 422, "No person has the user ID")
	b.post(t, anaEdit, set(b.get(t, anaEdit).form(t, anaEdit), "manager", "be")).must(t, 422, "Do you mean bea@example.com (Bea)?")
}

// TestEditUser_orgStale is two people who edit the labels and the manager at once.
func TestEditUser_orgStale(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	form := b.get(t, anaEdit).form(t, anaEdit)
	if _, err := s.Edit(t.Context(), s.Owner, "ana@example.com", users.Edit{OrgFields: users.OrgFields{Labels: new("theirs"), Manager: new("owner@example.com")}}); err != nil {
		t.Fatal(err)
	}
	again := b.post(t, anaEdit, set(form, "labels", "mine")).must(t, 409, "Saved theirs", "Yours mine").form(t, anaEdit)
	if again.Get("labels") != "mine" || again.Get("manager") != "owner@example.com" {
		t.Errorf("the form has %v", again)
	}
	b.post(t, anaEdit, again).must(t, http.StatusSeeOther)
	if u := s.Must(t, "ana@example.com"); u.Labels != "mine" || u.Manager.ID != "owner@example.com" {
		t.Errorf("stored are %q and %+v", u.Labels, u.Manager)
	}
}

// TestEditUser_provided is that fields from the provider are shown and not edited, and that those of
// a service user are edited.
func TestEditUser_provided(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{users: users.Config{ProviderFields: []string{"department"}}})
	s.Person(t, "ana@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	form := b.get(t, anaEdit).must(t, 200, words.FromProvider).form(t, anaEdit)
	if form.Has("department") || !form.Has("title") {
		t.Errorf("the form has %v", form)
	}
	b.post(t, anaEdit, set(form, "department", "Research")).must(t, 422, "You cannot set “department” here.")
	if !strings.Contains(s.log.String(), "refused fields") {
		t.Error("the log has no refused field")
	}
	b.post(t, "/users/nightly/edit", set(b.get(t, "/users/nightly/edit").form(t, "/users/nightly/edit"), "department", "Research")).must(t, http.StatusSeeOther)
}

// TestNote writes the note on a user: who sees the directory sees it, and the person gets it with
// their data.
func TestNote(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	if got := b.get(t, "/users/ana@example.com").must(t, 200, "No note.").link(t, "Add note"); got != anaNote {
		t.Errorf("the note is added at %s", got)
	}
	form := set(b.get(t, anaNote).form(t, anaNote), "note", " On leave until May.\r\nAsk Bea.\r\n")
	stale := set(form, "note", "Another note")
	b.post(t, anaNote, form).must(t, http.StatusSeeOther)
	b.get(t, "/users/ana@example.com").must(t, 200, words.NoteSaved, "On leave until May.", "Edit note")
	if got := s.Must(t, "ana@example.com").Note; got != "On leave until May.\nAsk Bea." {
		t.Errorf("stored is %q", got)
	}
	b.post(t, anaNote, stale).must(t, 409, "Saved On leave until May. Ask Bea. Yours Another note")
	b.post(t, anaNote, set(b.get(t, anaNote).form(t, anaNote), "note", strings.Repeat("x", 2001))).must(t, 422, "Use at most 2000 characters.")
	s.as(t, users.RoleAuditor).get(t, "/users/ana@example.com").must(t, 200, "On leave until May.")
	ana := s.signIn(t, "ana@example.com")
	if p := ana.get(t, "/users/ana@example.com").must(t, 200); strings.Contains(string(p.body), `id="note"`) {
		t.Error("the person sees the card of the note")
	}
	if data := string(ana.get(t, "/profile/data").body); !strings.Contains(data, `"note": "On leave until May.\nAsk Bea."`) {
		t.Error("the data lack the note")
	}
}

// TestSuggestionsTellNamesakes is that people of one name are suggested with their departments.
func TestSuggestionsTellNamesakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, one := range []struct{ id, department string }{{"ana1@example.com", "Field"}, {"ana2@example.com", "Research"}} {
		if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: one.id, Name: "Ana Díaz", OrgFields: users.OrgFields{Department: &one.department}}); err != nil {
			t.Fatal(err)
		}
	}
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	b.get(t, "/users/nightly/edit").must(t, 200, "Ana Díaz · Field", "Ana Díaz · Research")
	form := b.get(t, "/users/nightly/edit").form(t, "/users/nightly/edit")
	b.post(t, "/users/nightly/edit", set(form, "responsible", "ana d")).must(t, 422, "Do you mean ana1@example.com (Ana Díaz · Field) or ana2@example.com (Ana Díaz · Research)?")
}
