//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/page"

	"github.com/roboto-ai/console/web/words"
)

const fleetPage = "/users/fleet-reader"

// tokensWalk creates a service user, issues its first token and rotates it, and examines every page
// on the way.
func tokensWalk(t *testing.T, b *tab) {
	b.signIn("owner@example.com")
	b.open("/service-users/new", http.StatusOK)
	b.fill("User ID", "fleet-reader")
	b.fill("Purpose", "Reads the telemetry of the fleet.")
	b.fill("Responsible person", "user@example.com")
	b.click("radio", "Auditor")
	b.follow("button", "Create service user")
	b.at(fleetPage + "/tokens/new?first=1")
	b.examine("token-first")
	b.lead("button", "Issue token", http.StatusUnprocessableEntity)
	b.wait("have the focus on what is wrong", `document.activeElement.id === "errors"`)
	b.examine("token-mistake")
	b.fill("Name", "Telemetry reader")
	b.follow("button", "Issue token")
	secret := b.takeSecret("token-secret")
	b.load("reload", http.StatusOK, command(page.Reload, page.ReloadParams{}))
	b.sees(words.Already, "it can't be shown again")
	b.examine("tokens-again")

	for range 3 {
		b.site.call(t, secret, "roboto-sdk/0.62.0")
	}
	b.site.call(t, secret, "curl/8.9.1")
	b.follow("link", "Telemetry reader")
	b.examine("token")
	b.follow("link", words.DisableOrRevokeMenu)
	b.examine("token-end")
	b.lead("button", "Disable Telemetry reader", http.StatusUnprocessableEntity)
	b.sees("has no other token that works")
	b.examine("token-end-mistake")
	b.open(fleetPage+"/tokens", http.StatusOK)
	b.follow("link", "Telemetry reader")
	b.follow("link", "Rotate…")
	b.examine("token-rotate")
	b.follow("button", "Rotate Telemetry reader")
	b.site.call(t, b.takeSecret("token-secret-rotated"), "roboto-sdk/0.62.1")
	b.follow("link", "I’ve stored it: go to Tokens")
	rotationWalk(t, b, secret)
}

// takeSecret examines the page with a secret, copies the secret at the second try, and returns it.
func (b *tab) takeSecret(name string) string {
	b.t.Helper()
	b.sees("Copy the secret now")
	b.examine(name)
	js[any](b, `Object.defineProperty(navigator.clipboard, "writeText", {value: (text) => window.refuse ? Promise.reject(new Error("no")) : (window.copied = text, Promise.resolve())}); window.refuse = true; null`)
	b.click("button", "Copy Secret")
	b.sees("Not copied: select the text and copy it by hand.")
	b.shoot(name + "-refused")
	js[any](b, `window.refuse = false; null`)
	b.click("button", "Copy Secret")
	b.sees("Copied")
	secret := js[string](b, `document.querySelector("#secret").textContent`)
	if copied := js[string](b, `window.copied`); copied != secret || secret == "" {
		b.fail("copied %q of %q", copied, secret)
	}
	b.wait("see that no more", "!"+shows("Not copied"))
	return secret
}

// rotationWalk follows a rotation: one of two programs has switched, the other is struck off.
func rotationWalk(t *testing.T, b *tab, old string) {
	b.t.Helper()
	b.sees("Rotating, day 1 of 30", "Switched", "Not switched yet", "Not yet safe to retire.")
	b.examine("tokens-rotating")
	b.follow("link", "Give it more time…")
	b.examine("token-overlap")
	b.follow("link", "Cancel")
	b.examine("token-rotating")
	b.follow("link", "Strike off… curl 8.9.1 at 127.0.0.1")
	b.examine("token-strike-off")
	b.follow("button", "Strike off curl 8.9.1")
	b.sees("2 of 2 programs have switched or are struck off", "Struck off")
	b.follow("button", "Leaked: end the old one now")
	b.sees("Revoked “")
	b.examine("tokens-revoked")
	if status := b.site.call(t, old, "curl/8.9.1"); status != http.StatusUnauthorized {
		t.Errorf("the old secret gets status %d", status)
	}
	b.open("/users/owner@example.com/tokens/new", http.StatusOK)
	b.examine("token-new-own")
	b.open(fleetPage, http.StatusOK)
	b.sees("Tokens 1")
}

// call calls the API with a token, as a program does, and returns the status.
func (s site) call(t *testing.T, secret, tool string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.console+"/v1/users/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("User-Agent", tool)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
