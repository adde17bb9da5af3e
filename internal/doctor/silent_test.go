package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/doctor"
)

// TestProviderThatTellsLittle asks one that looks at the code before the client, of
// which the doctor must not say that it has accepted the client.
func TestProviderThatTellsLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
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
	onlyThese(t, found)
	expect(t, found, "client", doctor.Unknown, "looks at the code before it looks at the client")
	expect(t, found, "redirect address", doctor.OK, "is registered")
}

// TestProviderThatPassesOn asks one that sends people elsewhere first: whether the
// redirect address is registered shows in what it answers for one that surely is not,
// and not at all if it sends people wherever they like.
func TestProviderThatPassesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.op.RedirectsOn()
	found := w.examine(t)
	onlyThese(t, found)
	expect(t, found, "redirect address", doctor.OK, "another one is answered otherwise")

	w.op.Registers() // any
	found = doctor.Run(t.Context(), w.config)
	onlyThese(t, found)
	expect(t, found, "redirect address", doctor.Unknown, "Register https://127.0.0.1")
}
