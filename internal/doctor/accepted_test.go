package doctor_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/doctor"
)

// unusualSetups work, and have findings that are no warnings.
var unusualSetups = map[string]setup{
	"a key that cannot be used": {lies(func(l *authtest.Lies) { l.Keys = []string{`{"kid":"odd","use":"sig"}`} }),
		"keys", doctor.OK, `publishes 1 usable keys. The console skips 1 more; the first has the ID "odd": no kty.`},
	"Basic credentials that are not decoded": {func(_ *testing.T, w *environment) {
		w.op.Lie(func(l *authtest.Lies) {
			l.Discovery["token_endpoint_auth_methods_supported"] = []string{auth.AuthBasic, auth.AuthPost}
		})
		w.op.TakesBasicVerbatim()
	}, "client", doctor.OK, "the authentication method client_secret_post."},
	"one connector, to which it redirects first": {func(_ *testing.T, w *environment) { w.op.HasConnector() }, "redirect address", doctor.OK, "callback is registered."},
	"the same after signing out":                 {func(_ *testing.T, w *environment) { w.op.HasConnector() }, "sign-out address", doctor.OK, "sign-in is registered."},
	"nobody signed in there":                     {refuses("login_required", ""), "redirect address", doctor.OK, "is registered"},
	"a person to ask":                            {refuses("interaction_required", ""), "redirect address", doctor.OK, "is registered"},
	"a consent to ask for":                       {refuses("consent_required", ""), "redirect address", doctor.OK, "is registered"},
	"an account to choose":                       {refuses("account_selection_required", ""), "redirect address", doctor.OK, "is registered"},
	"trouble at the moment":                      {refuses("temporarily_unavailable", ""), "redirect address", doctor.Unknown, "overloaded or in trouble"},
	"no end_session_endpoint": {lies(func(l *authtest.Lies) { l.Discovery["end_session_endpoint"] = nil }),
		"endpoints", doctor.OK, "signing out ends only the console's session"},
	"no sign-out without an ID token": {fails(authtest.EndSession, authtest.Forbidden), "sign-out address", doctor.Unknown, "Without an ID token the provider does not show"},
	"a sign-out in trouble":           {fails(authtest.EndSession, authtest.Fails), "sign-out address", doctor.Unknown, "status 500"},
	"a certificate that lives for days": {func(_ *testing.T, w *environment) {
		w.cert.ends, w.cert.lives = time.Now().Add(4*24*time.Hour), 6*24*time.Hour
	}, "certificate", doctor.OK, "is valid until"},
	"metrics on every address of a container": {func(_ *testing.T, w *environment) {
		w.config.MetricsListen, w.config.InContainer = "0.0.0.0:9090", true
	},
		"metrics address", doctor.OK, "0.0.0.0:9090"},
	"every address of a container": {func(_ *testing.T, w *environment) {
		w.config.Listen, w.config.InContainer = strings.Replace(w.config.Listen, "127.0.0.1", "0.0.0.0", 1), true
	}, "listen address", doctor.OK, "is free"},
	"a proxy that says that it closes connections soon": {changingRequest(func(h http.Header) { h.Set("Keep-Alive", "timeout=60") }),
		"idle connections", doctor.OK, "after 60 seconds"},
	"names in other letters in its document": {lies(func(l *authtest.Lies) {
		l.Discovery["Issuer"], l.Discovery["Jwks_uri"] = "https://evil.example.com", "x"
	}),
		"issuer", doctor.OK, "as configured"},
}

// TestUnusualSetups checks that unusual but working setups have no warnings.
func TestUnusualSetups(t *testing.T) {
	t.Parallel()
	for circumstance, s := range unusualSetups {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			s.damage(t, w)
			found := w.examine(t)
			expect(t, found, s.check, s.level, s.contains)
			mustBlameOnly(t, found)
		})
	}
}
