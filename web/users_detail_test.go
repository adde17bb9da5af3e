package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

func TestUserDetail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	other := userstest.Claims("ana@example.com")
	other.Address = "ana.lima@example.com"
	if _, err := s.SignIn(t.Context(), other, userstest.Visit("ana again")); err != nil {
		t.Fatal(err)
	}
	stranger := userstest.Claims("ana@example.com")
	stranger.Subject = "another"
	if _, err := s.SignIn(t.Context(), stranger, userstest.Visit("stranger")); err == nil {
		t.Fatal("a second identity with the address of a known one came in")
	}
	s.ServiceUser(t, "nightly", users.RoleUser)
	s.Settle()
	b := s.as(t, users.RoleOwner)

	b.get(t, "/users/ana@example.com").must(t, 200,
		"Ana", "ana@example.com", "Active First signed in just now", "2 sessions", "by owner@example.com",
		"Ana gets an e-mail when someone mentions them in a comment.",
		"linked just now", "address differs", "refused just now", userstest.Issuer, "sub-ana@example.com", "The provider now says ana.lima@example.com",
		"Last refused sign-in", "The address is that of a user who signs in with another account",
		"owner@example.com added", "provider account linked", words.RoleMay(users.KindPerson, users.RoleUser))
	b.get(t, "/users/nightly").must(t, 200, "Service user", "Tests", "Responsible", "owner@example.com", "Review on 1 May 2027", "Mark as reviewed")
	b.get(t, "/users/owner@example.com").must(t, 200, "You", "Responsible for", "Robot nightly", words.LastOwner)
	s.Invited(t, "new@example.com", users.RoleUser)
	b.get(t, "/users/new@example.com").must(t, 200, "Invited", "Never", "They have not signed in yet", s.server.URL+"/sign-in")
}

// detailActs are the labels of links in the head and the menu.
var detailActs = []string{"Edit", words.ChangeRole, "End sessions", words.ResetSignIn, "Deactivate", "Delete"}

// detailViews are who looks at whom, and what they are offered to do.
var detailViews = map[string]struct {
	viewer users.Role
	target string
	want   string // of detailActs, joined
	why    string
}{
	"an owner on a user":         {users.RoleOwner, "ana@example.com", "Edit, Change role, End sessions, Reset sign-in, Deactivate, Delete", ""},
	"an owner on themselves":     {users.RoleOwner, "owner@example.com", "Edit, Change role, End sessions, Reset sign-in, Delete", words.LastOwner},
	"an admin on a user":         {users.RoleAdmin, "ana@example.com", "Edit, End sessions, Reset sign-in, Deactivate, Delete", ""},
	"an admin on an admin":       {users.RoleAdmin, "adam@example.com", "", "only an owner can edit"},
	"an auditor on a user":       {users.RoleAuditor, "ana@example.com", "", "Your role is auditor."},
	"an owner on a system user":  {users.RoleOwner, "platform", "", "System users belong to the platform"},
	"an admin on the last owner": {users.RoleAdmin, "owner@example.com", "", "only an owner can edit"},
}

func TestUserDetail_actions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "adam@example.com", users.RoleAdmin)
	if _, err := s.AddSystemUser(t.Context(), users.Command("test"), "platform"); err != nil {
		t.Fatal(err)
	}
	browsers := map[users.Role]*browser{}
	for _, role := range users.Roles {
		browsers[role] = s.as(t, role)
	}
	for name, test := range detailViews {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := browsers[test.viewer].get(t, "/users/"+test.target).must(t, 200, test.why)
			var got []string
			for _, act := range detailActs {
				if p.link(t, act) != "" {
					got = append(got, act)
				}
			}
			if joined := strings.Join(got, ", "); joined != test.want {
				t.Errorf("got %q, want %q", joined, test.want)
			}
			for _, act := range got {
				browsers[test.viewer].get(t, p.link(t, act)).must(t, 200)
			}
		})
	}
}

func TestUserPages_whoSeesWhat(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	user := s.as(t, users.RoleUser)
	if _, err := s.CreateServiceUser(t.Context(), s.Owner, users.NewServiceUser{
		NewPerson:     users.NewPerson{ID: "nightly"},
		ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: "user@example.com"},
	}); err != nil {
		t.Fatal(err)
	}
	s.ServiceUser(t, "weekly", users.RoleUser)
	owner := s.as(t, users.RoleOwner)
	for _, tail := range []string{"", "/activity", "/sessions"} {
		owner.get(t, "/users/nobody@example.com"+tail).must(t, 404, httperror.Explain(users.ErrNotFound).Message)
		owner.get(t, "/users/%252e%252e"+tail).must(t, 404)
		user.get(t, "/users/user@example.com"+tail).must(t, 200)
		user.get(t, "/users/USER%40example.com"+tail).must(t, 200)
		user.get(t, "/users/nightly"+tail).must(t, 200, "nightly")
		known := user.get(t, "/users/ana@example.com"+tail).must(t, 403, "owner@example.com")
		unknown := user.get(t, "/users/nobody@example.com"+tail).must(t, 403)
		service := user.get(t, "/users/weekly"+tail).must(t, 403)
		if sameAnswer(t, known) != sameAnswer(t, unknown) || sameAnswer(t, known) != sameAnswer(t, service) {
			t.Errorf("%s tells who exists:\n%s\n%s\n%s", tail, known.text(t), unknown.text(t), service.text(t))
		}
	}
}

