package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// tabsOf returns the words of the views that a directory page links to, the
// current ones with an asterisk.
func tabsOf(t *testing.T, p page) []string {
	t.Helper()
	var tabs []string
	for _, nav := range p.nodes(t, "nav") {
		if attr(nav, "aria-label") != "Views" {
			continue
		}
		for a := range nav.Descendants() {
			if a.Data == "a" && hasAttr(a, "aria-current") {
				tabs = append(tabs, textOf(a)+" *")
			} else if a.Data == "a" {
				tabs = append(tabs, textOf(a))
			}
		}
	}
	return tabs
}

// buttonFor returns the value of the button of that name whose words are those.
func buttonFor(t *testing.T, p page, name, words string) string {
	t.Helper()
	for _, b := range p.nodes(t, "button") {
		if attr(b, "name") == name && textOf(b) == words {
			return attr(b, "value")
		}
	}
	return ""
}

func TestSaveView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	if p := b.get(t, "/users"); strings.Contains(p.text(t), "Save view") {
		t.Error("there is something to save where nothing narrows the list")
	}
	b.get(t, "/users/views").must(t, 200, "No saved views yet")

	form := b.get(t, "/users?status=invited&sort=-created&q=an&page=3&after=").must(t, 200, "Save view").form(t, "/users/views")
	p := b.post(t, "/users/views", set(form, "name", " Not yet here ")).must(t, 303)
	if got, want := p.location(), "/users?q=an&sort=-created&status=invited"; got != want {
		t.Errorf("saving leads to %q, want %q", got, want)
	}
	p = b.follow(t, p).must(t, 200, words.SavedView("Not yet here"), "ana@example.com")
	if strings.Contains(p.text(t), "Save view") || !strings.Contains(p.body, "<title>Not yet here · ") {
		t.Error("a view that is saved can be saved again, or is not the title")
	}
	if diff := cmp.Diff([]string{"All 2", "People 2", "Invited 1", "Service users 0", "Not yet here *", "Admins and owners 1", "Recently changed 2", "Deleted", words.RolesAsOfDay}, tabsOf(t, p)); diff != "" {
		t.Errorf("views (-want +got):\n%s", diff)
	}
	list := b.get(t, p.link(t, "Manage views")).must(t, 200, "Not yet here", "Search: an · Status: Invited · Newest first")
	b.get(t, list.link(t, "Not yet here")).must(t, 200, "1 of 2 users")
	if want := `data-copy="` + s.server.URL + `/users?q=an&amp;sort=-created&amp;status=invited"`; !strings.Contains(list.body, want) {
		t.Errorf("there is no %s to copy", want)
	}
	id := buttonFor(t, list, "view", "Delete Not yet here")
	b.follow(t, b.post(t, "/users/views/delete", url.Values{"view": {id}}).must(t, 303)).
		must(t, 200, words.DeletedView("Not yet here"), "No saved views yet")
	b.post(t, "/users/views/delete", url.Values{"view": {id}}).must(t, 404)
	b.get(t, "/audit").must(t, 200, "saved a view called “Not yet here”", "deleted a view called “Not yet here”")
}

// TestEditView renames a saved view, and changes it to another list.
func TestEditView(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, admin := s.as(t, users.RoleOwner), s.as(t, users.RoleAdmin)
	owner.post(t, "/users/views", url.Values{"name": {"Bosses"}, "query": {"role=owner"}, "shared": {"on"}}).must(t, 303)
	at := owner.get(t, "/users/views").link(t, "Edit Bosses")
	form := owner.get(t, at).must(t, 200, "Edit view").form(t, "/users/views/edit")
	owner.post(t, "/users/views/edit", set(form, "name", "")).must(t, 422, "Enter a name.")
	p := owner.post(t, "/users/views/edit", set(form, "name", "Owners")).must(t, 303)
	owner.follow(t, p).must(t, 200, words.SavedView("Owners"), "Owners")
	update := owner.get(t, "/users?role=owner,admin").must(t, 200, "Update “Owners”").form(t, "/users/views/edit")
	owner.post(t, "/users/views/edit", update).must(t, 303)
	owner.get(t, "/users/views").must(t, 200, "Owners", "Shared", "Role: Owner, Admin")
	owner.get(t, "/audit").must(t, 200, "edited a view called “Owners”")
	admin.get(t, at).must(t, 404)
	admin.post(t, "/users/views/edit", unkeyed(form)).must(t, 404)
}

func TestSaveView_mistakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	form := url.Values{"name": {"Admins"}, "query": {"role=admin"}, "shared": {"on"}}
	b.post(t, "/users/views", form).must(t, 303)
	tests := map[string]struct {
		form  url.Values
		words string
	}{
		"the same name":       {form, "You have a view with this name already."},
		"no name":             {set(form, "name", ""), "Enter a name."},
		"a long name":         {set(form, "name", strings.Repeat("x", 61)), "Use at most 60 characters."},
		"nothing to save":     {set(form, "name", "A", "query", "after=x&page=3"), "There is nothing to save yet"},
		"no filter of ours":   {set(form, "name", "A", "query", "role=root"), words.NoSuchView},
		"no view of ours":     {set(form, "name", "A", "query", "view=x"), words.NoSuchView},
		"no query":            {set(form, "name", "A", "query", "q=%zz"), words.NoSuchView},
		"a very long search":  {set(form, "name", "A", "query", "q="+strings.Repeat("x", 1000)), words.ViewTooLong},
		"something else":      {set(form, "owner_key", "usr_x"), "You cannot set “owner_key” here."},
		"a name with markup":  {set(form, "name", hostileText), "Use at most 60 characters."},
		"a query with markup": {set(form, "name", "A", "query", hostileText), "There is nothing to save yet"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := b.post(t, "/users/views", test.form).must(t, 422, test.words, "Save view")
			again := p.form(t, "/users/views")
			if got, want := again.Get("name"), test.form.Get("name"); got != want && name != "a name with markup" {
				t.Errorf("the form holds the name %q, want %q", got, want)
			}
			if again.Get("shared") != "on" {
				t.Error("the box is not ticked any more")
			}
			if strings.Contains(p.body, "<script>alert") {
				t.Error("what was sent comes out as markup")
			}
		})
	}
}

