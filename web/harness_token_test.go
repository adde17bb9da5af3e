package web_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// token issues a token of 90 days for a user at the command line, and returns it with its
// secret.
func (s *site) token(t *testing.T, id users.ID, scopes ...users.Scope) (users.Token, string) {
	t.Helper()
	if len(scopes) == 0 {
		scopes = []users.Scope{users.ScopeUsersRead}
	}
	token, secret, err := s.IssueToken(t.Context(), users.Command("cmd-token"), id, users.NewToken{
		Name: "Telemetry reader", Lifetime: 90 * 24 * time.Hour, Scopes: scopes,
	})
	if err != nil {
		t.Fatalf("issue a token for %s: %v", id, err)
	}
	s.secrets.Store(token.ID, secret)
	return token, secret
}

// used has a program use a token that has that secret, and returns how it was answered.
func (s *site) used(t *testing.T, secret, address, tool string) error {
	t.Helper()
	_, err := s.Authenticate(t.Context(), secret, users.Program("req_program", address, tool, tool))
	s.Settle()
	return err
}

// rotate rotates the one token of a user, which curl 8.9 has used three times from
// 192.0.2.44, with an overlap. Unless empty, tool uses the successor from there.
func (s *site) rotate(t *testing.T, id users.ID, overlap time.Duration, tool string) (old, successor users.Token) {
	t.Helper()
	all, err := s.Tokens(t.Context(), s.Owner, id)
	if err != nil || len(all) != 1 {
		t.Fatalf("%s has %d tokens: %v", id, len(all), err)
	}
	secret, _ := s.secrets.Load(all[0].ID)
	for range 3 {
		if err := s.used(t, secret.(string), "192.0.2.44", "curl 8.9"); err != nil {
			t.Fatal(err)
		}
	}
	successor, next, err := s.RotateToken(t.Context(), users.Command("cmd-rotate"), all[0].ID, users.Rotation{Overlap: overlap})
	if err != nil {
		t.Fatal(err)
	}
	if tool != "" {
		err = s.used(t, next, "192.0.2.44", tool)
	}
	if old, oldErr := s.Token(t.Context(), s.Owner, all[0].ID); err == nil && oldErr == nil {
		return old, successor
	}
	t.Fatal(err)
	return old, successor
}

var secretPattern = regexp.MustCompile(`usr_pat_[0-9A-Za-z]{43}_[0-9a-f]{8}`)

// secretIn returns the secret in a text, empty if there is none.
func secretIn(text string) string { return secretPattern.FindString(text) }
