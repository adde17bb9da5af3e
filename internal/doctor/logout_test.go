package doctor_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/doctor"
	"github.com/roboto-ai/console/internal/users"
)

// TestBackchannelOfProvider checks providers with and without back-channel logout.
func TestBackchannelOfProvider(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		contains, session any
		recheck           time.Duration
		level             doctor.Level
		found             string
	}{
		"with session IDs":             {true, true, 0, doctor.OK, "The provider supports it."},
		"without session IDs":          {true, nil, 0, doctor.OK, "it ends all sessions of a person"},
		"not at all":                   {nil, nil, 0, doctor.Warning, "Set --session-recheck"},
		"not at all, and asked anew":   {false, nil, 4 * time.Hour, doctor.OK, "After 4h"},
		"with both, as some prefer it": {true, true, 4 * time.Hour, doctor.OK, "The provider supports it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			w.op.Lie(func(l *authtest.Lies) {
				l.Discovery["backchannel_logout_supported"], l.Discovery["backchannel_logout_session_supported"] = test.contains, test.session
			})
			w.config.SessionRecheck = test.recheck
			expect(t, w.examine(t), "back-channel logout", test.level, test.found)
		})
	}
}

// TestLogoutAddressBehindProxy has a proxy that refuses POST requests.
func TestLogoutAddressBehindProxy(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]bool{"before the console runs": false, "while it runs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			w.proxy.response = func(r *http.Response) error {
				if r.Request.Method == http.MethodPost {
					r.StatusCode = http.StatusForbidden
				}
				return nil
			}
			var found []doctor.Finding
			if run {
				w.startConsole(t)
				found = doctor.Run(t.Context(), w.config)
			} else {
				found = w.examine(t)
			}
			expect(t, found, "logout address", doctor.Wrong, "403")
		})
	}
}

// TestIdentitiesOfAnotherIssuer has a person linked to the provider's former issuer.
func TestIdentitiesOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	db, err := database.Open(t.Context(), w.config.Database, database.Options{})
	must(t, err)
	directory := users.NewService(db, users.Config{})
	must(t, directory.EnsureOwners(t.Context(), []string{"owner@example.com", "second@example.com"}))
	for issuer, id := range map[string]string{"https://old.example.com": "owner@example.com", w.op.Issuer(): "second@example.com"} {
		_, err = directory.SignIn(t.Context(), users.Claims{Issuer: issuer, Subject: "1", Address: id, Verified: users.VerifiedYes},
			users.Visit{Digest: users.DigestOf(id), Attempt: users.Attempt{Digest: users.DigestOf(id)}})
		must(t, err)
	}
	directory.Close()
	must(t, db.Close())
	expect(t, w.examine(t), "identities", doctor.Warning, `1; to others: 1 to "https://old.example.com"`)
}
