package web_test

import (
	stdcmp "cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// sentences returns the sentences of the audit log on a page, in order.
func sentences(t *testing.T, p page) []string {
	t.Helper()
	var all []string
	for _, li := range p.nodes(t, "li") {
		var who, what string
		for n := range li.Descendants() {
			switch attr(n, "class") {
			case "who":
				who = textOf(n)
			case "what":
				for d := range n.Descendants() {
					if d.Data == "p" && what == "" {
						what = withoutClass(d, "change", "reason")
					}
				}
			}
		}
		if what != "" {
			all = append(all, strings.TrimSpace(who[strings.LastIndex(who, " ")+1:]+" "+what))
		}
	}
	return all
}

// withoutClass returns the text of a node without that of its children of some classes.
func withoutClass(n *html.Node, classes ...string) string {
	var parts []string
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			parts = append(parts, c.Data)
		} else if !slices.Contains(classes, attr(c, "class")) {
			parts = append(parts, textOf(c))
		}
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// newHistory returns a site with a bit of everything in its audit log.
func newHistory(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Hour)
	}
	ctx := t.Context()
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Clock.Advance(time.Hour)
	s.ServiceUser(t, "nightly", users.RoleUser)
	_, err := s.Edit(ctx, s.Owner, "nightly", users.Edit{Fields: users.Fields{Name: new("Nightly"), Types: map[string]bool{"comment_mention": false}}})
	step(err)
	_, err = s.MarkReviewed(ctx, s.Owner, "nightly", users.Review{On: "2027-06-01"})
	step(err)
	_, err = s.ChangeRole(ctx, s.Owner, "ana@example.com", users.RoleChange{Role: users.RoleAuditor, Reason: "helps out"})
	step(err)
	_, err = s.ChangeRole(ctx, users.Command("cmd"), "ana@example.com", users.RoleChange{Role: users.RoleAdmin})
	step(err)
	step(s.EndSession(ctx, s.Owner, "owner@example.com", s.Owner.Session, ""))
	step(s.ResetSignIn(ctx, s.Owner, "ana@example.com", users.SignInReset{}))
	stranger := userstest.Claims("ana@example.com")
	stranger.Verified = users.VerifiedNo
	if _, err := s.SignIn(ctx, stranger, userstest.Visit("x")); err == nil {
		t.Fatal("an unverified address came in")
	}
	step(s.Deactivate(ctx, s.Owner, "ana@example.com", users.Departure{}))
	step(s.Reactivate(ctx, s.Owner, "ana@example.com", users.Reactivation{}))
	s.RefuseAccess(ctx, s.Owner, "ana@example.com", "POST /users/:id/role")
	step(s.Delete(ctx, s.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com"}))
	return s
}

func TestListEvents(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	b := s.signIn(t, "owner@example.com")
	want := []string{
		"owner@example.com signed in",
		"owner@example.com deleted Ana",
		"owner@example.com was refused access to Ana (changing the role)",
		"owner@example.com reactivated Ana",
		"owner@example.com deactivated Ana",
		"Someone was refused a sign-in as Ana because the address is not verified",
		"owner@example.com reset the sign-in of Ana",
		"owner@example.com ended a session of their own",
		"line changed Ana",
		"owner@example.com changed Ana",
		"owner@example.com reviewed Nightly",
		"owner@example.com changed Nightly",
		"owner@example.com created Robot nightly",
		"Ana signed in for the first time (provider account linked)",
		"owner@example.com added Ana",
		"owner@example.com signed in for the first time (provider account linked)",
		"line added owner@example.com with the role owner",
	}
	p := b.get(t, "/audit?signins=1").must(t, 200, "20 events, newest first", "Robot nightly", "“helps out”", "Command line")
	if diff := cmp.Diff(want, sentences(t, p)); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

func TestListEvents_filters(t *testing.T) {
	t.Parallel()
	b := newHistory(t).signIn(t, "owner@example.com")
	tests := map[string]struct {
		query string
		count int
		first string
	}{
		"text in a reason":   {"q=HELPS", 1, "changed Ana"},
		"actor who is gone":  {"actor=ana@example.com&signins=1", 1, "Ana signed in"},
		"target who is gone": {"target=ana@example.com&signins=1", 10, "deleted Ana"},
		"actor and target":   {"actor=owner@example.com&target=nightly", 3, "reviewed Nightly"},
		"action":             {"action=user.role_changed", 2, "line changed Ana"},
		"nothing":            {"q=nobody-of-that-name", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := b.get(t, "/audit?"+test.query).must(t, 200)
			got := sentences(t, p)
			if len(got) != test.count || test.count > 0 && !strings.Contains(got[0], test.first) {
				t.Errorf("got %d: %q", len(got), got)
			}
		})
	}
}

// TestListEvents_days is that the days of a filter, and the times of the log, are
// those of the viewer.
func TestListEvents_days(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	if _, err := s.EditProfile(t.Context(), s.Owner, users.ProfileEdit{TimeZone: new("Pacific/Kiritimati")}); err != nil {
		t.Fatal(err)
	}
	b := s.signIn(t, "owner@example.com")
	// The owner is 14 hours ahead: their 24 November begins at 10:00 UTC of the 23rd.
	before, after := sentences(t, b.get(t, "/audit?signins=1&to=2026-11-23")), sentences(t, b.get(t, "/audit?signins=1&from=2026-11-24"))
	all := sentences(t, b.get(t, "/audit?signins=1"))
	if diff := cmp.Diff(all, slices.Concat(after, before)); diff != "" || len(before) == 0 || len(after) == 0 {
		t.Errorf("two days are not the whole (-all +days):\n%s", diff)
	}
	if !strings.Contains(before[0], "Ana signed in") {
		t.Errorf("the first day ends with %q", before[0])
	}
	if p := b.get(t, "/audit?from=2026-11-24").must(t, 200, "From: 24 November 2026"); !strings.Contains(p.body, "24 November 2026, 00:00:00 UTC+14") {
		t.Errorf("times are not in the viewer's zone: %s", p.body)
	}
}

// TestListEvents_badFilters is what is said of addresses that people, or programs,
// have put together by hand.
func TestListEvents_badFilters(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	b := s.signIn(t, "owner@example.com")
	for query, message := range map[string]string{
		"from=yesterday": words.EnterDate, "to=2026-13-01": words.EnterDate, "actor=a%20b": words.EnterNameOrID, "target=%27": words.EnterNameOrID,
	} {
		b.get(t, "/audit?"+query).must(t, 422, message)
	}
	p := b.get(t, "/audit?from=yesterday&to=2026-11-23").must(t, 422)
	if from, to := p.inputNamed(t, "from"), p.inputNamed(t, "to"); attr(from, "value") != "" || attr(to, "value") != "2026-11-23" {
		t.Errorf("the days are filled in with %q and %q", attr(from, "value"), attr(to, "value"))
	}
	hx := b.with("HX-Request", "true").with("HX-Target", "section#results")
	if p := hx.get(t, "/audit?from=2026-11-24&to=2026-11-23").must(t, 422, words.EnterDayNotBefore); strings.Contains(p.body, "<html") {
		t.Error("a script is answered with a page inside of the page")
	}
	for _, query := range []string{"after=x", "before=-1", "after=1&before=2", "action=user.exploded"} {
		b.get(t, "/audit?"+query).must(t, 400, httperror.Explain(users.ErrBadCursor).Message)
	}
}

// TestListEvents_longText is what is said of a text that is too long, in the words of the
// directory.
func TestListEvents_longText(t *testing.T) {
	t.Parallel()
	b := newHistory(t).signIn(t, "owner@example.com")
	for _, path := range []string{"/audit?q=", "/users?q="} {
		b.get(t, path+strings.Repeat("%C3%A9", 200)).must(t, 200)
		b.get(t, path+strings.Repeat("a", 201)).must(t, 422, "A search is at most 200 characters long. Use fewer words.")
		b.get(t, path+"a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q").must(t, 422, "These are more words than can be searched for at once.")
	}
	b.get(t, "/audit?q="+strings.Repeat("x", 50_000)).must(t, 422, "at most 200 characters")
}

// TestListEvents_beingIndexed is that the page says how much of the log words do not find yet.
func TestListEvents_beingIndexed(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	b := s.signIn(t, "owner@example.com")
	const note = "oldest events cannot be found by words yet"
	without := func(path string, words ...string) {
		t.Helper()
		if p := b.get(t, path).must(t, 200, words...); strings.Contains(p.body, note) {
			t.Errorf("%s says that %s", path, note)
		}
	}
	without("/audit?q=helps", "“helps out”")
	if _, err := s.IndexEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	without("/audit?q=helps", "“helps out”")
	store(t, s, `UPDATE search_index SET first_seq = 15 WHERE name = 'event_words'`)
	b.get(t, "/audit?q=reviewed").must(t, 200, "The 14 "+note)
	without("/audit")
}

// TestListEvents_address is that all that narrows the log is in its address, and
// can be taken out of it.
func TestListEvents_address(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	b := s.signIn(t, "owner@example.com")
	p := b.get(t, "/audit?q=helps&action=user.role_changed").must(t, 200, "Search: helps", "Action: Role changed")
	if got := p.link(t, "Remove filter Search: helps"); got != "/audit?action=user.role_changed" {
		t.Errorf("a chip leads to %q", got)
	}
	hx := b.with("HX-Request", "true").with("HX-Target", "section#results").with("HX-Current-URL", s.server.URL+"/audit?q=help")
	if p := hx.get(t, "/audit?q=helps"); strings.Contains(p.body, "<html") || p.header.Get("HX-Replace-Url") != "/audit?q=helps" {
		t.Errorf("a keystroke is answered by %v %.200s", p.header, p.body)
	}
}

func TestListEvents_paging(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowd(t, s, 117)
	b := s.signIn(t, "owner@example.com")
	forth, back := b.thereAndBack(t, "/audit?signins=1", func(p page) []string { return seqs(t, p) })
	var want []string
	for i := 121; i > 0; i-- {
		want = append(want, fmt.Sprintf("/audit/%d", i))
	}
	if diff := cmp.Diff(want, forth); diff != "" {
		t.Errorf("forth (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

// seqs returns the addresses of the events on a page, in order.
func seqs(t *testing.T, p page) []string {
	t.Helper()
	var all []string
	for _, a := range p.nodes(t, "a") {
		if href := attr(a, "href"); strings.HasPrefix(href, "/audit/") {
			all = append(all, href)
		}
	}
	slices.SortFunc(all, func(x, y string) int { return stdcmp.Or(len(y)-len(x), strings.Compare(y, x)) }) // the events of one request are in their order
	return slices.Compact(all)
}
