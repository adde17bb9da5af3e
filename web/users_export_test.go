package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// exportEvents returns what the history says was exported, newest first.
func (s *site) exportEvents(t *testing.T) [][]users.Change {
	t.Helper()
	found, err := s.History.Events(t.Context(), s.Owner, history.Query{Action: users.ActionExported})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]users.Change
	for _, e := range found.Events {
		all = append(all, e.Changes)
	}
	return all
}

// exportedIDs returns the user_ids in a file of CSV.
func exportedIDs(t *testing.T, file string) []string {
	t.Helper()
	var ids []string
	for _, row := range readCSV(t, file) {
		ids = append(ids, row["user_id"])
	}
	return ids
}

// TestExportUsers exports what the directory lists, by way of its pages.
func TestExportUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleAuditor)
	s.Person(t, "ana@example.com", users.RoleAdmin)
	s.Invited(t, "zoe@example.com", users.RoleUser)
	s.Invited(t, "bo@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	for query, words := range map[string][]string{
		"":                                    {"None: all users except system users", "Name, A to Z", "Export 6 users"},
		"status=invited&sort=-id&type=person": {"Type: People", "Status: Invited", words.Choice("sort", "-id"), "Export 2 users"},
		"q=ana":                               {"Search: ana", "Export 1 user"},
		"view=service&role=user":              {"View: Service users", "Role: User", "Export 1 user"},
	} {
		t.Run(query, func(t *testing.T) { // one after the other, as one person exports
			list := b.get(t, "/users?"+query).must(t, http.StatusOK)
			to := list.link(t, "Export…")
			p := b.get(t, to).must(t, http.StatusOK, words...)
			if back, err := url.Parse(p.link(t, "Cancel")); err != nil || "/users?"+query != back.Path+"?"+back.RawQuery && !sameQuery(back.RawQuery, query) {
				t.Errorf("Cancel leads to %s", back)
			}
			form := p.form(t, "/users/export")
			if form.Get("format") != "csv" || len(form.Get("export")) < 20 {
				t.Errorf("the form is %v", form)
			}
			file := b.post(t, "/users/export", form)
			if file.status != http.StatusOK {
				t.Fatalf("got %d: %s", file.status, file.text(t))
			}
			if diff := cmp.Diff(listed(t, list), exportedIDs(t, file.body)); diff != "" {
				t.Errorf("(-list +file):\n%s", diff)
			}
			lines := b.post(t, "/users/export", set(form, "format", "jsonl"))
			if n := strings.Count(lines.body, "\n"); n != len(listed(t, list)) {
				t.Errorf("got %d lines of JSON", n)
			}
		})
	}
}

// sameQuery reports whether two queries ask for the same.
func sameQuery(x, y string) bool {
	a, _ := url.ParseQuery(x)
	b, _ := url.ParseQuery(y)
	return maps.EqualFunc(a, b, slices.Equal[[]string])
}

func TestExportUsers_headers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for request, want := range map[string][2]string{
		"csv":   {"text/csv; charset=utf-8", `attachment; filename="users.csv"`},
		"xlsx":  {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `attachment; filename="users.xlsx"`},
		"jsonl": {"application/jsonl; charset=utf-8", `attachment; filename="users.jsonl"`},

		"csv service": {"text/csv; charset=utf-8", `attachment; filename="service-users.csv"`},
	} {
		format, view, _ := strings.Cut(request, " ")
		p := b.post(t, "/users/export", url.Values{"format": {format}, "view": {view}})
		got := [2]string{p.header.Get("Content-Type"), p.header.Get("Content-Disposition")}
		if got != want || p.header.Get("Cache-Control") != "no-store" || p.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %v, Cache-Control %q", request, got, p.header.Get("Cache-Control"))
		}
	}
	want := []users.Change{{Field: "format", New: "jsonl"}, {Field: "sort", New: "name"}, {Field: "users", New: "1"}}
	if !slices.ContainsFunc(s.exportEvents(t), func(got []users.Change) bool { return cmp.Equal(got, want) }) {
		t.Errorf("the history: %v", s.exportEvents(t))
	}
	b.get(t, "/audit").must(t, http.StatusOK, "exported the directory (1 user)", "Directory exported")
}

// TestExportUsers_event checks the events of an export in the audit log.
func TestExportUsers_event(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	b.post(t, "/users/export", url.Values{
		"format": {"xlsx"}, "type": {"person"}, "seen": {"never"}, "view": {"people"}, "sort": {"-seen"}, "role": {"owner"}, "q": {"own"},
	})
	event := b.get(t, "/audit?action=directory.exported").must(t, http.StatusOK)
	seq := s.Last(t) - 1
	b.get(t, "/audit/"+strconv.FormatInt(seq, 10)).must(t, http.StatusOK, "Details", words.Field("format")+" "+words.Format("xlsx"), "Search own",
		"Type People", "Role Owner", "Last seen Never", "View People", "Order Last seen first", "Users 0")
	b.get(t, "/audit/"+strconv.FormatInt(seq+1, 10)).must(t, http.StatusOK, "Console recorded the end of an export: 0 of 0 users sent; complete",
		words.Field("export")+" "+strconv.FormatInt(seq, 10), "Users 0", "Users to export 0", words.Field("end")+" Complete")
	if !strings.Contains(event.text(t), "exported the directory (0 users)") {
		t.Errorf("the log says %s", event.text(t))
	}
}

