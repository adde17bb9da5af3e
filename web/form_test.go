package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// TestFieldsThatMayNotBeSet posts, as each role, what the form of each page has
// and one field more.
func TestFieldsThatMayNotBeSet(t *testing.T) {
	extra := []string{
		"role", "status", "deactivated", "is_system_user", "is_service_user", "kind", "key", "user_id", "id", "iss", "sub", "issuer", "subject",
		"created_at", "created_by", "updated_at", "last_seen", "purpose", "responsible", "review_on", "channel.sms", "type.everything", "Name", "name[]", "_method",
	}
	forms := map[string]struct {
		page  string
		roles []users.Role
	}{
		"the own profile": {"/profile", users.Roles},
		"another's edit":  {"/users/target@example.com/edit", []users.Role{users.RoleAdmin, users.RoleOwner}},
	}
	for name, form := range forms {
		for _, role := range form.roles {
			t.Run(name+" as "+string(role), func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				s.Invited(t, "target@example.com", users.RoleUser)
				b := s.as(t, role)
				values := b.get(t, form.page).form(t, form.page)
				ids := []users.ID{"target@example.com", users.ID(role) + "@example.com"}
				before := []users.User{s.Must(t, ids[0]), s.Must(t, ids[1])}
				for _, field := range extra {
					p := b.post(t, form.page, set(values, field, "owner", "name", "Changed"))
					if p.status != http.StatusUnprocessableEntity {
						t.Errorf("%s: status %d", field, p.status)
					}
				}
				after := []users.User{s.Must(t, ids[0]), s.Must(t, ids[1])}
				if diff := cmp.Diff(before, after, cmpopts.IgnoreUnexported(users.User{}), cmpopts.IgnoreFields(users.User{}, "SeenAt")); diff != "" {
					t.Errorf("changed (-want +got):\n%s", diff)
				}
				if log := s.log.String(); strings.Count(log, "refused fields") != len(extra) {
					t.Error("not every refusal is in the log")
				}
				s.refusalsAre(t, users.ID(role)+"@example.com", len(extra))
			})
		}
	}
}

// refusalsAre fails the test unless so many refusals of that actor are recorded.
func (s *site) refusalsAre(t *testing.T, actor users.ID, want int) {
	t.Helper()
	page, err := s.History.Events(t.Context(), s.Owner, history.Query{Actor: actor, Action: users.ActionAccessRefused, Limit: users.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(page.Events); got != want {
		t.Errorf("recorded refusals: got %d, want %d", got, want)
	}
}

func TestRefusalsAreRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	for range 3 {
		b.get(t, "/users").must(t, http.StatusForbidden)
		b.get(t, "/users/owner@example.com").must(t, http.StatusForbidden)
	}
	s.refusalsAre(t, "user@example.com", 2) // the same one once a minute
	if strings.Count(s.log.String(), `"msg":"refused"`) != 6 {
		t.Error("not every refusal is in the log")
	}
	b.get(t, "/users/nobody@example.com/edit").must(t, http.StatusForbidden)
	s.signIn(t, "owner@example.com").get(t, "/audit?target=nobody@example.com").
		must(t, http.StatusOK, "was refused access to nobody@example.com")
}

func TestOnlyTheBodyCounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "target@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	form := url.Values{"role": {"auditor"}, "version": {s.version(t, "target@example.com")}}
	b.post(t, "/users/target@example.com/role?role=owner", form).must(t, http.StatusSeeOther)
	if u := s.Must(t, "target@example.com"); u.Role != users.RoleAuditor {
		t.Errorf("the role is %s", u.Role)
	}
	b.post(t, "/users/target@example.com/role?role=owner", url.Values{}).must(t, http.StatusUnprocessableEntity)
	form = url.Values{"role": {"user", "owner"}, "version": {s.version(t, "target@example.com")}}
	b.post(t, "/users/target@example.com/role", form).must(t, http.StatusUnprocessableEntity, "only once")
	if u := s.Must(t, "target@example.com"); u.Role != users.RoleAuditor {
		t.Errorf("the role is %s", u.Role)
	}
}

// TestPathsOfUsers opens users whose user_id needs care in a path.
func TestPathsOfUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for _, id := range []string{"a+b@example.com", "o'hara@example.com", "50%25@example.com", "a/b@example.com", "what?#@example.com", "{x}@example.com"} {
		if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: id, Role: users.RoleUser}); err != nil {
			t.Logf("%s is no user_id: %v", id, err)
			continue
		}
		path := "/users/" + url.PathEscape(id)
		p := b.get(t, path+"/edit").must(t, http.StatusOK)
		p = b.follow(t, b.post(t, path+"/edit", set(p.form(t, path+"/edit"), "name", "Found"))).must(t, http.StatusOK, "Saved", "Found")
		if p.url.EscapedPath() != path {
			t.Errorf("%s: at %s, want %s", id, p.url.EscapedPath(), path)
		}
		if u := s.Must(t, users.ID(id)); u.Name != "Found" {
			t.Errorf("%s: the name is %q", id, u.Name)
		}
	}
}

// TestOthersRecords tries to read and edit the record of another user, and the own record at
// other addresses.
func TestOthersRecords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "other@example.com", users.RoleUser)
	b := s.as(t, users.RoleUser)
	form := set(b.get(t, "/profile").form(t, "/profile"), "name", "Mine")
	form.Del("time_zone")
	for path, want := range map[string]int{
		"/users/other@example.com/edit":         http.StatusForbidden,
		"/users/OTHER@example.com/edit":         http.StatusForbidden,
		"/users/other%40example.com/edit":       http.StatusForbidden,
		"/users/user@example.com/../other/edit": http.StatusNotFound,
		"/users/nobody@example.com/edit":        http.StatusForbidden, // it is not told who there is
		"/users/user@example.com/edit":          http.StatusSeeOther,
	} {
		if p := b.post(t, path, form); p.status != want {
			t.Errorf("%s: status %d, want %d", path, p.status, want)
		}
	}
	if u := s.Must(t, "other@example.com"); u.Name != "Other" {
		t.Errorf("the other's name is %q", u.Name)
	}
}
