package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// knowsTokens returns a console with eve, who has seen the secret of a token of robot and of one
// of boss, which has the role admin. The token of robot was used.
func knowsTokens(t *testing.T) (s *site, seen, above users.Token, secret string) {
	t.Helper()
	s = newSite(t)
	s.ServiceUser(t, "robot", users.RoleUser)
	s.ServiceUser(t, "boss", users.RoleAdmin)
	eve := s.Person(t, "eve@example.com", users.RoleOwner)
	n := users.NewToken{Name: "Nightly report", Lifetime: 90 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}}
	seen, secret = s.IssuedBy(t, eve, "robot", n)
	n.Name = "Boss report"
	above, _ = s.IssuedBy(t, eve, "boss", n)
	if err := s.used(t, secret, "10.0.4.7", "roboto-sdk 0.62"); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	return s, seen, above, secret
}

// ticks returns the values of the boxes of that name that are ticked.
func (p page) ticks(t *testing.T, name string) (values []string) {
	t.Helper()
	for _, n := range p.nodes(t, "input") {
		if attr(n, "name") == name && hasAttr(n, "checked") {
			values = append(values, attr(n, "value"))
		}
	}
	return values
}

// TestActsRotateWhatAPersonKnows deactivates and deletes a person, and lowers their role. The page
// lists what they know, the act rotates what is ticked, and its answer alone has the new secrets.
func TestActsRotateWhatAPersonKnows(t *testing.T) {
	for act, test := range map[string]rotatingAct{
		"deactivate": {ticked: true, next: "/users/eve@example.com", after: func(t *testing.T, s *site) {
			if u := s.Must(t, "eve@example.com"); u.Status != users.StatusDeactivated {
				t.Errorf("eve is %s", u.Status)
			}
		}},
		"delete": {fill: []string{"confirm", "eve@example.com"}, ticked: true, next: "/users", after: func(t *testing.T, s *site) {
			if _, err := s.User(t.Context(), s.Owner, "eve@example.com"); !errors.Is(err, users.ErrNotFound) {
				t.Errorf("eve: %v", err)
			}
		}},
		"role": {fill: []string{"role", "user"}, next: "/users/eve@example.com", after: func(t *testing.T, s *site) {
			if u := s.Must(t, "eve@example.com"); u.Role != users.RoleUser {
				t.Errorf("eve is %s", u.Role)
			}
		}},
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			test.rotates(t, "/users/eve@example.com/"+act)
		})
	}
}

// A rotatingAct is an act on a person that rotates what they know.
type rotatingAct struct {
	fill   []string
	ticked bool                    // at first
	after  func(*testing.T, *site) // checks that it was done
	next   string                  // where it leads
}

// rotates carries out the act on eve, with the token of robot alone.
func (act rotatingAct) rotates(t *testing.T, path string) {
	s, seen, above, secret := knowsTokens(t)
	b := s.signIn(t, "owner@example.com")
	p := b.get(t, path).must(t, http.StatusOK, "Rotate tokens that they know", "Nightly report", "of Robot robot", "from 10.0.4.7 with roboto-sdk 0.62", "Boss report", "never used")
	ticks := p.ticks(t, "rotate")
	if slices.Contains(ticks, string(seen.ID)) != act.ticked || slices.Contains(ticks, string(above.ID)) != act.ticked {
		t.Errorf("ticked: %v", ticks)
	}
	form := set(p.form(t, path), append(act.fill, "overlap", "1")...)
	form["rotate"] = []string{string(seen.ID)}
	done := b.post(t, path, form).must(t, http.StatusOK, words.CopySecrets, words.Rotated(1), "Nightly report", "works until 24 November 2026")
	fresh := secretIn(done.body)
	if fresh == "" || strings.Contains(done.body, secret) || done.header.Get("Cache-Control") != "no-store" || hrefOf(t, done, words.SecretsStored) != act.next {
		t.Errorf("the page has the secret %q and leads to %s", fresh, hrefOf(t, done, "I’ve stored them: go on"))
	}
	act.after(t, s)
	for _, one := range []string{secret, fresh} {
		if err := s.used(t, one, "10.0.4.7", "roboto-sdk 0.62"); err != nil {
			t.Errorf("a secret within the overlap: %v", err)
		}
	}
	again := b.post(t, path, form).must(t, http.StatusSeeOther)
	if again.location() != act.next || secretIn(again.body) != "" {
		t.Errorf("sent again it leads to %s", again.location())
	}
	s.Clock.Advance(24 * time.Hour)
	if err := s.used(t, secret, "10.0.4.7", "roboto-sdk 0.62"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the old secret after the overlap: %v", err)
	}
}

