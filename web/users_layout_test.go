package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// heads returns the words at the heads of the columns of a list.
func heads(t *testing.T, p page) []string {
	t.Helper()
	var words []string
	for _, th := range p.nodes(t, "th")[1:] { // after the box
		words = append(words, textOf(th))
	}
	return words
}

func TestSetLayout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	b := s.as(t, users.RoleOwner)
	standard := []string{"Name", "Status", "Role", "Last seen", "Created", "Acts"}
	p := b.get(t, "/users?q=nightly").must(t, 200)
	if diff := cmp.Diff(standard, heads(t, p)); diff != "" {
		t.Errorf("columns at first (-want +got):\n%s", diff)
	}
	at := p.link(t, "Columns…")
	form := b.get(t, at).must(t, 200).form(t, "/users/layout")
	form.Del("column.status")
	form.Del("column.created")
	form = set(form, "column.responsible", "on", "column.type", "on", "column.review", "on", "column.changed", "on", "column.zone", "on",
		"column.department", "on", "column.title", "on", "column.manager", "on", "column.labels", "on", "size", "25")
	p = b.post(t, "/users/layout", form).must(t, 303)
	if got := p.location(); got != "/users?q=nightly" {
		t.Errorf("it leads to %q", got)
	}
	cookie := p.header.Get("Set-Cookie")
	for _, want := range []string{"directory=role.seen.type.department.title.manager.labels.responsible.review.changed.zone.25;", "HttpOnly", "SameSite=Lax", "Max-Age=31536000", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("got the cookie %q, without %s", cookie, want)
		}
	}
	hx := b.with("HX-Request", "true").with("HX-Target", "section#results")
	checkLayout(t, b.follow(t, p))
	checkLayout(t, hx.get(t, "/users?q=nightly"))
	if got := b.get(t, at).form(t, "/users/layout"); got.Get("size") != "25" || got.Has("column.status") || !got.Has("column.zone") {
		t.Errorf("the form holds %v", got)
	}
	b.post(t, "/users/layout", url.Values{"size": {"50"}}).must(t, 303)
	if diff := cmp.Diff([]string{"Name", "Acts"}, heads(t, b.get(t, "/users"))); diff != "" {
		t.Errorf("without any column (-want +got):\n%s", diff)
	}
}

// TestSetLayout_all shows each column that is offered.
func TestSetLayout_all(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	p := b.get(t, "/users/layout")
	form := p.form(t, "/users/layout")
	want := []string{"Name"}
	for _, label := range p.nodes(t, "label") {
		for n := range label.Descendants() {
			if name := attr(n, "name"); strings.HasPrefix(name, "column.") {
				form.Set(name, "on")
				want = append(want, textOf(label))
			}
		}
	}
	b.post(t, "/users/layout", form).must(t, 303)
	if diff := cmp.Diff(append(want, "Acts"), heads(t, b.get(t, "/users"))); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

// checkLayout fails the test unless a page, or a part of one, shows the columns
// that TestSetLayout chooses.
func checkLayout(t *testing.T, p page) {
	t.Helper()
	want := []string{"Name", "Role", "Last seen", "Type", "Department", "Title", "Manager", "Labels", "Responsible person", "Review date", "Last changed", "Time zone", "Acts"}
	if diff := cmp.Diff(want, heads(t, p)); diff != "" {
		t.Errorf("%s: columns (-want +got):\n%s", p.url, diff)
	}
	if got, want := textOf(p.nodes(t, "tbody")[0]), "nightly User Never Service user Ana None just now"; got != want {
		t.Errorf("%s: the row says %q, want %q", p.url, got, want)
	}
	if got := p.link(t, "Ana"); got != "/users/ana@example.com" {
		t.Errorf("%s: who is responsible leads to %q", p.url, got)
	}
}

func TestSetLayout_refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	for _, form := range []url.Values{{}, {"size": {"1000000"}}, {"size": {"x"}}, {"size": {"25", "50"}}, {"size": {"25"}, "column.password": {"on"}}} {
		if p := b.post(t, "/users/layout", form).must(t, 422); p.header.Get("Set-Cookie") != "" {
			t.Errorf("%v: got the cookie %q", form, p.header.Get("Set-Cookie"))
		}
	}
	if got := b.post(t, "/users/layout", url.Values{"size": {"25"}, "return_to": {"https://evil.test/"}}).must(t, 303).location(); got != "/" {
		t.Errorf("it leads to %q", got)
	}
}

func TestLayout_forged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowd(t, s, 60)
	standard := []string{"Name", "Status", "Role", "Last seen", "Created", "Acts"}
	for cookie, want := range map[string]struct {
		columns []string
		rows    int
	}{
		"status.role.1000000":         {standard, 50},
		"status.role.-1":              {standard, 50},
		"<script>":                    {standard, 50},
		"....":                        {standard, 50},
		"role.password.25":            {[]string{"Name", "Role", "Acts"}, 25},
		"zone.role.role.25":           {[]string{"Name", "Role", "Time zone", "Acts"}, 25},
		strings.Repeat("x.", 1500):    {standard, 50},
		"status.role.seen.created.25": {standard, 25},
	} {
		b := s.signIn(t, "owner@example.com")
		b.setCookie(t, "directory", cookie)
		p := b.get(t, "/users").must(t, 200)
		if diff := cmp.Diff(want.columns, heads(t, p)); diff != "" || len(listed(t, p)) != want.rows {
			t.Errorf("%.40s: %d rows; columns (-want +got):\n%s", cookie, len(listed(t, p)), diff)
		}
	}
}

func TestLayout_pageSize(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowd(t, s, 59)
	b := s.as(t, users.RoleOwner)
	for size, want := range map[string][]string{
		"25": {"1–25 of 60", "26–50 of 60", "51–60 of 60"}, "50": {"1–50 of 60", "51–60 of 60"}, "100": {"1–60 of 60"},
	} {
		b.post(t, "/users/layout", url.Values{"size": {size}}).must(t, 303)
		var ranges []string
		forth, back := b.thereAndBack(t, "/users", func(p page) []string {
			if r := textOf(pagerOf(t, p)); !slices.Contains(ranges, r) {
				ranges = append(ranges, r)
			}
			return listed(t, p)
		})
		if diff := cmp.Diff(want, ranges); diff != "" || len(forth) != 60 || !slices.Equal(forth, back) {
			t.Errorf("%s on a page: %d rows forth; ranges (-want +got):\n%s", size, len(forth), diff)
		}
	}
}
