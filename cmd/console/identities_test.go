package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

const (
	oldIssuer = "https://old.example.com"
	newIssuer = "https://new.example.com"
)

// boundToOld returns a database with ana and ben, who have signed in at the old issuer.
func boundToOld(t *testing.T) (url string) {
	t.Helper()
	url = databasetest.URL(t)
	inDirectory(t, url, func(directory *users.Service) {
		for _, id := range []string{"ana@example.com", "ben@example.com"} {
			if _, err := directory.AddPerson(t.Context(), users.Command(""), users.NewPerson{ID: id, Role: users.RoleOwner}); err != nil {
				t.Fatal(err)
			}
			claims := users.Claims{Issuer: oldIssuer, Subject: strings.TrimSuffix(id, "@example.com"), Address: id, Verified: users.VerifiedYes}
			if _, err := directory.SignIn(t.Context(), claims, users.Visit{Digest: users.DigestOf(id), Attempt: users.Attempt{Digest: users.DigestOf(id)}}); err != nil {
				t.Fatal(err)
			}
		}
	})
	return url
}

// runIdentities runs an identities command and returns its output.
func runIdentities(t *testing.T, url string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	args = append([]string{"console", "identities", args[0], "--database", url}, args[1:]...)
	err := run(t.Context(), args, lookupIn(nil), &out, io.Discard)
	return out.String(), err
}

// TestIdentities lists the issuers, moves people to a new one by a map, and lists again.
func TestIdentities(t *testing.T) {
	t.Parallel()
	url := boundToOld(t)
	subjects := filepath.Join(t.TempDir(), "map.csv")
	move := []string{"move", "--from", oldIssuer, "--to", newIssuer}
	withMap := func(more ...string) []string {
		return append(append(move[:len(move):len(move)], "--map", subjects), more...)
	}
	for _, step := range []struct {
		subjects string
		args     []string
		says     string
		fails    string
	}{
		{"", []string{"list"}, "ISSUER                   PEOPLE  CONFIGURED\n" + oldIssuer + "  2       no\nhttps://id.example.com   0       yes\n", ""},
		{"", []string{"list", "--format", "json", "--oidc-issuer", newIssuer},
			fmt.Sprintf("[\n  {\n    \"issuer\": %q,\n    \"people\": 2,\n    \"configured\": false\n  },\n  {\n    \"issuer\": %q,\n    \"people\": 0,\n    \"configured\": true\n  }\n]\n", oldIssuer, newIssuer), ""},
		{"ana,1\nana,2\nx,3\nben,1\n", withMap(), "", "nothing was moved:\n  line 2: The old subject \"ana\" is on line 1 already.\n" +
			"  line 3: No person is linked to the subject \"x\" of " + oldIssuer + ".\n  line 4: The new subject \"1\" is on line 1 already."},
		{"ana\n", withMap(), "", "is not CSV with an old and a new subject on each line"},
		{"", withMap(), "", "has no lines"},
		{"\ufeff\"ana\",\"a,1\"\r\n", withMap("--dry-run"), "Nothing was changed. This would move 1 person from " + oldIssuer + " to " + newIssuer + ".\nBound to " + oldIssuer + " still, as the map does not name them: 1 person.\n", ""},
		{"ana,1\nben,2\n", withMap(), "Moved 2 people from " + oldIssuer + " to " + newIssuer + ".\n", ""},
		{"", []string{"list", "--oidc-issuer", newIssuer}, "ISSUER                   PEOPLE  CONFIGURED\n" + newIssuer + "  2       yes\n", ""},
		{"", move, "", "No person is linked to " + oldIssuer},
	} {
		if err := os.WriteFile(subjects, []byte(step.subjects), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := runIdentities(t, url, step.args...)
		if said != step.says || step.fails == "" && err != nil || step.fails != "" && (err == nil || !strings.Contains(err.Error(), step.fails)) {
			t.Errorf("%v: got %q, %v; want %q, %q", step.args, said, err, step.says, step.fails)
		}
	}
	inDirectory(t, url, func(directory *users.Service) {
		if in, err := directory.Session(t.Context(), users.DigestOf("ana@example.com")); err != nil || in.Session.Subject != "1" {
			t.Errorf("the session from before: %+v, %v", in.Session, err)
		}
	})
}

// TestServeWarnsOfIssuers starts with another issuer than that of the people.
func TestServeWarnsOfIssuers(t *testing.T) {
	t.Parallel()
	url := boundToOld(t)
	said := serveLog(t, "--database", url, "--oidc-issuer", newIssuer)
	if !strings.Contains(said, "console identities move") || !strings.Contains(said, `"bound":"`+oldIssuer+`","people":2,"configured":"`+newIssuer+`","people bound to it":0`) {
		t.Errorf("got\n%s", said)
	}
	if said := serveLog(t, "--database", url, "--oidc-issuer", oldIssuer); strings.Contains(said, "identities") {
		t.Errorf("with the same issuer: got\n%s", said)
	}
}

// TestResetSignInOfSeveral resets the sign-in of two people, and of none if one does not exist.
func TestResetSignInOfSeveral(t *testing.T) {
	t.Parallel()
	url := boundToOld(t)
	if said, err := runUsers(t, url, []string{"reset-sign-in", "ana@example.com", "x@example.com"}); err == nil || said != "" || !strings.Contains(err.Error(), "there is no user x@example.com") {
		t.Errorf("with a stranger: %q, %v", said, err)
	}
	if said, err := runUsers(t, url, []string{"reset-sign-in", "ana@example.com", "ben@example.com"}); err != nil || strings.Count(said, "is signed out") != 2 {
		t.Errorf("both: %q, %v", said, err)
	}
	if said, err := runUsers(t, url, []string{"reset-sign-in"}); err == nil || !strings.Contains(err.Error(), "needs an argument ID") {
		t.Errorf("without one: %q, %v", said, err)
	}
}
