package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/doctor"
)

// TestProviderThatTellsLittle asks one that looks at the code before the client, and
// shows its own page in spite of prompt=none: the one cannot be found out, the other
// from what it answers for an address that is surely not registered.
func TestProviderThatTellsLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start(t)
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { handler.ServeHTTP(out, r) }))
	t.Cleanup(server.Close)
	provider, err := demoidp.New(demoidp.Config{
		Issuer: server.URL, ClientID: "console", ClientSecret: "secret of the demo", RedirectURL: w.config.BaseURL.String() + callbackPath,
	})
	must(t, err)
	handler = provider
	w.config.Provider.Issuer, w.config.Provider.ClientSecret = server.URL, "secret of the demo"
	found := doctor.Run(t.Context(), w.config)
	onlyThese(t, found)
	expect(t, found, "client", doctor.Unknown, "looks at the code before it looks at the client")
	expect(t, found, "redirect address", doctor.OK, "is registered")
}
