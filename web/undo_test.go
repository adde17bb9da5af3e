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

// undoForm returns the form of the line that undoes the last act, and where it is posted to.
func undoFormOf(t *testing.T, p page) (to string, form url.Values) {
	t.Helper()
	for _, node := range p.nodes(t, "form") {
		if to := attr(node, "action"); strings.HasSuffix(to, "/undo") {
			return to, p.form(t, to)
		}
	}
	t.Fatalf("there is no Undo on %s", p.url)
	return "", nil
}

// TestSavedLine follows an edit: the next page says what changed, once, with a form that undoes it;
// the page after that says what was undone, with a form that does it again.
func TestSavedLine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	const edit, detail = "/users/ana@example.com/edit", "/users/ana@example.com"
	form := b.get(t, edit).form(t, edit)
	form.Set("name", "Anna")
	next := b.post(t, edit, form).must(t, http.StatusSeeOther).location()
	p := b.get(t, next).must(t, http.StatusOK, "Saved Anna.", "Name Ana to Anna", "Undo")
	to, undo := undoFormOf(t, p)
	if again := b.get(t, detail).must(t, http.StatusOK).text(t); strings.Contains(again, "Saved Anna.") {
		t.Error("the line is there a second time")
	}
	next = b.post(t, to, undo).must(t, http.StatusSeeOther).location()
	p = b.get(t, next).must(t, http.StatusOK, "Undone.", "Name Anna to Ana")
	if next != detail || s.Must(t, "ana@example.com").Name != "Ana" {
		t.Errorf("at %s; the name is %s", next, s.Must(t, "ana@example.com").Name)
	}
	to, undo = undoFormOf(t, p)
	b.post(t, to, undo).must(t, http.StatusSeeOther)
	if got := s.Must(t, "ana@example.com").Name; got != "Anna" {
		t.Errorf("done again, the name is %s", got)
	}
}

// TestSavedLineOfNothing is that a form that changed nothing says so, without Undo.
func TestSavedLineOfNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	for _, path := range []string{"/profile", "/users/ana@example.com/edit", "/users/ana@example.com/role"} {
		form := b.get(t, path).form(t, path)
		next := b.post(t, path, form).must(t, http.StatusSeeOther).location()
		if text := b.get(t, next).must(t, http.StatusOK, "Nothing was changed").body; strings.Contains(text, "/undo") {
			t.Errorf("%s offers to undo nothing", path)
		}
	}
}

// TestSavedLineOfOthers is that the line of a cookie that a user has made up shows no events of
// others.
func TestSavedLineOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "ana@example.com")
	form := b.get(t, "/profile").form(t, "/profile")
	form.Set("name", "Annie")
	b.post(t, "/profile", form).must(t, http.StatusSeeOther)
	parts := strings.Split(b.cookie(t, "flash"), ".")
	b.setCookie(t, "flash", fmt.Sprintf("%s.%s.1-%d", parts[0], parts[1], s.Last(t)))
	p := b.get(t, "/profile").must(t, http.StatusOK, "Saved your profile.", "Name Ana to Annie")
	_, line, _ := strings.Cut(p.body, `id="flash"`)
	if line, _, _ = strings.Cut(line, "data-dismiss"); strings.Contains(line, "owner@example.com") || !strings.Contains(line, "Annie") {
		t.Error("the page shows an event of another user")
	}
	to, undo := undoFormOf(t, p)
	b.post(t, to, undo).must(t, http.StatusSeeOther)
	b.get(t, "/profile").must(t, http.StatusOK, "Undone.")
	if got := s.Must(t, "ana@example.com").Name; got != "Ana" {
		t.Errorf("undone, the name is %s", got)
	}
}

// TestUndoConflict is that a change since then is shown before anything goes back.
func TestUndoConflict(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	const edit = "/users/ana@example.com/edit"
	form := b.get(t, edit).form(t, edit)
	form.Set("name", "Anna")
	form.Set("picture_url", "https://example.com/a.png")
	to, undo := undoFormOf(t, b.get(t, b.post(t, edit, form).must(t, http.StatusSeeOther).location()))
	if _, err := s.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("Annie")}}); err != nil {
		t.Fatal(err)
	}
	p := b.post(t, to, undo).must(t, http.StatusConflict, "Undo a part of this change?", "This user has changed since", "Stays", "by Anna", "Goes back", "Undo 1 of 2 fields")
	if got := s.Must(t, "ana@example.com"); got.PictureURL == "" || got.Name != "Annie" {
		t.Errorf("it was undone: %v", got)
	}
	undo = p.form(t, to)
	undo.Set("reason", "the wrong picture")
	b.post(t, to, undo).must(t, http.StatusSeeOther)
	if got := s.Must(t, "ana@example.com"); got.PictureURL != "" || got.Name != "Annie" {
		t.Errorf("after confirming: %v", got)
	}
	seq := s.Last(t)
	b.get(t, fmt.Sprintf("/audit/%d", seq)).must(t, http.StatusOK, "undid a change", "the wrong picture", "Undoes", "Undo…")
	b.get(t, strings.TrimSuffix(to, "/undo")).must(t, http.StatusOK, fmt.Sprintf("Undone by Event %d", seq))
	b.post(t, to, url.Values{"version": undo["version"]}).must(t, http.StatusConflict, "Nothing to undo", fmt.Sprintf("undone by event %d", seq))
}

// TestUndoView undoes the deletion of a saved view from the line.
func TestUndoView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	v, err := s.SaveView(t.Context(), s.Owner, users.NewView{Name: "Admins", Query: "role=admin", Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	form := b.get(t, "/users/views").form(t, "/users/views/delete")
	form.Set("view", string(v.ID))
	to, undo := undoFormOf(t, b.get(t, b.post(t, "/users/views/delete", form).must(t, http.StatusSeeOther).location()).must(t, http.StatusOK, "Deleted the view “Admins”."))
	next := b.post(t, to, undo).must(t, http.StatusSeeOther).location()
	b.get(t, next).must(t, http.StatusOK, "Undone.", "Admins")
	if all, err := s.OwnViews(t.Context(), s.Owner); err != nil || len(all) != 1 || !all[0].Shared || next != "/users/views" {
		t.Errorf("at %s: %v, %v", next, all, err)
	}
}

// TestUndoRefusedPage is what those see who may not undo an event.
func TestUndoRefusedPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "bea@example.com", users.RoleUser)
	if _, err := s.ChangeRole(t.Context(), s.Owner, "bea@example.com", users.RoleChange{Role: users.RoleAuditor}); err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("/audit/%d", s.Last(t))
	b := s.as(t, users.RoleAdmin)
	if p := b.get(t, at).must(t, http.StatusOK); strings.Contains(p.body, "/undo") {
		t.Error("the event offers to undo it to an admin, who may not change roles")
	}
	b.get(t, at+"/undo").must(t, http.StatusForbidden, "Only owners can change a role")
	s.signIn(t, "owner@example.com").get(t, "/audit/1/undo").must(t, http.StatusOK, "This change can't be undone.")
}
