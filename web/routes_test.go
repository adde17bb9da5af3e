package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// pageAt is targetOf for a page, with the parameters without which there is nothing at its address.
func (s *site) pageAt(t *testing.T, path string) string {
	t.Helper()
	switch path {
	case "/users/addresses":
		return path + "?all=1"
	case "/users/views/edit":
		view, err := s.SaveView(t.Context(), s.Owner, users.NewView{Name: fmt.Sprint("View ", s.targets.Add(1)), Query: "q=ana"})
		if err != nil {
			t.Fatal(err)
		}
		return path + "?id=" + string(view.ID)
	}
	return s.targetOf(t, path)
}

// targetOf makes someone for a route to act on, and returns its path.
func (s *site) targetOf(t *testing.T, path string) string {
	t.Helper()
	if strings.Contains(path, ":request") {
		return approvalPath(s.asks(t, nil))
	}
	if strings.HasPrefix(path, "/profile/tokens/:token") {
		token, _ := s.token(t, "owner@example.com")
		return strings.Replace(path, ":token", string(token.ID), 1)
	}
	if before, tail, found := strings.Cut(path, ":batch"); found {
		return before + string(s.batchFor(t, tail)) + tail
	}
	if strings.HasSuffix(path, "/undo") {
		return strings.Replace(path, ":seq", strconv.FormatInt(s.edited(t), 10), 1)
	}
	if strings.Contains(path, ":key") {
		return strings.Replace(path, ":key", string(s.deleted(t)), 1)
	}
	if !strings.Contains(path, ":id") {
		return strings.NewReplacer(":seq", "1", "*", "none").Replace(path)
	}
	id := fmt.Sprintf("target-%d@example.com", s.targets.Add(1))
	if strings.HasSuffix(path, "/reviewed") || strings.Contains(path, "/tokens") {
		s.ServiceUser(t, id, users.RoleUser)
	} else {
		s.Person(t, id, users.RoleUser)
	}
	if strings.Contains(path, ":token") {
		token, _ := s.token(t, users.ID(id))
		path = strings.Replace(path, ":token", string(token.ID), 1)
	}
	return strings.Replace(path, ":id", id, 1)
}

// edited edits someone as the owner and returns the number of the event.
func (s *site) edited(t *testing.T) int64 {
	t.Helper()
	id := fmt.Sprintf("target-%d@example.com", s.targets.Add(1))
	s.Person(t, id, users.RoleUser)
	if _, err := s.Edit(t.Context(), s.Owner, users.ID(id), users.Edit{Fields: users.Fields{Name: new("Edited")}}); err != nil {
		t.Fatal(err)
	}
	return s.Last(t)
}

// deleted makes a person, deletes them and returns their key.
func (s *site) deleted(t *testing.T) users.Key {
	t.Helper()
	id := fmt.Sprintf("target-%d@example.com", s.targets.Add(1))
	key := s.Person(t, id, users.RoleUser).Key
	if err := s.Delete(t.Context(), s.Owner, users.ID(id), users.Deletion{Confirm: id}); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestEveryRouteForEveryone(t *testing.T) {
	everyone := map[string]func(*testing.T, *site) *browser{
		"signed out": func(t *testing.T, s *site) *browser { return s.browser(t) },
		"deactivated": func(t *testing.T, s *site) *browser {
			b := s.as(t, users.RoleAdmin)
			if err := s.Deactivate(t.Context(), s.Owner, "admin@example.com", users.Departure{}); err != nil {
				t.Fatal(err)
			}
			return b
		},
	}
	for _, role := range users.Roles {
		everyone[string(role)] = func(t *testing.T, s *site) *browser { return s.as(t, role) }
	}
	for who, browse := range everyone {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			for _, r := range newSite(t).app.Routes() {
				may, listed := mayCall[r.Method+" "+r.Path]
				if !listed {
					t.Errorf("%s %s: nobody has said who may call it", r.Method, r.Path)
					continue
				}
				t.Run(r.Method+" "+r.Path, func(t *testing.T) {
					b := browse(t, newSite(t))
					form := url.Values{}
					if strings.HasSuffix(r.Path, "/sessions/end") {
						form.Set("session", "all")
					}
					p := b.do(t, r.Method, b.site.targetOf(t, r.Path), form)
					checkAdmission(t, who, may, r.Method+" "+r.Path, p)
				})
			}
		})
	}
}

