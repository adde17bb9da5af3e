package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// introspects has a system ask about a secret, and waits until that is noted.
func (s *site) introspects(t *testing.T, system users.Actor, secret string) {
	t.Helper()
	if _, err := s.Introspect(t.Context(), system, secret, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	s.Settle()
}

// TestWhereAccessEnds has two systems ask about the tokens of a service user that is then
// deactivated. The page says of each whether it knows.
func TestWhereAccessEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	b.get(t, "/access").must(t, http.StatusOK, "No system asks yet", "POST /v1/tokens/introspect", words.NewServiceUser)

	s.ServiceUser(t, "robot", users.RoleAuditor)
	_, first := s.Issued(t, "robot")
	_, second := s.Issued(t, "robot")
	gateway := s.Program(t, "gateway", users.RoleUser, users.ScopeTokensIntrospect)
	other := s.Program(t, "other", users.RoleUser, users.ScopeTokensIntrospect)
	for _, secret := range []string{first, second} {
		s.introspects(t, gateway, secret)
		s.introspects(t, other, secret)
	}
	b.get(t, "/access").must(t, http.StatusOK, "Robot gateway", "2 tokens", "cache an answer for 10 seconds", "No token that these systems have asked about")

	s.Clock.Advance(time.Second)
	if err := s.Deactivate(t.Context(), s.Owner, "robot", users.Departure{}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Second)
	s.introspects(t, gateway, first)
	p := b.get(t, "/access").must(t, http.StatusOK, "Robot robot was deactivated", "Not yet", "may use its last answer until 23 November, 09:00:10")
	if n := strings.Count(p.text(t), "was deactivated"); n != 1 {
		t.Errorf("the deactivation is told %d times", n)
	}
	if strings.Contains(p.text(t), "Knows") {
		t.Error("a system knows that has asked about one of two tokens since")
	}
	s.introspects(t, gateway, second)
	s.Clock.Advance(10 * time.Second)
	b.get(t, "/access").must(t, http.StatusOK, "Knows Robot gateway asked since, last on 23 November, 09:00:02", "Not asked Robot other has not asked since")

	if err := s.RevokeToken(t.Context(), s.Owner, s.tokenOf(t, "gateway"), users.TokenEnd{LeaveNone: true}); err != nil {
		t.Fatal(err)
	}
	s.as(t, users.RoleAuditor).get(t, "/access").must(t, http.StatusOK, "Robot gateway")
	s.as(t, users.RoleUser).get(t, "/access").must(t, http.StatusForbidden)
}

// tokenOf returns the id of the newest token of a user.
func (s *site) tokenOf(t *testing.T, id users.ID) users.TokenID {
	t.Helper()
	all, err := s.Tokens(t.Context(), s.Owner, id)
	if err != nil || len(all) == 0 {
		t.Fatalf("%s has %d tokens, %v", id, len(all), err)
	}
	return all[0].ID
}
