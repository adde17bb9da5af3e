package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
)

// refusedLines returns the lines of the log that tell of refused sign-ins.
func (s *site) refusedLines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for _, line := range bytes.Split([]byte(s.log.String()), []byte("\n")) {
		var entry map[string]any
		if len(line) > 0 && json.Unmarshal(line, &entry) == nil && entry["level"] == "WARN" {
			lines = append(lines, entry)
		}
	}
	return lines
}

// loggedRefusals are refused sign-ins with their reason in the log and text on the page.
var loggedRefusals = map[string]struct {
	who          authtest.Person
	lie          func(*authtest.Lies)
	code         string
	reason, says string
}{
	"a code of no standard": {code: "AADB2C\u202e90118\n", reason: "error_unknown", says: "a reason of its own"},
	"denied":                {code: "access_denied", reason: "access_denied", says: "did not let you in"},
	"too slow there":        {code: "authentication_expired", reason: "authentication_expired", says: "took too long. Begin again."},
	"no nonce":              {who: person("ana@example.com"), lie: func(l *authtest.Lies) { l.IDToken["nonce"] = nil }, reason: "nonce_missing", says: "has no nonce"},
	"no time":               {who: person("ana@example.com"), lie: func(l *authtest.Lies) { l.IDToken["iat"] = nil }, reason: "iat_missing", says: "does not say when it was issued"},
	"no invitation":         {who: person("new@example.com"), reason: "uninvited", says: "not in the directory yet"},
}

// TestRefusalIsOneLineOfTheLog: a cause by its name, the code of the provider as it came,
// without what would change the line, and the description that no page repeats.
func TestRefusalIsOneLineOfTheLog(t *testing.T) {
	t.Parallel()
	for circumstance, test := range loggedRefusals {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.browser(t)
			s.op.SignsIn(test.who)
			if test.code != "" {
				s.op.Refuses(test.code, "canary\ndescription")
			}
			if test.lie != nil {
				s.op.Lie(test.lie)
			}
			at := b.follow(t, b.get(t, "/sign-in/start"))
			if !strings.Contains(at.text(t), test.says) || strings.Contains(at.body, "canary") {
				t.Errorf("the page does not say %q: %s", test.says, at.text(t))
			}
			lines := s.refusedLines(t)
			if len(lines) != 1 || lines[0]["msg"] != "sign-in refused" || lines[0]["reason"] != test.reason {
				t.Fatalf("got lines %v, want one with the reason %s", lines, test.reason)
			}
			if test.code == "" {
				return
			}
			if code := strings.NewReplacer("\u202e", "", "\n", " ").Replace(test.code); lines[0]["code"] != code || lines[0]["description"] != "canary description" {
				t.Errorf("got %v, want the code %q and the description", lines[0], code)
			}
		})
	}
}

// TestOneSubjectForEverybody has a provider give each person the same subject: the second
// does not come in as the first.
func TestOneSubjectForEverybody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Invited(t, "ben@example.com", users.RoleUser)
	s.browser(t).signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK, "ana@example.com")
	ben := person("ben@example.com")
	ben.Subject = "op-ana@example.com"
	b := s.browser(t)
	b.signInAt(t, ben, "/profile").must(t, http.StatusForbidden, "its e-mail address belongs to another user", "The provider sent the address ben@example.com")
	if b.cookie(t, "session") != "" {
		t.Error("the browser has a session")
	}
}
