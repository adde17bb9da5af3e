package auth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// fromNow returns the time that far from now as a NumericDate.
func fromNow(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// TestForgedIDToken violates each rule of OpenID Connect Core, section 3.1.3.7.
func TestForgedIDToken(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		claims map[string]any
		want   error // nil: the token is good
	}{
		"of another issuer":                  {map[string]any{"iss": "https://evil.example.com"}, auth.ErrUntrusted},
		"of an issuer with a trailing slash": {map[string]any{"iss": "/"}, auth.ErrUntrusted},
		"without an issuer":                  {map[string]any{"iss": nil}, auth.ErrUntrusted},
		"for another audience":               {map[string]any{"aud": "other"}, auth.ErrUntrusted},
		"for an audience in other case":      {map[string]any{"aud": "Console"}, auth.ErrUntrusted},
		"without an audience":                {map[string]any{"aud": nil}, auth.ErrUntrusted},
		"for several, none of them us":       {map[string]any{"aud": []string{"a", "b"}, "azp": "console"}, auth.ErrUntrusted},
		"for several, without azp":           {map[string]any{"aud": []string{"console", "b"}}, nil},
		"for several, issued to another":     {map[string]any{"aud": []string{"console", "b"}, "azp": "b"}, auth.ErrUntrusted},
		"for us, issued to another":          {map[string]any{"azp": "b"}, auth.ErrUntrusted},
		"with an empty azp":                  {map[string]any{"azp": ""}, auth.ErrUntrusted},
		"with another nonce":                 {map[string]any{"nonce": auth.NewSecret()}, auth.ErrBadAttempt},
		"with an empty nonce":                {map[string]any{"nonce": ""}, auth.ErrBadAttempt},
		"without a nonce":                    {map[string]any{"nonce": nil}, auth.ErrUntrusted},
		"without a subject":                  {map[string]any{"sub": nil}, auth.ErrUntrusted},
		"with a subject of many lines":       {map[string]any{"sub": "a\nb"}, auth.ErrUntrusted},
		"with a subject that is too long":    {map[string]any{"sub": strings.Repeat("x", 256)}, auth.ErrUntrusted},
		"with a subject that is no string":   {map[string]any{"sub": 7}, auth.ErrUntrusted},
		"expired three minutes ago":          {map[string]any{"exp": fromNow(-3 * time.Minute)}, auth.ErrUntrusted},
		"expired one minute ago":             {map[string]any{"exp": fromNow(-time.Minute)}, nil},
		"that never expires":                 {map[string]any{"exp": nil}, auth.ErrUntrusted},
		"with an expiry that is no number":   {map[string]any{"exp": "tomorrow"}, auth.ErrUntrusted},
		"issued in three minutes":            {map[string]any{"iat": fromNow(3 * time.Minute)}, auth.ErrUntrusted},
		"issued in one minute":               {map[string]any{"iat": fromNow(time.Minute)}, nil},
		"never issued":                       {map[string]any{"iat": nil}, auth.ErrUntrusted},
		"not good for three minutes":         {map[string]any{"nbf": fromNow(3 * time.Minute)}, auth.ErrUntrusted},
		"not good for one minute":            {map[string]any{"nbf": fromNow(time.Minute)}, nil},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			signInWith(t, test.claims, test.want)
		})
	}
}

// signInWith signs in with these claims in the ID token and checks the error. An issuer "/"
// stands for the provider's own with a trailing slash.
func signInWith(t *testing.T, claims map[string]any, want error) {
	t.Helper()
	op := authtest.New(t)
	op.SignsIn(ana)
	if claims["iss"] == "/" {
		claims["iss"] = op.Issuer() + "/"
	}
	op.Lie(func(l *authtest.Lies) { l.IDToken = claims })
	mustEnd(t, op, nil, want)
}

