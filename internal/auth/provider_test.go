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

// signIn walks through a whole sign-in, changing what the browser brings back.
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

// TestBegin checks every parameter of the address, and that no two attempts share
// a secret.
func TestBegin(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	seen := map[string]bool{}
	for _, prompt := range []string{"", auth.PromptSelectAccount, "none"} {
		address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{Prompt: prompt})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		got := u.Query()
		want := url.Values{
			"client_id": {"console"}, "redirect_uri": {callback}, "response_type": {"code"},
			"scope": {"openid profile email"}, "state": {attempt.State}, "nonce": {attempt.Nonce},
			"code_challenge_method": {"S256"}, "code_challenge": got["code_challenge"],
		}
		if prompt != "" {
			want.Set("prompt", prompt)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parameters (-want +got):\n%s", diff)
		}
		if strings.Contains(address, attempt.Verifier) || strings.Contains(address, attempt.Seed) {
			t.Error("the verifier or the seed is in the address")
		}
		if diff := cmp.Diff(attempt, auth.AttemptOf(attempt.Seed)); diff != "" {
			t.Errorf("the attempt of the same seed (-begun +derived):\n%s", diff)
		}
		for _, secret := range []string{attempt.Seed, attempt.State, attempt.Nonce, attempt.Verifier} {
			if len(secret) != 43 || seen[secret] {
				t.Errorf("%q is not a fresh secret of 256 bits", secret)
			}
			seen[secret] = true
		}
	}
	if got := op.Calls(authtest.Discovery); got != 1 {
		t.Errorf("got %d discoveries, want 1", got)
	}
}

// TestBeginAsksForMore checks what options add to the address, and that a sign-in at the
// provider is as young as asked for.
func TestBeginAsksForMore(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	zero, hour := 0, 3600
	for _, test := range []struct {
		options     auth.BeginOptions
		name, value string
	}{
		{auth.BeginOptions{Prompt: auth.PromptNone}, "prompt", "none"},
		{auth.BeginOptions{MaxAge: &zero}, "max_age", "0"},
		{auth.BeginOptions{MaxAge: &hour}, "max_age", "3600"},
		{auth.BeginOptions{LoginHint: "a&b@example.com"}, "login_hint", "a&b@example.com"},
	} {
		address, _, err := p.Begin(t.Context(), test.options)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || u.Query().Get(test.name) != test.value {
			t.Errorf("got %s and %v, want %s=%s", address, err, test.name, test.value)
		}
	}
	for circumstance, test := range map[string]struct {
		signedIn any
		age      int
		want     auth.Cause
	}{
		"just now":           {time.Now().Unix(), 0, ""},
		"an hour ago":        {time.Now().Add(-time.Hour).Unix(), 7200, ""},
		"too long ago":       {time.Now().Add(-time.Hour).Unix(), 1800, auth.CauseAuthTime},
		"at an unknown time": {nil, 3600, auth.CauseAuthTime},
		"at no time":         {"yesterday", 3600, auth.CauseAuthTime},
		"at the beginning":   {0, 3600, auth.CauseAuthTime},
		"in an hour":         {time.Now().Add(time.Hour).Unix(), 3600, auth.CauseAuthTime},
		"in a minute":        {time.Now().Add(time.Minute).Unix(), 0, ""},
	} {
		t.Run(circumstance, func(t *testing.T) {
			op.Lie(func(l *authtest.Lies) { l.IDToken["auth_time"] = test.signedIn })
			address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{MaxAge: &test.age})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Complete(t.Context(), attempt, authtest.Follow(t, address, callback))
			if auth.CauseOf(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]func(*authtest.Provider, *auth.Config){
		"with a secret in the header": func(*authtest.Provider, *auth.Config) {},
		"with a secret in the body": func(op *authtest.Provider, _ *auth.Config) {
			advertise(op, "token_endpoint_auth_methods_supported", []string{"client_secret_post"})
		},
		"as a public client":         func(op *authtest.Provider, c *auth.Config) { op.ClientSecret, c.ClientSecret = "", "" },
		"by way of another provider": func(op *authtest.Provider, _ *auth.Config) { op.RedirectsOn() },
		"without UserInfo":           func(op *authtest.Provider, _ *auth.Config) { advertise(op, "userinfo_endpoint", nil) },
		"with an issuer nobody needs": func(op *authtest.Provider, _ *auth.Config) {
			advertise(op, "authorization_response_iss_parameter_supported", nil)
		},
		"without an issuer announced":  func(op *authtest.Provider, _ *auth.Config) { quiet(op) },
		"with openid left out of ours": func(_ *authtest.Provider, c *auth.Config) { c.Scopes = []string{"email"} },
		"for several, us among them": func(op *authtest.Provider, _ *auth.Config) {
			op.Lie(func(l *authtest.Lies) { l.IDToken["aud"], l.IDToken["azp"] = []string{"other", "console"}, "console" })
		},
		"with a clock a minute off": func(_ *authtest.Provider, c *auth.Config) {
			c.Now = func() time.Time { return time.Now().Add(-time.Minute) }
		},
	} {
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
			got.AuthTime = got.IssuedAt // in whole seconds, and never ahead of our clock
			if diff := cmp.Diff(anaAt(op, got.IssuedAt), got); diff != "" || time.Since(got.IssuedAt).Abs() > time.Hour {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
		})
	}
}

// anaAt returns who Ana is when she signs in at op with an ID token of that time.
func anaAt(op *authtest.Provider, issuedAt time.Time) auth.Identity {
	return auth.Identity{
		Issuer: op.Issuer(), Subject: "ana-1", Address: "ana@example.com", Verified: new(true),
		Name: "Ana Díaz", PictureURL: "https://pictures.example.com/ana.png", TimeZone: "Europe/Madrid",
		SessionID: "session of ana", IssuedAt: issuedAt, AuthTime: issuedAt,
	}
}

// advertise changes the discovery document.
func advertise(op *authtest.Provider, field string, value any) {
	op.Lie(func(l *authtest.Lies) { l.Discovery[field] = value })
}

// quiet makes the provider one that has not heard of RFC 9207.
func quiet(op *authtest.Provider) {
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

// TestKeyRotation has the provider sign with a key it did not have when it was
// first asked.
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
				t.Errorf("the error repeats the provider's words: %v", err)
			}
		})
	}
}

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
