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

// in returns the time that far from now, as tokens write it.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// TestLyingIDToken has the provider lie in each claim that OpenID Connect Core,
// section 3.1.3.7, wants checked.
func TestLyingIDToken(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		claims map[string]any
		want   error // nil: the token is good
	}{
		"of another issuer":                  {map[string]any{"iss": "https://evil.example.com"}, auth.ErrUntrusted},
		"of an issuer with a slash more":     {map[string]any{"iss": "/"}, auth.ErrUntrusted},
		"without an issuer":                  {map[string]any{"iss": nil}, auth.ErrUntrusted},
		"for another audience":               {map[string]any{"aud": "other"}, auth.ErrUntrusted},
		"for an audience in other letters":   {map[string]any{"aud": "Console"}, auth.ErrUntrusted},
		"without an audience":                {map[string]any{"aud": nil}, auth.ErrUntrusted},
		"for several, none of them us":       {map[string]any{"aud": []string{"a", "b"}, "azp": "console"}, auth.ErrUntrusted},
		"for several, nobody in particular":  {map[string]any{"aud": []string{"console", "b"}}, nil},
		"for several, another in particular": {map[string]any{"aud": []string{"console", "b"}, "azp": "b"}, auth.ErrUntrusted},
		"for us, another in particular":      {map[string]any{"azp": "b"}, auth.ErrUntrusted},
		"with an empty party":                {map[string]any{"azp": ""}, auth.ErrUntrusted},
		"with another nonce":                 {map[string]any{"nonce": auth.NewSecret()}, auth.ErrBadAttempt},
		"with an empty nonce":                {map[string]any{"nonce": ""}, auth.ErrBadAttempt},
		"without a nonce":                    {map[string]any{"nonce": nil}, auth.ErrUntrusted},
		"without a subject":                  {map[string]any{"sub": nil}, auth.ErrUntrusted},
		"with a subject of many lines":       {map[string]any{"sub": "a\nb"}, auth.ErrUntrusted},
		"with a subject without end":         {map[string]any{"sub": strings.Repeat("x", 256)}, auth.ErrUntrusted},
		"with a subject that is no text":     {map[string]any{"sub": 7}, auth.ErrUntrusted},
		"expired three minutes ago":          {map[string]any{"exp": in(-3 * time.Minute)}, auth.ErrUntrusted},
		"expired one minute ago":             {map[string]any{"exp": in(-time.Minute)}, nil},
		"that never expires":                 {map[string]any{"exp": nil}, auth.ErrUntrusted},
		"with an expiry that is no number":   {map[string]any{"exp": "tomorrow"}, auth.ErrUntrusted},
		"issued in three minutes":            {map[string]any{"iat": in(3 * time.Minute)}, auth.ErrUntrusted},
		"issued in one minute":               {map[string]any{"iat": in(time.Minute)}, nil},
		"never issued":                       {map[string]any{"iat": nil}, auth.ErrUntrusted},
		"not good for three minutes":         {map[string]any{"nbf": in(3 * time.Minute)}, auth.ErrUntrusted},
		"not good for one minute":            {map[string]any{"nbf": in(time.Minute)}, nil},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			signInWith(t, test.claims, test.want)
		})
	}
}

// signInWith signs in with an ID token that holds the claims, and checks how that
// ends. An issuer "/" stands for the true one with a slash after it.
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

// mustEnd fails the test unless a sign-in at op ends with the error, or well if
// that is nil.
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

// TestLyingSignature forges signatures in the ways that RFC 8725 tells of: none, a
// public key for a secret, and keys that the token itself brings.
func TestLyingSignature(t *testing.T) {
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
				t.Error("a key was fetched from where the token says")
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

// TestLyingCallback changes what the browser brings back, as one who begins a
// sign-in for another does.
func TestLyingCallback(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		change func(*auth.Attempt, url.Values)
		want   error
	}{
		"with another state":        {func(_ *auth.Attempt, q url.Values) { q.Set("state", auth.NewSecret()) }, auth.ErrBadAttempt},
		"without a state":           {func(_ *auth.Attempt, q url.Values) { q.Del("state") }, auth.ErrBadAttempt},
		"with two states":           {func(_ *auth.Attempt, q url.Values) { q.Add("state", "x") }, auth.ErrBadAttempt},
		"to an attempt of nobody":   {func(a *auth.Attempt, q url.Values) { *a = auth.Attempt{}; q.Set("state", "") }, auth.ErrBadAttempt},
		"with another's nonce":      {func(a *auth.Attempt, _ url.Values) { a.Nonce = auth.NewSecret() }, auth.ErrBadAttempt},
		"without a nonce to expect": {func(a *auth.Attempt, _ url.Values) { a.Nonce = "" }, auth.ErrBadAttempt},
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
		quiet(op)
		mustEnd(t, op, func(_ *auth.Attempt, q url.Values) { q.Set("iss", "https://evil.example.com") }, auth.ErrBadAttempt)
	})
}

// A code and an ID token that were seen once are worth nothing the second time.
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

// TestLyingDiscovery has the provider go by another name, leave out what is
// needed, and lead people, tokens and keys to where they must not go.
func TestLyingDiscovery(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"of another issuer":                  {"issuer": "https://evil.example.com"},
		"of an issuer with a slash more":     {"issuer": "/"},
		"without an issuer":                  {"issuer": nil},
		"with an issuer that is no text":     {"issuer": 7},
		"that leads people to plain http":    {"authorization_endpoint": "http://provider.example.com/authorize"},
		"that leads tokens to plain http":    {"token_endpoint": "http://provider.example.com/token"},
		"that leads UserInfo to plain http":  {"userinfo_endpoint": "http://provider.example.com/userinfo"},
		"that leads keys to a file":          {"jwks_uri": "file:///etc/passwd"},
		"that leads to a script at sign-out": {"end_session_endpoint": "javascript:alert(1)"},
		"without a place to sign in":         {"authorization_endpoint": nil},
		"without a place for tokens":         {"token_endpoint": nil},
		"without keys":                       {"jwks_uri": nil},
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

// TestLyingUserInfo tells of somebody else than the ID token does.
func TestLyingUserInfo(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"about another subject":       {"sub": "bob-2"},
		"about a subject with spaces": {"sub": " ana-1"},
		"about nobody":                {"sub": nil},
		"about a number":              {"sub": 1},
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

func TestLyingToken(t *testing.T) {
	t.Parallel()
	for circumstance, lie := range map[string]map[string]any{
		"without an ID token":             {"id_token": nil},
		"with an ID token that is none":   {"id_token": "x.y.z"},
		"with an ID token of another use": {"id_token": map[string]any{"sub": "ana-1"}},
		"without an access token":         {"access_token": nil},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.Lie(func(l *authtest.Lies) { l.Token = lie })
			mustEnd(t, op, nil, auth.ErrUntrusted)
		})
	}
}

// An address belongs to whoever the issuer and subject say, and to nobody else.
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
