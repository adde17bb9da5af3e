package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A platform is another system that accepts tokens of the console: it introspects each and caches the
// answer as long as allowed. Its page is for admins.
type platform struct {
	t       testing.TB
	console *client // with a token that may introspect
	now     func() time.Time

	mu    sync.Mutex
	kept  map[string]map[string]any // answers by secret
	asked map[string]time.Time
}

// ServeHTTP implements [http.Handler].
func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	secret := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if at, asked := p.asked[secret]; !asked || p.now().Sub(at) >= users.IntrospectionCache {
		p.kept[secret] = p.console.introspected(p.t, "token="+url.QueryEscape(secret))
		p.asked[secret] = p.now()
	}
	switch answer := p.kept[secret]; {
	case answer["active"] != true:
		w.WriteHeader(http.StatusUnauthorized)
	case answer["role"] != "admin":
		w.WriteHeader(http.StatusForbidden)
	}
}

// open opens the page with a token and returns the status.
func (p *platform) open(t *testing.T, secret string) int {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/datasets", nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	p.ServeHTTP(w, r)
	return w.Code
}

// TestPlatformRefusesEndedTokens checks that a platform that introspects tokens at one console refuses
// a token within ten seconds after another console has revoked or disabled it, or has deactivated,
// deleted or demoted its user.
func TestPlatformRefusesEndedTokens(t *testing.T) {
	t.Parallel()
	asked := newConsole(t)
	other := asked.another(t)
	asker := asked.as(t, "service:user", users.ScopeTokensIntrospect)
	admin := other.as(t, "owner")
	for name, c := range map[string]struct {
		act  func(t *testing.T, id users.ID, token users.TokenID, own *client)
		want int
	}{
		"deactivation": {func(t *testing.T, id users.ID, _ users.TokenID, _ *client) {
			admin.on(other).do(t, http.MethodDelete, "/v1/orgs/id/org_example/users/id/"+string(id), "").ok(t)
		}, http.StatusUnauthorized},
		"deletion": {func(t *testing.T, id users.ID, _ users.TokenID, _ *client) {
			admin.on(other).with(userHeader, string(id)).do(t, http.MethodDelete, "/v1/users", "").ok(t)
		}, http.StatusUnauthorized},
		"revocation": {func(t *testing.T, _ users.ID, token users.TokenID, own *client) {
			own.on(other).do(t, http.MethodDelete, "/v1/tokens/id/"+string(token), "").ok(t)
		}, http.StatusUnauthorized},
		"disabling": {func(t *testing.T, _ users.ID, token users.TokenID, own *client) {
			own.on(other).do(t, http.MethodPost, "/v1/tokens/id/"+string(token)+"/disable", "").ok(t)
		}, http.StatusUnauthorized},
		"demotion": {func(t *testing.T, id users.ID, _ users.TokenID, _ *client) {
			admin.on(other).do(t, http.MethodPut, "/v1/orgs/id/org_example/users/id/"+string(id), `{"remove_roles":["admin"]}`).ok(t)
		}, http.StatusForbidden},
	} {
		id := users.ID(name + "@example.com")
		asked.Person(t, string(id), users.RoleAdmin)
		token, secret := asked.issue(t, id, users.NewToken{})
		p := &platform{t: t, console: asker, now: asked.Clock.Now, kept: map[string]map[string]any{}, asked: map[string]time.Time{}}
		if got := p.open(t, secret); got != http.StatusOK {
			t.Fatalf("%s: before it the platform answers with status %d", name, got)
		}
		c.act(t, id, token.ID, asked.client(t, secret))
		asked.Clock.Advance(users.IntrospectionCache)
		if got := p.open(t, secret); got != c.want {
			t.Errorf("%s: ten seconds later the platform answers with status %d, want %d", name, got, c.want)
		}
	}
}