// TestExportUsers_refusals is who gets a page instead of a file, and that the
// history has nothing of it.
func TestExportUsers_refusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, user := s.signIn(t, "owner@example.com"), s.as(t, users.RoleUser)
	good := url.Values{"format": {"csv"}}
	user.get(t, "/users/export").must(t, http.StatusForbidden, "Who can help")
	user.post(t, "/users/export", good).must(t, http.StatusForbidden)
	s.browser(t).post(t, "/users/export", good).must(t, http.StatusUnauthorized)
	owner.with("Sec-Fetch-Site", "cross-site").post(t, "/users/export", good).must(t, http.StatusForbidden)
	for name, form := range map[string]url.Values{
		"no format":        {},
		"another format":   {"format": {"excel"}},
		"two formats":      {"format": {"csv", "jsonl"}},
		"an unknown field": {"format": {"csv"}, "limit": {"1"}},
		"a forged filter":  {"format": {"csv"}, "type": {"robot"}},
		"a forged order":   {"format": {"csv"}, "sort": {"name; DROP TABLE users"}},
		"an unknown word":  {"format": {"csv"}, "q": {"typ:service"}},
	} {
		p := owner.post(t, "/users/export", form)
		if p.must(t, http.StatusUnprocessableEntity); len(p.nodes(t, "h2")) == 0 || p.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: nothing says what is wrong: %s", name, p.text(t))
		}
	}
	p := owner.get(t, "/users/export?q=typ:service").must(t, http.StatusUnprocessableEntity, "typ:")
	for _, b := range p.nodes(t, "button") {
		if strings.HasPrefix(textOf(b), "Export") {
			t.Error("there is a button for filters that say nothing")
		}
	}
	owner.get(t, "/users/export?q=nobody").must(t, http.StatusOK, "No users to export", "Go back")
	if got := s.exportEvents(t); len(got) > 0 {
		t.Errorf("the history has %v", got)
	}
}

func TestExportUsers_rateLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.TrustedProxies = prefixes("127.0.0.0/8") }})
	form := url.Values{"format": {"csv"}}
	owner := s.signIn(t, "owner@example.com")
	one := owner.with("X-Forwarded-For", "203.0.113.1")
	var p page
	for range 50 {
		if p = one.post(t, "/users/export", form); p.status == http.StatusTooManyRequests {
			break
		}
	}
	p.must(t, http.StatusTooManyRequests, "exported the directory many times")
	if wait, err := strconv.Atoi(p.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After: %q", p.header.Get("Retry-After"))
	}
	one.get(t, "/users/export").must(t, http.StatusOK)
	for name, other := range map[string]*browser{
		"somebody else there":     s.as(t, users.RoleAuditor).with("X-Forwarded-For", "203.0.113.1"),
		"the same user elsewhere": owner.with("X-Forwarded-For", "203.0.113.2"),
	} {
		if p := other.post(t, "/users/export", form); p.status != http.StatusOK {
			t.Errorf("%s is hit: %d", name, p.status)
		}
	}
	s.Clock.Advance(time.Minute)
	if p := one.post(t, "/users/export", form); p.status != http.StatusOK {
		t.Errorf("the limit does not end: %d", p.status)
	}
}

// TestExportUsers_afterSigningInAgain is that the form of a session that has ended
// asks for the same as before.
func TestExportUsers_afterSigningInAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	form := set(b.get(t, "/users/export?type=service").form(t, "/users/export"), "format", "jsonl")
	s.Clock.Advance(30 * 24 * time.Hour)
	b.post(t, "/users/export", form).must(t, http.StatusUnauthorized, "Your form is kept")
	b.setCookie(t, "session", s.signIn(t, "owner@example.com").cookie(t, "session"))
	again := b.get(t, "/users/export").must(t, http.StatusOK, "Type: Service users", "Export 1 user", "has not been sent yet").form(t, "/users/export")
	if again.Get("type") != "service" || again.Get("format") != "jsonl" {
		t.Errorf("got %v", again)
	}
}

// TestExportUsers_columns exports the columns of the list as it is shown, or all, and records them.
func TestExportUsers_columns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	b.post(t, "/users/layout", url.Values{"size": {"25"}, "column.seen": {"on"}, "column.department": {"on"}, "column.zone": {"on"}})
	form := b.get(t, "/users/export?view=people").must(t, http.StatusOK, "user_id, name, last_seen_at, department, time_zone").form(t, "/users/export")
	for columns, want := range map[string]string{
		form.Get("columns"): "user_id,name,last_seen_at,department,time_zone\r\n",
		"":                  "user_id,name,type,role,",
		"note,user_id":      "note,user_id\r\n",
	} {
		if file := b.post(t, "/users/export", set(form, "columns", columns)).must(t, http.StatusOK); !strings.HasPrefix(file.body, want) {
			t.Errorf("%q: got %.80q", columns, file.body)
		}
	}
	if !slices.ContainsFunc(s.exportEvents(t), func(got []users.Change) bool {
		return slices.Contains(got, users.Change{Field: "columns", New: "note,user_id"})
	}) {
		t.Errorf("the history: %v", s.exportEvents(t))
	}
	s.Invited(t, "zoe@example.com", users.RoleUser)
	view := b.get(t, "/users/export?view="+string(directory.ViewInvited)).form(t, "/users/export").Get("columns")
	if !strings.Contains(view, "created_at") {
		t.Errorf("of a view with its own columns: %q", view)
	}
	for _, columns := range []string{"password", "user_id,user_id", ","} {
		b.post(t, "/users/export", set(form, "columns", columns)).must(t, http.StatusUnprocessableEntity, "Choose the columns.")
	}
}
