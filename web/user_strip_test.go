package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/web/words"
)

// stripOf returns the texts of the cells of the strip on top of a user's page.
func stripOf(t *testing.T, p page) (cells []string) {
	t.Helper()
	for _, n := range p.nodes(t, "dl") {
		if !strings.Contains(attr(n, "class"), "answers") {
			continue
		}
		for cell := range n.ChildNodes() {
			cells = append(cells, textOf(cell))
		}
	}
	return cells
}

// TestUserDetail_strip reads the strip of users by the circumstance.
func TestUserDetail_strip(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "invited@example.com", users.RoleAdmin)
	s.Person(t, "gone@example.com", users.RoleUser)
	robot := s.ServiceUser(t, "robot", users.RoleUser)
	s.Clock.Advance(3 * 24 * time.Hour)
	if err := s.Deactivate(t.Context(), s.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	s.Alter(t, `UPDATE users SET review_on = '2026-01-01' WHERE key = $1`, robot.Key)
	s.Clock.Advance(2 * time.Hour)
	owner := s.as(t, users.RoleOwner)
	for id, want := range map[string][]string{
		"invited@example.com": {"Access Invited Invited 3 days ago", "Last seen Never Not signed in yet", "Role Admin " + words.RoleMay(users.KindPerson, users.RoleAdmin)},
		"gone@example.com":    {"Access Deactivated 2 hours ago by owner@example.com", "Last seen 3 days ago No session is open", "Role User No access while deactivated"},
		"robot":               {"Access Active Created 3 days ago", "Last seen Never No tokens", "Role User Sees only its own record.", "Responsible person owner@example.com Review due since 1 January 2026"},
		"owner@example.com": {"Access Active First signed in 3 days ago", "Last seen just now Firefox, 192.0.2.7", "Role Owner " + words.LastOwner,
			"Responsible for 1 service user 1 review due"},
	} {
		got := stripOf(t, owner.get(t, "/users/"+id).must(t, 200))
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

// TestUserDetail_mainAct offers what suits the status: each act once, the main one as a button.
func TestUserDetail_mainAct(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "invited@example.com", users.RoleUser)
	s.Person(t, "gone@example.com", users.RoleUser)
	if err := s.Deactivate(t.Context(), s.Owner, "gone@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	b := s.as(t, users.RoleOwner)
	for id, test := range map[string]struct{ main, menu, misses string }{
		"owner@example.com":   {"Edit", "Change role, End sessions, Reset sign-in, Delete", words.CopyInvitation},
		"invited@example.com": {words.CopyInvitation, "Edit, Change role, End sessions, Deactivate, " + words.WithdrawInvitation, "Delete"},
		"gone@example.com":    {"Reactivate", "Edit, Change role, End sessions, Reset sign-in, Delete", "Deactivate "},
	} {
		p := b.get(t, "/users/"+id).must(t, 200)
		var main, menu []string
		for _, a := range p.nodes(t, "a") {
			switch parent := attr(a.Parent, "class"); {
			case parent == "menu":
				menu = append(menu, textOf(a))
			case strings.Contains(attr(a, "class"), "primary"):
				main = append(main, textOf(a))
			}
		}
		if strings.Join(main, ", ") != test.main || strings.Join(menu, ", ") != test.menu || strings.Contains(p.text(t), test.misses) {
			t.Errorf("%s: got %q and in the menu %q; want %+v", id, main, menu, test)
		}
		for _, act := range append(main, menu...) {
			b.get(t, p.link(t, act)).must(t, 200)
		}
	}
	copied := b.get(t, "/users/invited@example.com").nodes(t, "button")
	if !slices.ContainsFunc(copied, func(n *html.Node) bool {
		return strings.Contains(attr(n, "data-copy"), "Sign in here, with the account that has the address invited@example.com")
	}) {
		t.Error("no button copies the invitation")
	}
}

// TestUserDetail_ended: the page of a deactivated person says what ended, and what becomes of it.
func TestUserDetail_ended(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bea@example.com", users.RoleUser)
	for _, id := range []string{"robot-1", "robot-2", "robot-3"} {
		s.responsible(t, id, "ana@example.com")
	}
	s.IssuedBy(t, ana, ana.ID, users.NewToken{Name: "laptop", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	each := map[users.Key]string{s.Must(t, "robot-1").Key: "bea@example.com", s.Must(t, "robot-3").Key: "bea@example.com"}
	if err := s.Deactivate(t.Context(), s.Owner, ana.ID, users.Departure{HandOverEach: each}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	if _, err := s.SignIn(t.Context(), userstest.Claims("ana@example.com"), userstest.Visit("again")); err == nil {
		t.Fatal("a deactivated user signed in")
	}
	s.Settle()
	b := s.as(t, users.RoleOwner)
	b.get(t, "/users/ana@example.com").must(t, 200, "What ended with the deactivation", "1 session ended "+words.StaysEnded, "1 token is refused "+words.CanComeBack,
		"2 service users handed over to Bea Robot robot-1, Robot robot-3", "1 service user left without a responsible person Robot robot-2", words.RefusedSince+" just now")
	if err := s.Reactivate(t.Context(), s.Owner, ana.ID, users.Reactivation{}); err != nil {
		t.Fatal(err)
	}
	if p := b.get(t, "/users/ana@example.com"); strings.Contains(p.text(t), "What ended") {
		t.Error("a reactivated user has the list, too")
	}
}

// TestUserDetail_serviceUsers lists six service users, those with a review that is due first, each
// of which is marked as reviewed with one button, and folds the others.
func TestUserDetail_serviceUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	for i := range 8 {
		s.responsible(t, fmt.Sprint("robot-", i), "ana@example.com")
	}
	s.Alter(t, `UPDATE users SET review_on = '2026-01-01' WHERE user_id = 'robot-7'`)
	b := s.as(t, users.RoleOwner)
	p := b.get(t, "/users/ana@example.com").must(t, 200, "8 service users 1 review due", "Robot robot-7 Review due Mark as reviewed Robot robot-7 ")
	first, folded, _ := strings.Cut(p.text(t), "2 more")
	if strings.Contains(first, "robot-5") || !strings.Contains(folded, "Robot robot-6") || strings.Count(first+folded, "Mark as reviewed") != 1 {
		t.Errorf("the list is not six long, or has more than one button: %s", first+folded)
	}
	if to := b.post(t, "/users/robot-7/reviewed", p.form(t, "/users/robot-7/reviewed")).must(t, 303).location(); to != "/users/ana@example.com" {
		t.Errorf("it leads to %s", to)
	}
	if on := s.Must(t, "robot-7").ReviewOn; on != "2027-05-23" {
		t.Errorf("the next review is on %s", on)
	}
}

// responsible creates a service user for which a person is responsible.
func (s *site) responsible(t *testing.T, id string, person users.ID) {
	t.Helper()
	robot := s.ServiceUser(t, id, users.RoleUser)
	_, err := s.Edit(t.Context(), s.Owner, robot.ID, users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: string(person), ReviewOn: "2027-01-01"}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestUserDetail_weeks: a chart, and a table for screen readers, say what a user did and what others
// did to them.
func TestUserDetail_weeks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	b.get(t, "/users/ana@example.com").must(t, 200, "Twelve weeks", "at most", "Events, by week", "By others", "By them", "This week")
	s.Clock.Advance(26 * 7 * 24 * time.Hour)
	s.as(t, users.RoleOwner).get(t, "/users/ana@example.com").must(t, 200, "Twelve weeks No events in this time.")
}
