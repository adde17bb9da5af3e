package auth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

func TestSignOutURL(t *testing.T) {
	t.Parallel()
	const back = "https://console.example.com/signed-out"
	for name, test := range map[string]struct {
		endpoint    any
		hint, state string
		want        url.Values
	}{
		"with a hint": {"/end", "ana@example.com", "s1", url.Values{
			"client_id": {"console"}, "logout_hint": {"ana@example.com"}, "post_logout_redirect_uri": {back}, "state": {"s1"}}},
		"without one": {"/end", "", "", url.Values{"client_id": {"console"}, "post_logout_redirect_uri": {back}}},
		"with one too long for an address": {"/end", strings.Repeat("x", 9000), "", url.Values{
			"client_id": {"console"}, "post_logout_redirect_uri": {back}}},
		"at an address with a query": {"/end?tenant=7", "", "", url.Values{
			"tenant": {"7"}, "client_id": {"console"}, "post_logout_redirect_uri": {back}}},
		"where there is none": {nil, "ana@example.com", "s1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			if path, ok := test.endpoint.(string); ok {
				test.endpoint = op.Issuer() + path
			}
			advertise(op, "end_session_endpoint", test.endpoint)
			address := auth.NewProvider(configFor(op)).SignOutURL(t.Context(), test.hint, test.state)
			if test.want == nil && address == "" {
				return
			}
			got, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Query()); diff != "" || !strings.HasPrefix(address, op.Issuer()+"/end?") {
				t.Errorf("%s (-want +got):\n%s", address, diff)
			}
		})
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	for circumstance, arrange := range map[string]func(*authtest.Provider){
		"directly":                   func(*authtest.Provider) {},
		"by way of another provider": (*authtest.Provider).RedirectsOn,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			arrange(op)
			config := configFor(op)
			p := auth.NewProvider(config)
			back := authtest.Follow(t, p.SignOutURL(t.Context(), "ana@example.com", "s1"), config.PostLogoutURL)
			if got := op.Asked(authtest.EndSession)[0].Get("logout_hint"); got != "ana@example.com" || back.Get("state") != "s1" {
				t.Errorf("got hint %q and state %q back, want the address and s1", got, back.Get("state"))
			}
		})
	}
}
