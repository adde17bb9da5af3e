package words

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestEveryActionHasItsWords checks that no action and no role was forgotten.
func TestEveryActionHasItsWords(t *testing.T) {
	t.Parallel()
	for _, action := range users.Actions {
		if text := actions[action]; text.name == "" || text.other == "" || text.self == "" {
			t.Errorf("%s has the words %+v", action, text)
		}
	}
	for _, role := range users.Roles {
		if roleMay[role] == "" {
			t.Errorf("the role %s has no words", role)
		}
	}
}

func TestRefusedAccess(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"GET /users":           "the directory",
		"POST /users/:id/role": "changing the role",
		"/users/:id/edit":      "editing",
		"POST /nowhere":        "POST /nowhere",
		"cross_origin":         "form posted from another site",
		"":                     "",
	}
	for recorded, want := range tests {
		if got := refusedAccess(recorded); got != want {
			t.Errorf("%q is told as %q, want %q", recorded, got, want)
		}
	}
	e := users.Event{Changes: []users.Change{{Field: "refusal", New: "/users/:id/edit"}, {Field: "fields", New: "role, status"}}}
	if got, want := refusalCause(e), "(editing: role, status)"; got != want {
		t.Errorf("refused fields are told as %q, want %q", got, want)
	}
}

// TestFieldsAreDocumented is that docs/audit-format.md has every field that a change may have, and
// every reason for which a session ends, which has its words, too.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "audit-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	ofForms := map[string]bool{"user_id": true, "kind": true} // which never change
	for field := range fields {
		group, _, _ := strings.Cut(field, ".")
		if !ofForms[field] && !strings.Contains(page, "`"+field+"`") && !strings.Contains(page, "`"+group+".*`") {
			t.Errorf("docs/audit-format.md lacks the field %s", field)
		}
	}
	for _, end := range users.SessionEnds() {
		if sessionEnds[end] == "" || !strings.Contains(page, "`"+string(end)+"`") {
			t.Errorf("the end %s of a session has the words %q, and has to be in docs/audit-format.md", end, sessionEnds[end])
		}
	}
}

// TestMentioned is how a user is shown whom the changes of an event name.
func TestMentioned(t *testing.T) {
	t.Parallel()
	e := users.Event{People: map[users.Key]users.Ref{"usr_1": {Key: "usr_1", ID: "ana@example.com", Name: "Ana"}}}
	for name, test := range map[string]struct{ field, value, want string }{
		"with the same user_id":  {"responsible", "usr_1 ana@example.com", "Ana"},
		"with another user_id":   {"responsible", "usr_1 old@example.com", "Ana (was old@example.com)"},
		"deleted":                {"responsible", "usr_2 bea@example.com", "bea@example.com"},
		"without a key":          {"responsible", "cleo@example.com", "cleo@example.com"},
		"deleted, without an id": {"manager", "usr_2 ", "Deleted user"},
		"no user":                {"responsible", "", ""},
		"another field":          {"purpose", "usr_1 ana@example.com", "usr_1 ana@example.com"},
	} {
		if got := Mentioned(e, test.field, test.value); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
