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

// TestOddProvidersThatWork have something that the console gets along with, which the
// doctor names without calling it wrong.
func TestOddProvidersThatWork(t *testing.T) {
	t.Parallel()
	for circumstance, s := range map[string]setup{
		"a key that cannot be used": {lies(func(l *authtest.Lies) { l.Keys = []string{`{"kid":"odd","use":"sig"}`} }),
			"keys", doctor.OK, `publishes 1 that can be used. It publishes 1 more that the console skips; of the first, with the ID "odd": no kty.`},
		"Basic credentials that are not decoded": {func(_ *testing.T, w *world) {
			w.op.Lie(func(l *authtest.Lies) {
				l.Discovery["token_endpoint_auth_methods_supported"] = []string{auth.AuthBasic, auth.AuthPost}
			})
			w.op.TakesBasicVerbatim()
		}, "client", doctor.OK, "accepts how it shows who it is: client_secret_post."},
		"one connector, to which it redirects first": {func(_ *testing.T, w *world) { w.op.HasConnector() }, "redirect address", doctor.OK, "callback is registered."},
		"the same after signing out":                 {func(_ *testing.T, w *world) { w.op.HasConnector() }, "sign-out address", doctor.OK, "sign-in is registered."},
		"nobody signed in there":                     {refuses("login_required", ""), "redirect address", doctor.OK, "is registered"},
		"a person to ask":                            {refuses("interaction_required", ""), "redirect address", doctor.OK, "is registered"},
		"a consent to ask for":                       {refuses("consent_required", ""), "redirect address", doctor.OK, "is registered"},
		"an account to choose":                       {refuses("account_selection_required", ""), "redirect address", doctor.OK, "is registered"},
		"trouble at the moment":                      {refuses("temporarily_unavailable", ""), "redirect address", doctor.Unknown, "overloaded or in trouble"},
		"no end_session_endpoint": {lies(func(l *authtest.Lies) { l.Discovery["end_session_endpoint"] = nil }),
			"endpoints", doctor.OK, "signing out ends the session of the console alone"},
		"no sign-out without an ID token": {fails(authtest.EndSession, authtest.Forbidden), "sign-out address", doctor.Unknown, "does not tell without an ID token"},
		"a sign-out in trouble":           {fails(authtest.EndSession, authtest.Fails), "sign-out address", doctor.Unknown, "answers 500"},
		"a certificate that lives for days": {func(_ *testing.T, w *world) {
			w.cert.ends, w.cert.lives = time.Now().Add(4*24*time.Hour), 6*24*time.Hour
		}, "certificate", doctor.OK, "is good until"},
		"metrics on every address of a container": {func(_ *testing.T, w *world) { w.config.MetricsListen, w.config.Contained = "0.0.0.0:9090", true },
			"metrics address", doctor.OK, "0.0.0.0:9090"},
		"every address of a container": {func(_ *testing.T, w *world) {
			w.config.Listen, w.config.Contained = strings.Replace(w.config.Listen, "127.0.0.1", "0.0.0.0", 1), true
		}, "listen address", doctor.OK, "is free"},
		"a proxy that says that it closes connections soon": {asking(func(h http.Header) { h.Set("Keep-Alive", "timeout=60") }),
			"idle connections", doctor.OK, "after 60 seconds"},
		"names in other letters in its document": {lies(func(l *authtest.Lies) {
			l.Discovery["Issuer"], l.Discovery["Jwks_uri"] = "https://evil.example.com", "x"
		}),
			"issuer", doctor.OK, "as the setting does"},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s.spoil(t, w)
			found := w.examine(t)
			expect(t, found, s.check, s.level, s.says)
			onlyThese(t, found)
		})
	}
}
