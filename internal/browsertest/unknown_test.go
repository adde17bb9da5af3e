//go:build browser

package browsertest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users/userstest"
	"github.com/roboto-ai/console/static"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// startOver serves the pages over a directory whose faults a test controls, with the demo's
// provider, until the end of the test.
func startOver(t *testing.T, d *userstest.Directory) site {
	t.Helper()
	d.Clock.Advance(time.Since(d.Clock.Now())) // the provider has the real time
	if err := d.EnsureOwners(t.Context(), []string{"owner@example.com"}); err != nil {
		t.Fatal(err)
	}
	console, provider := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "http", Host: console.Listener.Addr().String()}
	client := auth.Config{
		Issuer: "http://" + provider.Listener.Addr().String(), ClientID: "console", ClientSecret: "secret",
		RedirectURL: base.String() + "/sign-in/callback", PostLogoutURL: base.String() + "/sign-in",
	}
	var err error
	provider.Config.Handler, err = demoidp.New(demoidp.Config{
		Issuer: client.Issuer, ClientID: client.ClientID, ClientSecret: client.ClientSecret,
		RedirectURL: client.RedirectURL, PostLogoutURL: client.PostLogoutURL,
		People:     []demoidp.Person{{UserID: "owner@example.com", Name: "Amara Okafor", EmailVerified: true}},
		Stylesheet: static.URL("console.css"), Static: static.Handler(),
	})
	if err != nil {
		t.Fatal(err)
	}
	app, err := web.New(web.Config{Users: d.Service, Directory: d.Directory, History: d.History, Provider: auth.NewProvider(client), BaseURL: base, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	console.Config.Handler = app.Handler()
	for _, s := range []*httptest.Server{console, provider} {
		s.Start()
		t.Cleanup(s.Close)
	}
	return site{console: console.URL, provider: provider.URL}
}

// TestBrowserUnknown loses the responses to commits and looks at the pages that say that
// the outcome is unknown.
func TestBrowserUnknown(t *testing.T) {
	t.Parallel()
	d := userstest.NewEmpty(t)
	b := startOver(t, d).visit(t)
	b.signIn("owner@example.com")

	lose := func(how databasetest.Loss, address string) {
		b.open("/users/new", http.StatusOK)
		b.fill("E-mail address", address)
		b.fill("Name optional", "Kim <Larsen>")
		d.Lose(how)
		b.lead("button", "Add person", http.StatusServiceUnavailable)
		b.sees(words.OutcomeUnknown, words.OutcomeWhy, "Request")
	}
	lose(databasetest.LoseAnswer, "kim@example.com")
	b.examine("unknown")
	b.follow("button", words.LookUpOutcome)
	b.sees(words.WasDone, words.NothingLeft)
	b.examine("unknown-done")
	b.follow("link", "Continue")
	b.at("/users/kim@example.com?added=1")

	lose(databasetest.LoseCommit, "lou@example.com")
	b.follow("button", words.LookUpOutcome)
	b.sees(words.NotDone, words.SendAgain)
	b.examine("unknown-not-done")
	b.follow("button", words.SendAgain)
	b.at("/users/lou@example.com?added=1")
	b.sees("Kim <Larsen>")

	lose(databasetest.LoseAnswer, "mia@example.com")
	b.follow("button", words.SendAgain)
	b.at("/users/mia@example.com?added=1")
	b.sees(words.DoneAlready)

	unknownSignOut(b, d)
}

// unknownSignOut signs out while the response to that commit is lost.
func unknownSignOut(b *tab, d *userstest.Directory) {
	b.open("/profile", http.StatusOK)
	d.Lose(databasetest.LoseCommit)
	b.lead("button", "Sign out", http.StatusServiceUnavailable)
	b.sees(words.SignOutUnknown)
	b.examine("unknown-sign-out")
	b.follow("button", words.SignOutAgain)
	b.at("/sign-in") // by way of the provider
}