// TestSaveView_sharing is that a shared view is seen by everyone who sees the
// directory and a private one by its owner alone, and who may share and delete them.
func TestSaveView_sharing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, admin, auditor := s.as(t, users.RoleOwner), s.as(t, users.RoleAdmin), s.as(t, users.RoleAuditor)
	for b, want := range map[*browser]bool{owner: true, admin: true, auditor: false} {
		if got := strings.Contains(b.get(t, "/users?role=admin").body, `name="shared"`); got != want {
			t.Errorf("offered to share a view: %t, want %t", got, want)
		}
	}
	form := url.Values{"name": {"For all"}, "query": {"role=admin"}, "shared": {"on"}}
	admin.post(t, "/users/views", form).must(t, 303)
	admin.post(t, "/users/views", url.Values{"name": {"For me"}, "query": {"role=owner"}}).must(t, 303)
	auditor.post(t, "/users/views", form).must(t, 422, "You cannot set “shared” here.")
	auditor.post(t, "/users/views", url.Values{"name": {"Auditor’s"}, "query": {"role=auditor"}}).must(t, 303)

	for who, test := range map[string]struct {
		b         *browser
		views     []string
		deletable bool
	}{
		"admin": {admin, []string{"For all *", "For me"}, true}, "auditor": {auditor, []string{"Auditor’s", "For all *"}, false}, "owner": {owner, []string{"For all *"}, true},
	} {
		tabs := tabsOf(t, test.b.get(t, "/users?role=admin"))
		got := slices.DeleteFunc(slices.Clone(tabs), func(tab string) bool {
			return tab == "Deleted" || tab == words.RolesAsOfDay || strings.ContainsAny(tab, "0123456789")
		})
		if slices.Sort(got); !slices.Equal(got, test.views) {
			t.Errorf("%s sees %q, want %q", who, tabs, test.views)
		}
		if got := buttonFor(t, test.b.get(t, "/users/views"), "view", "Delete For all") != ""; got != test.deletable {
			t.Errorf("%s may delete it: %t, want %t", who, got, test.deletable)
		}
	}
	deleteShared(t, owner, admin, auditor)
}

// deleteShared deletes the view that the admin shares as the owner, and nothing as the
// auditor.
func deleteShared(t *testing.T, owner, admin, auditor *browser) {
	t.Helper()
	auditor.get(t, "/users/views").must(t, 200, "Shared by Admin")
	id := buttonFor(t, owner.get(t, "/users/views"), "view", "Delete For all")
	auditor.post(t, "/users/views/delete", url.Values{"view": {id}}).must(t, 403)
	private := buttonFor(t, admin.get(t, "/users/views"), "view", "Delete For me")
	owner.post(t, "/users/views/delete", url.Values{"view": {private}}).must(t, 404)
	owner.post(t, "/users/views/delete", url.Values{"view": {id}}).must(t, 303)
	owner.get(t, "/users/admin@example.com/delete").must(t, 200, "The user can be restored for")
	admin.get(t, "/profile/data").must(t, 200, `"name": "For me"`, `"address": "/users?role=owner"`)
	owner.get(t, "/audit").must(t, 200, "owner@example.com deleted a shared view of Admin called “For all”")
	admin.get(t, "/profile").must(t, 200, "deleted a shared view of your account")
}

func TestSaveView_afterTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAdmin)
	b := s.browser(t)
	b.signInAt(t, person("ana@example.com"), "/users").must(t, 200)
	key := b.get(t, "/users?role=admin").form(t, "/users/views")["form"]
	b.setCookie(t, "session", "ended")
	b.post(t, "/users/views", url.Values{"name": {"Kept"}, "query": {"role=admin"}, "shared": {"on"}, "form": key}).must(t, 401, "Your form is kept")
	p := b.signInAt(t, person("ana@example.com"), "/users/views").must(t, 200, "It has not been sent yet", "Role: Admin")
	form := p.form(t, "/users/views")
	if form.Get("name") != "Kept" || form.Get("shared") != "on" {
		t.Errorf("the form holds %v", form)
	}
	b.post(t, "/users/views", form).must(t, 303)
}

// TestListUsers_manyViews is that the row of views stays short, and shows the
// current one all the same.
func TestListUsers_manyViews(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	for i := range 15 {
		name := strings.Repeat(string(rune('a'+i)), 40)
		if _, err := s.SaveView(t.Context(), s.Owner, users.NewView{Name: name, Query: "q=" + name}); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("o", 40)
	tabs := tabsOf(t, b.get(t, "/users?q="+long).must(t, 200))
	if !slices.Contains(tabs, strings.Repeat("o", 29)+"… *") || len(tabs) > 20 {
		t.Errorf("got %q", tabs)
	}
}
