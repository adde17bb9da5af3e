package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestViewsOfTokens shows the views of tokens with their counts, and in each row the token for
// which the user is there.
func TestViewsOfTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	eve := s.Person(t, "eve@example.com", users.RoleAdmin)
	issue := func(actor users.Actor, id users.ID, name string, days int) (users.Token, string) {
		if _, err := s.User(t.Context(), s.Owner, id); err != nil {
			s.ServiceUser(t, string(id), users.RoleUser)
		}
		return s.IssuedBy(t, actor, id, users.NewToken{Name: name, Lifetime: time.Duration(days) * 24 * time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	}
	operator := users.Command("cmd")
	issue(operator, "unused", "Never used", 300)
	issue(eve, "known", "Eve saw it", 300)
	s.Clock.Advance(100 * 24 * time.Hour)
	issue(operator, "ending", "Nightly report", 5)
	issue(operator, "ending", "Second report", 9)
	_, secret := issue(operator, "fine", "Fine", 90)
	if err := s.used(t, secret, "10.0.4.7", "test"); err != nil {
		t.Fatal(err)
	}
	if err := s.Deactivate(t.Context(), s.Owner, "eve@example.com", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	b := s.as(t, users.RoleAuditor)
	p := b.get(t, "/users").must(t, http.StatusOK, "Tokens ending in 14 days 1", "Tokens unused for 90 days 2", "Known to people who left 1")
	for view, want := range map[string][]string{
		"tokens-ending":     {"Ends", "Nightly report …", "and 1 other", "in 5 days"},
		"tokens-unused":     {"Last used", "Never used …", "Never, issued 3 months ago"},
		"tokens-known-left": {"Known to", "Eve saw it …", "Eve", words.View(directory.ViewTokensKnownLeft)},
	} {
		p = b.get(t, "/users?view="+view).must(t, http.StatusOK, append(want, "Responsible person")...)
		if strings.Contains(p.body, "/users/fine") {
			t.Errorf("%s shows others", view)
		}
	}
	if to := hrefOf(t, b.get(t, "/users?view=tokens-known-left"), "Eve"); to != "/users/eve@example.com" {
		t.Errorf("it leads to %s", to)
	}
}
