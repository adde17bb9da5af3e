package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestOwnTokens has a person issue a token on My profile, see it there, and end it.
func TestOwnTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	p := b.get(t, "/profile").must(t, http.StatusOK, "Your tokens", "You have none")
	if hrefOf(t, p, words.NewToken) != "/profile/tokens/new" || strings.Contains(p.body, `id="to-do"`) {
		t.Error("it does not lead to the form, or there is something to do")
	}
	form := b.get(t, "/profile/tokens/new").must(t, http.StatusOK).form(t, "/profile/tokens/new")
	done := b.post(t, "/profile/tokens/new", set(form, "name", "My laptop")).must(t, http.StatusOK)
	secret := secretIn(done.body)
	if err := s.used(t, secret, "10.0.4.7", "test"); err != nil {
		t.Fatalf("the token: %v", err)
	}
	p = b.get(t, "/profile").must(t, http.StatusOK, "My laptop", "last used just now")
	page := hrefOf(t, p, "My laptop")
	if !strings.HasPrefix(page, "/profile/tokens/tok_") || strings.Contains(p.body, secret) {
		t.Errorf("it leads to %s", page)
	}
	list := b.get(t, "/profile/tokens").must(t, http.StatusOK, "My laptop")
	if hrefOf(t, list, words.MyProfile) != "/profile" {
		t.Error("the list does not lead back")
	}
	b.get(t, page).must(t, http.StatusOK, "My laptop")
	end := b.get(t, page+"/end").must(t, http.StatusOK).form(t, page+"/end")
	b.post(t, page+"/end", set(end, "act", "revoke", "leave_none", "on")).must(t, http.StatusSeeOther)
	if err := s.used(t, secret, "10.0.4.7", "test"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the token after its end: %v", err)
	}
	other, _ := s.token(t, "owner@example.com")
	b.get(t, "/profile/tokens/"+string(other.ID)).must(t, http.StatusNotFound)
}

// TestTokensToDo shows a person the tokens of their service users that end soon, and not those of
// others.
func TestTokensToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	responsible(t, s, "robot", "user@example.com")
	s.ServiceUser(t, "boss", users.RoleAdmin)
	if _, err := s.Edit(t.Context(), s.Owner, "boss", users.Edit{Version: s.Must(t, "boss").Version,
		Service: &users.ServiceFields{Purpose: "Tests", Responsible: "user@example.com", ReviewOn: "2027-05-01"}}); err != nil {
		t.Fatal(err)
	}
	s.ServiceUser(t, "other", users.RoleUser)
	for id, name := range map[users.ID]string{"robot": "Nightly report", "boss": "Above them", "other": "Not theirs"} {
		s.IssuedBy(t, users.Command("cmd"), id, users.NewToken{Name: name, Lifetime: 15 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	}
	p := b.get(t, "/profile").must(t, http.StatusOK, "Tokens of these service users", "Nightly report", "never used")
	if strings.Contains(p.body, `id="to-do"`) || strings.Contains(p.body, "Not theirs") {
		t.Error("there is something to do 15 days before, or a token of others is shown")
	}
	s.Clock.Advance(36 * time.Hour)
	b = s.signIn(t, "user@example.com")
	p = b.get(t, "/profile").must(t, http.StatusOK, "To do", "Ends in 13 days")
	if to := hrefOf(t, p, "Rotate… Nightly report"); !strings.HasPrefix(to, "/users/robot/tokens/tok_") || !strings.HasSuffix(to, "/rotate") {
		t.Errorf("it leads to %s", to)
	}
	if strings.Contains(p.text(t), "Rotate… Above them") {
		t.Error("a token above their role can be rotated")
	}
}

// TestNoPersonalTokens switches tokens of people off: there is no form for them, and those that
// exist are refused, and introspected as not active.
func TestNoPersonalTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{users: users.Config{NoPersonalTokens: true}})
	b := s.as(t, users.RoleUser)
	if p := b.get(t, "/profile"); strings.Contains(p.body, "Your tokens") {
		t.Error("My profile offers tokens")
	}
	b.get(t, "/profile/tokens/new").must(t, http.StatusForbidden, "Use a service user.")
	_, secret := s.token(t, "user@example.com")
	err := s.used(t, secret, "10.0.4.7", "test")
	refused, _ := errors.AsType[*users.TokenRefusedError](err)
	if refused == nil || refused.Why != users.TokenPersonal || !strings.Contains(words.TokenRefusal(refused.Why, refused.Since), "does not accept tokens of people") {
		t.Errorf("the token: %v", err)
	}
	gateway := s.Program(t, "gateway", users.RoleUser, users.ScopeTokensIntrospect)
	if answer, err := s.Introspect(t.Context(), gateway, secret, "192.0.2.1"); err != nil || answer.Active {
		t.Errorf("introspected: %+v, %v", answer, err)
	}
	p := b.get(t, "/profile").must(t, http.StatusOK, "Your tokens", words.NoPersonalTokens)
	if strings.Contains(p.body, "/profile/tokens/new") {
		t.Error("there is a way to a new one")
	}
}