// mustEnd fails the test unless a sign-in at op ends with the error, or succeeds if it is nil.
func mustEnd(t *testing.T, op *authtest.Provider, change func(*auth.Attempt, url.Values), want error) {
	t.Helper()
	id, err := signIn(t, auth.NewProvider(configFor(op)), change)
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
	if (err != nil) != (id == auth.Identity{}) {
		t.Errorf("got error %v with identity %+v", err, id)
	}
	if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == '\u202e' }) {
		t.Errorf("the error has control characters: %q", err)
	}
}

// TestForgedSignature forges signatures as RFC 8725 describes: algorithm "none", the public key
// as an HMAC secret, and keys named by the token's own header.
func TestForgedSignature(t *testing.T) {
	t.Parallel()
	for _, signature := range []authtest.Signature{
		authtest.Unsigned, authtest.SharedSecret, authtest.ForeignKey, authtest.ForeignJKU, authtest.ForeignJWK,
	} {
		t.Run(string(signature), func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.Lie(func(l *authtest.Lies) { l.Signature = signature })
			mustEnd(t, op, nil, auth.ErrUntrusted)
			if op.Calls(authtest.ForeignKeys) != 0 {
				t.Error("a key was fetched from the address in the token's header")
			}
		})
	}
	t.Run("unsigned, and announced", func(t *testing.T) {
		t.Parallel()
		op := authtest.New(t)
		advertise(op, "id_token_signing_alg_values_supported", []string{"none", "HS256"})
		op.Lie(func(l *authtest.Lies) { l.Signature = authtest.Unsigned })
		mustEnd(t, op, nil, auth.ErrUntrusted)
	})
}

// TestForgedCallback changes the callback's parameters and the attempt.
func TestForgedCallback(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		change func(*auth.Attempt, url.Values)
		want   error
	}{
		"with another state":        {func(_ *auth.Attempt, q url.Values) { q.Set("state", auth.NewSecret()) }, auth.ErrBadAttempt},
		"without a state":           {func(_ *auth.Attempt, q url.Values) { q.Del("state") }, auth.ErrBadAttempt},
		"with two states":           {func(_ *auth.Attempt, q url.Values) { q.Add("state", "x") }, auth.ErrBadAttempt},
		"to an empty attempt":       {func(a *auth.Attempt, q url.Values) { *a = auth.Attempt{}; q.Set("state", "") }, auth.ErrBadAttempt},
		"with another's nonce":      {func(a *auth.Attempt, _ url.Values) { a.Nonce = auth.NewSecret() }, auth.ErrBadAttempt},
		"without an expected nonce": {func(a *auth.Attempt, _ url.Values) { a.Nonce = "" }, auth.ErrBadAttempt},
		"with another's verifier":   {func(a *auth.Attempt, _ url.Values) { a.Verifier = auth.NewSecret() }, auth.ErrBadAttempt},
		"without a verifier":        {func(a *auth.Attempt, _ url.Values) { a.Verifier = "" }, auth.ErrBadAttempt},
		"with a code made up":       {func(_ *auth.Attempt, q url.Values) { q.Set("code", "x") }, auth.ErrBadAttempt},
		"without a code":            {func(_ *auth.Attempt, q url.Values) { q.Del("code") }, auth.ErrBadAttempt},
		"with two codes":            {func(_ *auth.Attempt, q url.Values) { q.Add("code", "x") }, auth.ErrBadAttempt},
		"of another issuer":         {func(_ *auth.Attempt, q url.Values) { q.Set("iss", "https://evil.example.com") }, auth.ErrBadAttempt},
		"of two issuers":            {func(_ *auth.Attempt, q url.Values) { q.Add("iss", "https://evil.example.com") }, auth.ErrBadAttempt},
		"of no issuer":              {func(_ *auth.Attempt, q url.Values) { q.Del("iss") }, auth.ErrBadAttempt},
		"of an empty issuer":        {func(_ *auth.Attempt, q url.Values) { q.Set("iss", "") }, auth.ErrBadAttempt},
		"of an issuer, an error": {func(_ *auth.Attempt, q url.Values) {
			q.Set("iss", "https://evil.example.com")
			q.Set("error", "access_denied")
		}, auth.ErrBadAttempt},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			mustEnd(t, authtest.New(t), test.change, test.want)
		})
	}
	t.Run("of another issuer, where none is announced", func(t *testing.T) {
		t.Parallel()
		op := authtest.New(t)
		withoutIssuerParameter(op)
		mustEnd(t, op, func(_ *auth.Attempt, q url.Values) { q.Set("iss", "https://evil.example.com") }, auth.ErrBadAttempt)
	})
}

