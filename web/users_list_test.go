package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// listed returns the user_ids in the rows of a directory page, in order.
func listed(t *testing.T, p page) []string {
	t.Helper()
	var ids []string
	for _, row := range p.nodes(t, "tr") {
		if row.FirstChild == nil || row.FirstChild.Data != "td" {
			continue
		}
		cell := row.FirstChild.NextSibling // after the box
		for n := range cell.Descendants() {
			if id, ok := strings.CutPrefix(attr(n, "href"), "/users/"); ok {
				id, _ = url.PathUnescape(id)
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// link returns the address of the first link with those words, or nothing.
func (p page) link(t *testing.T, words string) string {
	t.Helper()
	for _, a := range p.nodes(t, "a") {
		if textOf(a) == words || attr(a, "aria-label") == words {
			return attr(a, "href")
		}
	}
	return ""
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	s.Person(t, "ana@example.com", users.RoleAdmin)
	s.Invited(t, "zoe@example.com", users.RoleUser)
	s.Invited(t, "bo@example.com", users.RoleAuditor)
	s.ServiceUser(t, "nightly", users.RoleUser)
	if err := s.Deactivate(t.Context(), s.Owner, "bo@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all by name":          {"", []string{"ana@example.com", "bo@example.com", "owner@example.com", "nightly", "zoe@example.com"}},
		"name, the other way":  {"sort=-name", []string{"zoe@example.com", "nightly", "owner@example.com", "bo@example.com", "ana@example.com"}},
		"search in other case": {"q=ANA", []string{"ana@example.com"}},
		"search with accents":  {"q=%C3%A1n%C3%A0", []string{"ana@example.com"}},
		"by type":              {"type=service", []string{"nightly"}},
		"by role":              {"role=admin", []string{"ana@example.com"}},
		"by status":            {"status=deactivated", []string{"bo@example.com"}},
		"by last seen":         {"seen=never&status=invited", []string{"zoe@example.com"}},
		"a named view":         {"view=service", []string{"nightly"}},
		"view and search":      {"view=people&q=bo", []string{"bo@example.com"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := listed(t, b.get(t, "/users?"+test.query).must(t, 200))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestListUsers_serviceUsers is that a list of service users alone says of each
// who is responsible for it, and not that it is a service user.
func TestListUsers_serviceUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	s.Invited(t, "ana@example.com", users.RoleUser)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	for query, alone := range map[string]bool{"": false, "q=nightly": false, "view=service": true, "type=service": true} {
		rows := b.get(t, "/users?"+query).must(t, 200).nodes(t, "tbody")
		text := textOf(rows[0])
		if strings.Contains(text, "Service user") == alone || strings.Contains(text, "Responsible: Ana") != alone {
			t.Errorf("%q: the rows say %q", query, text)
		}
	}
}

func TestListUsers_keepsStateInTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowd(t, s, 60)
	b := s.as(t, users.RoleOwner)
	p := b.get(t, "/users?q=person&status=invited&sort=-created&view=people").must(t, 200, "Status Invited", "60 of 61 people")
	tests := map[string]struct{ link, want string }{
		"next page keeps all":                {"Next", "q=person&sort=-created&status=invited&view=people"},
		"a chip takes away one":              {"Remove filter Status Invited", "q=person&sort=-created&view=people"},
		"clear keeps view and order":         {"Clear", "sort=-created&view=people"},
		"another order begins anew":          {"Name", "q=person&status=invited&view=people"},
		"the same order turns round":         {"Created", "q=person&sort=created&status=invited&view=people"},
		"recent changes begin with the last": {"Recently changed 61", "sort=-updated&view=changed"},
		"times begin with the newest":        {"Last seen", "q=person&sort=-seen&status=invited&view=people"},
		"a view begins without filters":      {"Invited 60", "view=invited"},
	}
	for name, test := range tests {
		u, err := url.Parse(p.link(t, test.link))
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		if name == "next page keeps all" && query.Get("after") == "" {
			t.Errorf("%s: no cursor in %s", name, u)
		}
		query.Del("after")
		if got := query.Encode(); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestListUsers_fragment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	hx := b.with("HX-Request", "true").with("HX-Target", "section#results")
	tests := map[string]struct{ at, get, header string }{
		"a keystroke takes the place of the address": {"/users?q=an", "/users?q=ana&type=&role=", "Hx-Replace-Url"},
		"a filter is an address of its own":          {"/users?q=ana", "/users?q=ana&status=invited", "Hx-Push-Url"},
		"so is a filter taken away":                  {"/users?status=invited", "/users?q=ana&status=", "Hx-Push-Url"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := hx.with("HX-Current-URL", s.server.URL+test.at).get(t, test.get).must(t, 200, "ana@example.com", "1 of 2 users")
			if strings.Contains(p.body, "<html") || len(p.nodes(t, "section")) != 1 {
				t.Errorf("got more than the results: %.300s", p.body)
			}
			if got := p.header.Get(test.header); !strings.HasPrefix(got, "/users?") || strings.Contains(got, "role=") {
				t.Errorf("got %s %q, headers %v", test.header, got, p.header)
			}
			if got := strings.Join(p.header.Values("Vary"), ", "); !strings.Contains(got, "HX-Target") {
				t.Errorf("got Vary %q", got)
			}
		})
	}
	if p := hx.with("HX-History-Restore-Request", "true").get(t, "/users"); !strings.Contains(p.body, "<html") {
		t.Error("a page restored from history is not whole")
	}
}

func TestListUsers_forgedAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	for query, status := range map[string]int{
		"after=garbage": 400, "before=%27%20OR%201%3D1": 400, "after=999999999999999999999": 400, "after=a&before=b": 400, "sort=password": 422,
		"sort=name%3BDROP%20TABLE%20users": 422, "type=robot": 422, "role=root": 422, "status=asleep": 422, "seen=%3C1y": 422, "created=never": 422,
		"view=everything": 422, "q=typ%3Aservice": 422, "q=" + strings.Repeat("a", 5000): 422, "q=seen%3Ayesterday": 422,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			words := map[int]string{400: httperror.Explain(users.ErrBadCursor).Message, 422: "There is"}[status]
			if strings.HasPrefix(query, "q=aaa") {
				words = "A search is at most 200 characters long."
			}
			if strings.HasPrefix(query, "q=seen") || strings.HasPrefix(query, "seen") || strings.HasPrefix(query, "created") {
				words = "is not understood."
			}
			b.get(t, "/users?"+query).must(t, status, words)
		})
	}
	for _, query := range []string{"q=%25", "q=_", "q=%27--", "q=" + strings.Repeat("a+", 100), "page=99&size=-1", "q=%00%ff"} {
		if p := b.get(t, "/users?"+query); p.status != 200 {
			t.Errorf("%.30s: got %d, want 200", query, p.status)
		}
	}
}

func TestListUsers_nobodyFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	claims := userstest.Claims("zoe@example.com")
	claims.Subject = "stranger"
	if _, err := s.SignIn(t.Context(), claims, userstest.Visit("zoe")); err == nil {
		t.Fatal("a stranger came in")
	}
	s.Settle()
	b := s.as(t, users.RoleOwner)

	p := b.get(t, "/users?q=Zoe@example.com").must(t, 200, "No one matches", "was refused", "There is no user with that address in the directory")
	if got := p.link(t, "Clear search and filters"); got != "/users" {
		t.Errorf("clear leads to %q", got)
	}
	form := b.get(t, p.link(t, "Add Zoe@example.com")).must(t, 200).form(t, "/users/new")
	if got := form.Get("user_id"); got != "Zoe@example.com" {
		t.Errorf("the form is filled in with %q", got)
	}
	p = b.get(t, "/users?q=Zoe+Doe").must(t, 200, "No one matches")
	if got := p.link(t, "Add Zoe Doe"); got != "" {
		t.Errorf("a name is offered to be added: %q", got)
	}
	auditor := s.as(t, users.RoleAuditor)
	if got := auditor.get(t, "/users?q=zoe@example.com").must(t, 200).link(t, "Add zoe@example.com"); got != "" {
		t.Errorf("an auditor is offered to add someone: %q", got)
	}
	b.get(t, "/users?role=admin").must(t, 200, "No one matches these filters")
}

func TestListUsers_firstSight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	p := b.get(t, "/users").must(t, 200, "You", "Owner", "Three next steps", "1 user", "1–1 of 1")
	if got := b.get(t, p.link(t, "Add an owner")).form(t, "/users/new").Get("role"); got != "owner" {
		t.Errorf("the form for a second owner has the role %q", got)
	}
	b.get(t, p.link(t, "Open the audit log")).must(t, 200, "signed in")
	if strings.Contains(b.get(t, "/users?q=ana").text(t), "Three next steps") {
		t.Error("the first steps stand in the way of a search")
	}
	s.Invited(t, "ana@example.com", users.RoleUser)
	if strings.Contains(b.get(t, "/users").text(t), "Three next steps") {
		t.Error("the first steps are still shown to an organisation of two")
	}
}

func TestListUsers_actionsByRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Invited(t, "adam@example.com", users.RoleAdmin)
	tests := map[users.Role]struct {
		status int
		edits  []string
		adds   bool
	}{
		users.RoleOwner:   {200, []string{"adam", "ana", "owner"}, true},
		users.RoleAdmin:   {200, []string{"ana"}, true},
		users.RoleAuditor: {200, nil, false},
		users.RoleUser:    {403, nil, false},
	}
	for _, role := range users.Roles {
		b := s.as(t, role)
		test := tests[role]
		p := b.get(t, "/users?q=example.com")
		if p.status != test.status {
			t.Errorf("%s: got %d, want %d", role, p.status, test.status)
			continue
		}
		menu := b.with("HX-Request", "true").with("HX-Target", "div#row-menu")
		for _, name := range []string{"adam", "ana", "owner"} {
			acts := menu.get(t, "/users/"+name+"@example.com/acts")
			if got, want := acts.link(t, "Edit") != "", slices.Contains(test.edits, name); got != want {
				t.Errorf("%s: edit %s: got %t, want %t", role, name, got, want)
			}
		}
		if got := p.link(t, words.AddPersonTitle) != ""; got != test.adds {
			t.Errorf("%s: add: got %t, want %t", role, got, test.adds)
		}
	}
}