// sameAnswer returns a page's words without what differs in every answer.
func sameAnswer(t *testing.T, p page) string {
	t.Helper()
	text, _, _ := strings.Cut(p.text(t), "Request")
	return text
}

func TestUserActivity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleAdmin)
	for i := range 60 {
		name := "Bo " + strings.Repeat("o", i)
		if i == 0 {
			if _, err := s.AddPerson(t.Context(), ana, users.NewPerson{ID: "bo@example.com"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Edit(t.Context(), ana, "bo@example.com", users.Edit{Fields: users.Fields{Name: &name}, Reason: "because"}); err != nil {
			t.Fatal(err)
		}
	}
	b := s.as(t, users.RoleOwner)
	p := b.get(t, "/users/bo@example.com/activity").must(t, 200, "Ana changed Bo", "“because”", "50 events, newest first")
	if got := p.link(t, "Sessions"); got != "/users/bo@example.com/sessions" {
		t.Errorf("the tab leads to %q", got)
	}
	b.get(t, p.link(t, "Next")).must(t, 200, "Ana added", "11 events")
	b.get(t, "/users/ana@example.com/activity").must(t, 200, "Ana changed Bo")

	bo := s.signIn(t, "bo@example.com")
	bo.get(t, "/users/bo@example.com/activity").must(t, 200, "Ana changed Bo")
	b.get(t, "/users/bo@example.com/activity?after=x").must(t, 400)
}

func TestUserSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	s.Invited(t, "ana@example.com", users.RoleUser)
	first, second := s.signIn(t, "ana@example.com"), s.signIn(t, "ana@example.com")
	b.get(t, "/users/owner@example.com/sessions").must(t, 200, "Firefox", "192.0.2.7")

	all, err := s.Sessions(t.Context(), s.Owner, "ana@example.com")
	if err != nil || len(all) != 2 {
		t.Fatalf("got %d sessions, %v", len(all), err)
	}
	owners, err := s.Sessions(t.Context(), s.Owner, "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	end := "/users/ana@example.com/sessions/end"
	b.post(t, end, url.Values{}).must(t, 422, words.ChooseSession)
	b.post(t, end, url.Values{"session": {"all"}, "reason": {strings.Repeat("x", 501)}}).must(t, 422, "Use at most 500 characters.")
	b.post(t, end, url.Values{"session": {string(owners[0].ID)}}).must(t, 404)
	first.post(t, "/users/owner@example.com/sessions/end", url.Values{"session": {"all"}}).must(t, 403)
	first.get(t, "/profile").must(t, 200)
	second.get(t, "/profile").must(t, 200)

	b.post(t, end, url.Values{"session": {string(all[0].ID)}, "reason": {"lost"}}).must(t, 303)
	b.get(t, "/users/ana@example.com/sessions").must(t, 200, words.EndedSession("ana@example.com"))
	if got := first.get(t, "/profile").status + second.get(t, "/profile").status; got != 200+303 {
		t.Errorf("one session was to end, the other not: statuses add up to %d", got)
	}
	b.post(t, end, url.Values{"session": {"all"}}).must(t, 303)
	b.get(t, "/users/ana@example.com/sessions").must(t, 200, words.EndedSessions(1, "ana@example.com"))
	if got := first.get(t, "/profile").status + second.get(t, "/profile").status; got != 303+303 {
		t.Errorf("all sessions were to end: statuses add up to %d", got)
	}
}

func TestMarkReviewed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	form := b.get(t, "/users/nightly").form(t, "/users/nightly/reviewed")
	if got := form.Get("review_on"); got != "2027-05-23" {
		t.Errorf("got %s proposed, want six months from now", got)
	}
	b.post(t, "/users/nightly/reviewed", set(form, "review_on", "2020-01-01")).must(t, 422, "Choose today or a later day.")
	b.post(t, "/users/nightly/reviewed", set(form, "purpose", "mine")).must(t, 422)
	b.post(t, "/users/nightly/reviewed", form).must(t, 303)
	b.get(t, "/users/nightly").must(t, 200, "The review date is 23 May 2027.", "reviewed")
	s.as(t, users.RoleUser).post(t, "/users/nightly/reviewed", unkeyed(form)).must(t, 403)
	b.post(t, "/users/owner@example.com/reviewed", unkeyed(form)).must(t, 403, "Only service users are reviewed, and not by themselves.")
}

// missingUsers are addresses of users that are not there, and what those who may search the
// directory are offered to search for.
var missingUsers = map[string]string{
	"/users/ana.limma@example.com":  "ana.limma@example.com",
	"/users/nightly/edit":           "nightly",
	"/users/J%C3%B3nsson%20%20Ana":  "Jónsson  Ana",
	"/users/nobody%FF@example.com":  "nobody @example.com",
	"/users/ana%2Flima@example.com": "ana/lima@example.com",
}

func TestMissingUserIsSearchedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auditor, user := s.as(t, users.RoleAuditor), s.as(t, users.RoleUser)
	for path, text := range missingUsers {
		search := "/users?" + url.Values{"q": {text}}.Encode()
		links := auditor.get(t, path).must(t, 404, "Search the directory for").nodes(t, "a")
		if !slices.ContainsFunc(links, func(a *html.Node) bool { return attr(a, "href") == search }) {
			t.Errorf("%s does not lead to %s", path, search)
		}
		if p := user.get(t, path); strings.Contains(p.body, "Search the directory for") {
			t.Errorf("%s offers a search to who may not search", path)
		}
	}
}
