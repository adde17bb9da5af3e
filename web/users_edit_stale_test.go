package web_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestEditUser_stale is two people editing the same user at once.
func TestEditUser_stale(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	at := "/users/ana@example.com/edit"
	b := s.as(t, users.RoleAdmin)
	form := b.get(t, at).form(t, at)
	edit := users.Edit{Fields: users.Fields{
		Name: new("Their name"), PictureURL: new("https://example.com/theirs.png"), Channels: map[string]bool{"email": false, "web_ui": true},
	}}
	if _, err := s.Edit(t.Context(), s.Owner, "ana@example.com", edit); err != nil {
		t.Fatal(err)
	}
	mine := set(form, "name", "My name", "channel.web_ui", "on", "reason", "my reason")
	p := b.post(t, at, mine).must(t, 409, "changed this user", "owner@example.com", "Your changes are not saved yet",
		"Before Ana", "Saved Their name", "Yours My name")
	again := p.form(t, at)
	for name, want := range map[string]string{
		"name": "My name", "reason": "my reason", // mine
		"picture_url": "https://example.com/theirs.png", "channel.email": "", "channel.web_ui": "on", // theirs, or both
	} {
		if got := again.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if strings.Count(p.text(t), "Yours") != 1 {
		t.Errorf("only the name is in conflict: %s", p.text(t))
	}
	if got := p.link(t, "Take theirs and discard mine"); got != at {
		t.Errorf("the way to theirs leads to %q", got)
	}
	b.post(t, at, again).must(t, http.StatusSeeOther)
	u := s.Must(t, "ana@example.com")
	if u.Name != "My name" || u.PictureURL != "https://example.com/theirs.png" || u.Channels["email"] {
		t.Errorf("what is stored is not what the form showed: %+v", u)
	}
}

// TestEditServiceUser_stale is two people editing the same service user at once.
func TestEditServiceUser_stale(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	const at = "/users/nightly/edit"
	b := s.as(t, users.RoleAdmin)
	form := b.get(t, at).form(t, at)
	if _, err := s.Edit(t.Context(), s.Owner, "nightly", users.Edit{Fields: users.Fields{Name: new("Their name")}}); err != nil {
		t.Fatal(err)
	}
	again := b.post(t, at, set(form, "purpose", "My purpose")).must(t, http.StatusConflict, "changed this user").form(t, at)
	b.post(t, at, again).must(t, http.StatusSeeOther)
	if u := s.Must(t, "nightly"); u.Name != "Their name" || u.Purpose != "My purpose" {
		t.Errorf("got name %q and purpose %q", u.Name, u.Purpose)
	}
}

// TestServiceUsersGetNoNotifications is that no page of a service user has notification fields,
// no form takes one, and what is stored of them, by the API, is kept.
func TestServiceUsersGetNoNotifications(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	before := s.Must(t, "nightly")
	b := s.signIn(t, "owner@example.com")
	for path, fill := range map[string][]string{"/users/nightly/edit": {"name", "Nightly"}, "/service-users/new": {"user_id", "hourly", "purpose", "Tests"}} {
		p := b.get(t, path).must(t, http.StatusOK)
		form := set(p.form(t, path), fill...)
		for _, field := range []string{"channel.email", "channel.web_ui", "type.comment_mention"} {
			if strings.Contains(p.body, field) {
				t.Errorf("%s asks for %s", path, field)
			}
			b.post(t, path, set(form, field, "on")).must(t, http.StatusUnprocessableEntity, "You cannot set “"+field+"” here")
		}
		b.post(t, path, form).must(t, http.StatusSeeOther)
	}
	for _, n := range b.get(t, "/users/nightly").must(t, http.StatusOK).nodes(t, "dt") {
		if textOf(n) == "Notifications" {
			t.Error("the facts speak of notifications")
		}
	}
	for _, id := range []users.ID{"nightly", "hourly"} {
		if got := s.Must(t, id); !maps.Equal(got.Channels, before.Channels) || !maps.Equal(got.Types, before.Types) {
			t.Errorf("%s: got %v and %v, want %v and %v", id, got.Channels, got.Types, before.Channels, before.Types)
		}
	}
}
