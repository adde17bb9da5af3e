package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/doctor"
)

// TestProviderThatChecksTheCodeFirst checks that the doctor does not report the client as
// accepted.
func TestProviderThatChecksTheCodeFirst(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.start(t)
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { handler.ServeHTTP(out, r) }))
	t.Cleanup(server.Close)
	provider, err := demoidp.New(demoidp.Config{
		Issuer: server.URL, ClientID: "console", ClientSecret: "secret of the demo", RedirectURL: w.config.BaseURL.String() + callbackPath,
		PostLogoutURL: w.config.BaseURL.String() + signedOutPath,
	})
	must(t, err)
	handler = provider
	w.config.Provider.Issuer, w.config.Provider.ClientSecret = server.URL, "secret of the demo"
	w.config.SessionRecheck = 4 * time.Hour
	found := doctor.Run(t.Context(), w.config)
	mustBlameOnly(t, found)
	expect(t, found, "client", doctor.Unknown, "checks the code before the client")
	expect(t, found, "redirect address", doctor.OK, "is registered")
}

// TestFederatedProvider checks a provider that redirects to another one first: the redirect
// address shows only by comparison with an unregistered one, and not at all if any is accepted.
func TestFederatedProvider(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.op.RedirectsOn()
	found := w.examine(t)
	mustBlameOnly(t, found)
	expect(t, found, "redirect address", doctor.OK, "the provider responds differently to another one")

	w.op.Registers() // any
	found = doctor.Run(t.Context(), w.config)
	mustBlameOnly(t, found)
	expect(t, found, "redirect address", doctor.Unknown, "Register exactly https://127.0.0.1")
}
