package auth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

const callback = "https://console.example.com/sign-in/callback"

var ana = authtest.Person{
	Subject: "ana-1", Email: "ana@example.com", Verified: true, Name: "Ana Díaz",
	Picture: "https://pictures.example.com/ana.png", ZoneInfo: "Europe/Madrid",
	IDToken: map[string]any{"sid": "session of ana"},
}

// configFor returns the settings for signing in at op.
func configFor(op *authtest.Provider) auth.Config {
	return auth.Config{
		Issuer: op.Issuer(), ClientID: op.ClientID, ClientSecret: op.ClientSecret,
		RedirectURL: callback, PostLogoutURL: "https://console.example.com/signed-out",
	}
}

// signIn signs in. change, unless nil, alters the attempt and the callback's parameters.
func signIn(t *testing.T, p *auth.Provider, change func(*auth.Attempt, url.Values)) (auth.Identity, error) {
	t.Helper()
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		return auth.Identity{}, err
	}
	query := authtest.Follow(t, address, callback)
	if change != nil {
		change(&attempt, query)
	}
	return p.Complete(t.Context(), attempt, query)
}

// completeTests are providers and settings with which a sign-in succeeds.
var completeTests = map[string]func(*authtest.Provider, *auth.Config){
	"with a secret in the header": func(*authtest.Provider, *auth.Config) {},
	"with a secret in the body": func(op *authtest.Provider, _ *auth.Config) {
		advertise(op, "token_endpoint_auth_methods_supported", []string{"client_secret_post"})
	},
	"as a public client":         func(op *authtest.Provider, c *auth.Config) { op.ClientSecret, c.ClientSecret = "", "" },
	"by way of another provider": func(op *authtest.Provider, _ *auth.Config) { op.RedirectsOn() },
	"without UserInfo":           func(op *authtest.Provider, _ *auth.Config) { advertise(op, "userinfo_endpoint", nil) },
	"with an unannounced issuer": func(op *authtest.Provider, _ *auth.Config) {
		advertise(op, "authorization_response_iss_parameter_supported", nil)
	},
	"without an issuer":              func(op *authtest.Provider, _ *auth.Config) { withoutIssuerParameter(op) },
	"without openid in the settings": func(_ *authtest.Provider, c *auth.Config) { c.Scopes = []string{"email"} },
	"for several, us among them": func(op *authtest.Provider, _ *auth.Config) {
		op.Lie(func(l *authtest.Lies) { l.IDToken["aud"], l.IDToken["azp"] = []string{"other", "console"}, "console" })
	},
	"with a clock a minute off": func(_ *authtest.Provider, c *auth.Config) {
		c.Now = func() time.Time { return time.Now().Add(-time.Minute) }
	},
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for name, arrange := range completeTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			config := configFor(op)
			arrange(op, &config)
			got, err := signIn(t, auth.NewProvider(config), nil)
			if err != nil {
				t.Fatal(err)
			}
			got.Claims = "" // see TestClaimNames
			if got.AuthTime.Before(got.IssuedAt.Add(-2*time.Minute)) || got.AuthTime.After(got.IssuedAt) {
				t.Errorf("authenticated at %s, with a token of %s", got.AuthTime, got.IssuedAt)
			}
			got.AuthTime = got.IssuedAt // which has been checked
			if diff := cmp.Diff(anaAt(op, got.IssuedAt), got); diff != "" || time.Since(got.IssuedAt).Abs() > time.Hour {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
		})
	}
}

// anaAt returns Ana's identity when she signs in at op with an ID token of that time.
func anaAt(op *authtest.Provider, issuedAt time.Time) auth.Identity {
	return auth.Identity{
		Issuer: op.Issuer(), Subject: "ana-1", Address: "ana@example.com", Verified: new(true),
		Name: "Ana Díaz", PictureURL: "https://pictures.example.com/ana.png", TimeZone: "Europe/Madrid",
		SessionID: "session of ana", IssuedAt: issuedAt, AuthTime: issuedAt,
	}
}

// advertise changes a member of the discovery document.
func advertise(op *authtest.Provider, field string, value any) {
	op.Lie(func(l *authtest.Lies) { l.Discovery[field] = value })
}

// withoutIssuerParameter makes the provider one that does not support RFC 9207.
func withoutIssuerParameter(op *authtest.Provider) {
	op.Lie(func(l *authtest.Lies) {
		l.Discovery["authorization_response_iss_parameter_supported"] = nil
		l.Callback["iss"] = nil
	})
}

func TestCompleteWithEachAlgorithm(t *testing.T) {
	t.Parallel()
	for _, alg := range []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	} {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			op.SignsWith(t, alg)
			if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestKeyRotation signs in after the provider has replaced its keys.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	p := auth.NewProvider(configFor(op))
	for _, rotate := range []bool{false, false, true, false} {
		if rotate {
			op.RotatesKeys(t)
		}
		if _, err := signIn(t, p, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := op.Calls(authtest.Keys); got != 2 {
		t.Errorf("got %d calls for keys, want one at first and one after the rotation", got)
	}
}

func TestRedirectURL(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []authtest.Endpoint{authtest.Authorize, authtest.Token} {
		if got := op.Asked(endpoint)[0].Get("redirect_uri"); got != callback {
			t.Errorf("%s: got redirect_uri %q, want the configured one", endpoint, got)
		}
	}
}

func TestProviderError(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		code string
		is   error
	}{
		"access_denied":           {"access_denied", nil},
		"login_required":          {"login_required", nil},
		"server_error":            {"server_error", auth.ErrUnavailable},
		"temporarily_unavailable": {"temporarily_unavailable", auth.ErrUnavailable},
		"<script>alert(1)":        {"<script>alert(1)", nil},
		"off\nspec\u202e code":    {"off spec code", nil},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.Refuses(code, "<b>secret words</b>")
			_, err := signIn(t, auth.NewProvider(configFor(op)), nil)
			refusal, ok := errors.AsType[*auth.ProviderError](err)
			if !ok || refusal.Code != want.code || want.is != nil && !errors.Is(err, want.is) {
				t.Fatalf("got %v, want code %s and %v", err, want.code, want.is)
			}
			if strings.Contains(err.Error(), "words") {
				t.Errorf("the error quotes the provider's description: %v", err)
			}
		})
	}
}