// TestReplay uses a code, and an ID token, a second time.
func TestReplay(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	p := auth.NewProvider(configFor(op))
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	query := authtest.Follow(t, address, callback)
	if _, err := p.Complete(t.Context(), attempt, query); err != nil {
		t.Fatal(err)
	}
	seen := op.IDTokens()[0]
	if _, err := p.Complete(t.Context(), attempt, query); !errors.Is(err, auth.ErrBadAttempt) {
		t.Errorf("a code used twice: got %v, want %v", err, auth.ErrBadAttempt)
	}
	op.Lie(func(l *authtest.Lies) { l.Token["id_token"] = seen })
	if _, err := signIn(t, p, nil); !errors.Is(err, auth.ErrBadAttempt) {
		t.Errorf("an ID token used twice: got %v, want %v", err, auth.ErrBadAttempt)
	}
}

// TestInvalidDiscovery changes the issuer, leaves out required endpoints, and gives unsafe
// ones.
func TestInvalidDiscovery(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"of another issuer":                        {"issuer": "https://evil.example.com"},
		"of an issuer with a trailing slash":       {"issuer": "/"},
		"without an issuer":                        {"issuer": nil},
		"with an issuer that is no string":         {"issuer": 7},
		"with an authorization endpoint over http": {"authorization_endpoint": "http://provider.example.com/authorize"},
		"with a token endpoint over http":          {"token_endpoint": "http://provider.example.com/token"},
		"with a UserInfo endpoint over http":       {"userinfo_endpoint": "http://provider.example.com/userinfo"},
		"with keys in a file":                      {"jwks_uri": "file:///etc/passwd"},
		"with a script to sign out":                {"end_session_endpoint": "javascript:alert(1)"},
		"without an authorization endpoint":        {"authorization_endpoint": nil},
		"without a token endpoint":                 {"token_endpoint": nil},
		"without keys":                             {"jwks_uri": nil},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			if lie["issuer"] == "/" {
				lie["issuer"] = op.Issuer() + "/"
			}
			op.Lie(func(l *authtest.Lies) { l.Discovery = lie })
			mustEnd(t, op, nil, auth.ErrUntrusted)
		})
	}
}

// TestUserInfoOfAnotherSubject returns another subject in UserInfo than in the ID token.
func TestUserInfoOfAnotherSubject(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"about another subject":            {"sub": "bob-2"},
		"about a subject with spaces":      {"sub": " ana-1"},
		"without a subject":                {"sub": nil},
		"about a subject that is a number": {"sub": 1},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			op.Lie(func(l *authtest.Lies) { l.UserInfo = lie })
			mustEnd(t, op, nil, auth.ErrUntrusted)
		})
	}
}

func TestInvalidTokenResponse(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"without an ID token":                {"id_token": nil},
		"with a malformed ID token":          {"id_token": "x.y.z"},
		"with an ID token that is an object": {"id_token": map[string]any{"sub": "ana-1"}},
		"without an access token":            {"access_token": nil},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.Lie(func(l *authtest.Lies) { l.Token = lie })
			mustEnd(t, op, nil, auth.ErrUntrusted)
		})
	}
}

// TestTwoSubjectsWithOneAddress checks that the subject identifies a person, not the address.
func TestTwoSubjectsWithOneAddress(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	op.SignsIn(ana)
	first, err := signIn(t, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	impostor := ana
	impostor.Subject = "mallory-9"
	op.SignsIn(impostor)
	second, err := signIn(t, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if first.Subject == second.Subject || first.Address != second.Address {
		t.Errorf("got %+v and %+v, want two subjects with one address", first, second)
	}
}
