package doctor_test

import (
	"testing"

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
			"keys", doctor.OK, `publishes 1 that can be used. It publishes 1 more that the console skips; of the first, with the ID "odd": it has no kty.`},
		"Basic credentials that are not decoded": {func(_ *testing.T, w *world) {
			w.op.Lie(func(l *authtest.Lies) {
				l.Discovery["token_endpoint_auth_methods_supported"] = []string{auth.AuthBasic, auth.AuthPost}
			})
			w.op.TakesBasicVerbatim()
		}, "client", doctor.OK, "accepts how it shows who it is: client_secret_post."},
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
