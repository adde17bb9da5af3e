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
	return token, secret
}

// used has a program use a token that has that secret, and returns how it was answered.
func (s *site) used(t *testing.T, secret, address, tool string) error {
	t.Helper()
	_, err := s.Authenticate(t.Context(), secret, users.Program("req_program", address, tool, tool))
	s.Settle()
	return err
}

var secretPattern = regexp.MustCompile(`usr_pat_[0-9A-Za-z]{43}_[0-9a-f]{8}`)

// secretIn returns the secret in a text, empty if there is none.
func secretIn(text string) string { return secretPattern.FindString(text) }