// checkAdmission fails the test unless p is what who gets from a route that those
// in may can call.
func checkAdmission(t *testing.T, who, may, route string, p page) {
	t.Helper()
	out := strings.HasPrefix(p.location(), "/sign-in?") || p.location() == "/sign-in" || p.status == http.StatusUnauthorized
	switch {
	case p.status >= 500:
		t.Errorf("%s as %s: status %d", route, who, p.status)
	case may == "anyone":
		if out || p.status == http.StatusForbidden {
			t.Errorf("%s as %s: refused with %d", route, who, p.status)
		}
	case who == "signed out" || who == "deactivated":
		if !out {
			t.Errorf("%s as %s: status %d, not asked to sign in", route, who, p.status)
		}
	case out:
		t.Errorf("%s as %s: asked to sign in", route, who)
	case slices.Contains(strings.Fields(may), who) == (p.status == http.StatusForbidden):
		t.Errorf("%s as %s: status %d, while %s may", route, who, p.status, may)
	}
}

func TestEveryListedRouteIsServed(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, r := range newSite(t).app.Routes() {
		served[r.Method+" "+r.Path] = true
	}
	for route := range mayCall {
		if !served[route] {
			t.Errorf("%s is not served", route)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for _, path := range []string{
		"/_ui", "/debug/pprof/", "/debug/vars", "/metrics", "/.env", "/authorize", "/token", "/users/", "/sign-out",
		"/users/%252e%252e", "/users/%2e%2e", "/users/new/edit", "/users/a%00b", "/users/nobody@example.com", "/audit/0", "/audit/-1", "/audit/x",
	} {
		p := b.get(t, path)
		if p.status != http.StatusNotFound && p.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", path, p.status)
		}
		if !strings.Contains(p.text(t), "Request "+p.header.Get("X-Request-Id")) {
			t.Errorf("%s: the page does not give the request id", path)
		}
	}
	demo := newSite(t, siteOptions{app: func(c *web.Config) { c.Demo = true }})
	demo.browser(t).get(t, "/_ui").must(t, http.StatusOK)
}

// TestCrossSiteForms posts to every route from another site.
func TestCrossSiteForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	for _, r := range s.app.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		path := s.targetOf(t, r.Path)
		for name, from := range map[string]*browser{
			"by Sec-Fetch-Site": b.with("Sec-Fetch-Site", "cross-site"),
			"by Origin":         b.with("Sec-Fetch-Site", "").with("Origin", "https://evil.test"),
		} {
			p := from.do(t, r.Method, path, url.Values{"confirm": {"owner@example.com"}})
			p.must(t, http.StatusForbidden, "sent from another site", "Request req_")
			if p.header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s %s: no policy", name, r.Path)
			}
		}
	}
	actions := s.Actions(t, "")
	if !slices.Contains(actions, users.ActionAccessRefused) {
		t.Error("the refusals are not in the history")
	}
	if !strings.Contains(s.log.String(), "form posted from another site") {
		t.Error("the refusals are not in the log")
	}
}

// TestGetChangesNothing opens every page there is.
func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	var paths []string
	for _, r := range s.app.Routes() {
		if r.Method == http.MethodGet && r.Path != "/sign-in/callback" {
			paths = append(paths, s.targetOf(t, r.Path))
		}
	}
	before := len(s.Actions(t, ""))
	for _, path := range paths {
		b.get(t, path+"?role=owner&confirm=owner@example.com")
	}
	if after := len(s.Actions(t, "")); after != before {
		t.Errorf("opening pages left %d events", after-before)
	}
}