// TestWhatCannotBeRotated shows an admin a token above their rights, with who can rotate it; and
// it shows one that has been rotated meanwhile.
func TestWhatCannotBeRotated(t *testing.T) {
	t.Parallel()
	s, seen, above, _ := knowsTokens(t)
	if _, err := s.ChangeRole(t.Context(), s.Owner, "eve@example.com", users.RoleChange{Role: users.RoleUser}); err != nil {
		t.Fatal(err)
	}
	const path = "/users/eve@example.com/deactivate"
	b := s.as(t, users.RoleAdmin)
	p := b.get(t, path).must(t, http.StatusOK, "only an owner can")
	if ticks := p.ticks(t, "rotate"); !slices.Equal(ticks, []string{string(seen.ID)}) {
		t.Errorf("ticked: %v", ticks)
	}
	form := set(p.form(t, path), "reason", "left the company")
	form["rotate"] = []string{string(seen.ID), string(above.ID)}
	p = b.post(t, path, form).must(t, http.StatusUnprocessableEntity, "Untick it to go on without it", "Boss report")
	if got := p.form(t, path); got.Get("reason") != "left the company" {
		t.Errorf("the form is %v", got)
	}
	if _, _, err := s.RotateToken(t.Context(), s.Owner, seen.ID, users.Rotation{Overlap: time.Hour}); err != nil {
		t.Fatal(err)
	}
	form["rotate"] = []string{string(seen.ID)}
	b.post(t, path, form).must(t, http.StatusUnprocessableEntity, "being rotated already")
	if u := s.Must(t, "eve@example.com"); u.Status != users.StatusActive {
		t.Errorf("eve is %s", u.Status)
	}
	form.Del("rotate")
	b.post(t, path, form).must(t, http.StatusSeeOther)
	if u := s.Must(t, "eve@example.com"); u.Status != users.StatusDeactivated {
		t.Errorf("eve is %s", u.Status)
	}
}

// TestPeopleDoNotRotateWhatTheyKnow opens the page with which an owner steps down: what they know
// is not offered, as they would see the new secrets.
func TestPeopleDoNotRotateWhatTheyKnow(t *testing.T) {
	t.Parallel()
	s, seen, _, _ := knowsTokens(t)
	b := s.signIn(t, "eve@example.com")
	const path = "/users/eve@example.com/role"
	p := b.get(t, path).must(t, http.StatusOK)
	if strings.Contains(p.body, "Rotate tokens") {
		t.Error("it is offered")
	}
	form := set(p.form(t, path), "role", "user")
	form["rotate"] = []string{string(seen.ID)}
	b.post(t, path, form).must(t, http.StatusUnprocessableEntity, "cannot rotate what you know yourself")
}

// TestReactivationBringsBackTokens deactivates a service user with two tokens, one of them
// disabled, and reactivates it with the box and without.
func TestReactivationBringsBackTokens(t *testing.T) {
	for name, test := range map[string]struct {
		box  bool
		said string
	}{
		"with the box":    {true, "1 token works again"},
		"without the box": {false, "1 token is disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.ServiceUser(t, "robot", users.RoleUser)
			off, _ := s.token(t, "robot")
			_, secret := s.token(t, "robot")
			if err := s.DisableToken(t.Context(), s.Owner, off.ID, users.TokenEnd{}); err != nil {
				t.Fatal(err)
			}
			b := s.signIn(t, "owner@example.com")
			p := b.get(t, "/users/robot/deactivate").must(t, http.StatusOK, "Its 1 token is refused from the next request on", "can be brought back")
			b.post(t, "/users/robot/deactivate", p.form(t, "/users/robot/deactivate")).must(t, http.StatusSeeOther)
			if err := s.used(t, secret, "10.0.4.7", "test"); !errors.Is(err, users.ErrNoToken) {
				t.Errorf("while it is deactivated: %v", err)
			}
			p = b.get(t, "/users/robot/reactivate").must(t, http.StatusOK, "Bring back the token, suspended since the deactivation")
			form := p.form(t, "/users/robot/reactivate")
			if test.box {
				form.Set("bring_back_tokens", "on")
			}
			b.follow(t, b.post(t, "/users/robot/reactivate", form).must(t, http.StatusSeeOther)).must(t, http.StatusOK, test.said)
			if err := s.used(t, secret, "10.0.4.7", "test"); (err == nil) != test.box {
				t.Errorf("after the reactivation: %v", err)
			}
		})
	}
}

// TestOwnTokensEndWithTheSignIn resets the sign-in of a person and deletes another: both pages
// say that their own tokens end, and they do.
func TestOwnTokensEndWithTheSignIn(t *testing.T) {
	says := map[string]string{"reset-sign-in": "Their 1 token ends for good", "delete": "Their 1 token is refused from the next request on"}
	for act, fill := range map[string][]string{"reset-sign-in": nil, "delete": {"confirm", "ana@example.com"}} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			ana := s.Person(t, "ana@example.com", users.RoleUser)
			_, secret := s.IssuedBy(t, ana, "ana@example.com", users.NewToken{Name: "mine", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
			b := s.signIn(t, "owner@example.com")
			path := "/users/ana@example.com/" + act
			p := b.get(t, path).must(t, http.StatusOK, says[act])
			form := p.form(t, path)
			b.post(t, path, set(url.Values(form), fill...)).must(t, http.StatusSeeOther)
			if err := s.used(t, secret, "10.0.4.7", "test"); !errors.Is(err, users.ErrNoToken) {
				t.Errorf("the token: %v", err)
			}
		})
	}
}
