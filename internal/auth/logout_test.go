package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

func TestVerifyLogout(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second).UTC()
	for circumstance, claims := range map[string]map[string]any{
		"of a session":              {"sid": "s-1"},
		"of a person":               {"sub": "ana-1"},
		"of a person's session":     {"sub": "ana-1", "sid": "s-1"},
		"for several audiences":     {"sub": "ana-1", "aud": []string{"other", "console"}},
		"with an event beside ours": {"sub": "ana-1", "events": map[string]any{logoutEvent: map[string]any{"x": 1}, "urn:other": 7}},
		"a minute old":              {"sub": "ana-1", "iat": now.Unix() - 60},
		"a minute ahead":            {"sub": "ana-1", "iat": now.Unix() + 60},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SetClock(func() time.Time { return now })
			config := configFor(op)
			config.Now = func() time.Time { return now }
			claims["jti"] = "j-1"
			got, err := auth.NewProvider(config).VerifyLogout(t.Context(), op.LogoutToken(t, claims))
			if err != nil {
				t.Fatal(err)
			}
			want := auth.Logout{Issuer: op.Issuer(), JTI: "j-1", IssuedAt: now, Expires: now.Add(2 * time.Minute)}
			want.Subject, _ = claims["sub"].(string)
			want.SessionID, _ = claims["sid"].(string)
			if at, given := claims["iat"].(int64); given {
				want.IssuedAt = time.Unix(at, 0).UTC()
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// TestLyingLogout forges a logout token in each way that OpenID Connect Back-Channel
// Logout, section 2.6, wants checked.
func TestLyingLogout(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		claims map[string]any
		header map[string]any
		how    authtest.Signature
		want   auth.Cause
	}{
		"of another type":                  {header: map[string]any{"typ": "JWT"}, want: auth.CauseTokenType},
		"without a type":                   {header: map[string]any{"typ": nil}, want: auth.CauseTokenType},
		"with an extension":                {header: map[string]any{"crit": []string{"b64"}, "b64": true}, want: auth.CauseTokenForm},
		"unsigned":                         {how: authtest.Unsigned, want: auth.CauseAlgorithm},
		"signed with the public key":       {how: authtest.SharedSecret, want: auth.CauseAlgorithm},
		"signed by another's key":          {how: authtest.ForeignKey, want: auth.CauseSignature},
		"that brings its key":              {how: authtest.ForeignJWK, want: auth.CauseSignature},
		"that says where its key is":       {how: authtest.ForeignJKU, want: auth.CauseSignature},
		"of another issuer":                {claims: map[string]any{"iss": "https://evil.example.com"}, want: auth.CauseTokenIssuer},
		"without an issuer":                {claims: map[string]any{"iss": nil}, want: auth.CauseTokenIssuer},
		"for another audience":             {claims: map[string]any{"aud": "other"}, want: auth.CauseAudience},
		"without an audience":              {claims: map[string]any{"aud": nil}, want: auth.CauseAudience},
		"issued to another party":          {claims: map[string]any{"azp": "other"}, want: auth.CauseParty},
		"with a nonce":                     {claims: map[string]any{"nonce": "n"}, want: auth.CauseLogoutToken},
		"with an empty nonce":              {claims: map[string]any{"nonce": ""}, want: auth.CauseLogoutToken},
		"without events":                   {claims: map[string]any{"events": nil}, want: auth.CauseLogoutToken},
		"with a list of events":            {claims: map[string]any{"events": []string{logoutEvent}}, want: auth.CauseLogoutToken},
		"with another event":               {claims: map[string]any{"events": map[string]any{"urn:x": map[string]any{}}}, want: auth.CauseLogoutToken},
		"with its event in other letters":  {claims: map[string]any{"events": map[string]any{strings.ToUpper(logoutEvent): map[string]any{}}}, want: auth.CauseLogoutToken},
		"with an event that is no object":  {claims: map[string]any{"events": map[string]any{logoutEvent: true}}, want: auth.CauseLogoutToken},
		"three minutes old":                {claims: map[string]any{"iat": in(-3 * time.Minute)}, want: auth.CauseLogoutToken},
		"issued in three minutes":          {claims: map[string]any{"iat": in(3 * time.Minute)}, want: auth.CauseIssuedAhead},
		"never issued":                     {claims: map[string]any{"iat": nil}, want: auth.CauseNoIssueTime},
		"issued at a text":                 {claims: map[string]any{"iat": "1700000000"}, want: auth.CauseNoIssueTime},
		"expired":                          {claims: map[string]any{"exp": in(-3 * time.Minute)}, want: auth.CauseExpired},
		"that never expires":               {claims: map[string]any{"exp": nil}, want: auth.CauseNoExpiry},
		"without a jti":                    {claims: map[string]any{"jti": nil}, want: auth.CauseLogoutToken},
		"with an empty jti":                {claims: map[string]any{"jti": ""}, want: auth.CauseLogoutToken},
		"with a jti that is a number":      {claims: map[string]any{"jti": 7}, want: auth.CauseLogoutToken},
		"with a jti without end":           {claims: map[string]any{"jti": strings.Repeat("x", 256)}, want: auth.CauseLogoutToken},
		"about neither person nor session": {claims: map[string]any{"sub": nil}, want: auth.CauseLogoutToken},
		"about a person who is a number":   {claims: map[string]any{"sub": 7}, want: auth.CauseSubject},
		"about a session that is a number": {claims: map[string]any{"sid": 7}, want: auth.CauseLogoutToken},
		"about a Sub":                      {claims: map[string]any{"sub": nil, "Sub": "ana-1", "Sid": "s"}, want: auth.CauseLogoutToken},
		"longer than any":                  {claims: map[string]any{"more": strings.Repeat("x", 20_000)}, want: auth.CauseLogoutToken},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			claims := map[string]any{"sub": "ana-1"}
			for name, value := range test.claims {
				claims[name] = value
			}
			op.Lie(func(l *authtest.Lies) { l.Signature, l.Header = test.how, test.header })
			got, err := auth.NewProvider(configFor(op)).VerifyLogout(t.Context(), op.LogoutToken(t, claims))
			if auth.CauseOf(err) != test.want || !errors.Is(err, auth.ErrUntrusted) || got != (auth.Logout{}) {
				t.Errorf("got %+v and %v, want %s", got, err, test.want)
			}
		})
	}
}

// An ID token is no logout token, whatever purpose its header claims, and the other way
// round.
func TestTokensAreForOnePurpose(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	p := auth.NewProvider(configFor(op))
	for _, kind := range []string{"JWT", "logout+jwt"} {
		op.Lie(func(l *authtest.Lies) { l.Header["typ"] = kind })
		_, err := signIn(t, p, nil)
		if want := map[string]auth.Cause{"logout+jwt": auth.CauseTokenType}[kind]; auth.CauseOf(err) != want {
			t.Errorf("sign-in with an ID token of the type %s: got %v, want %q", kind, err, want)
		}
		tokens := op.IDTokens()
		_, err = p.VerifyLogout(t.Context(), tokens[len(tokens)-1])
		if !errors.Is(err, auth.ErrUntrusted) {
			t.Errorf("an ID token of the type %s as a logout token: got %v, want %v", kind, err, auth.ErrUntrusted)
		}
	}
	op.Lie(func(l *authtest.Lies) { l.Header["typ"] = "JWT" })
	logout := op.LogoutToken(t, map[string]any{"sub": "ana-1"})
	op.Lie(func(l *authtest.Lies) { l.Token["id_token"] = logout })
	if _, err := signIn(t, p, nil); auth.CauseOf(err) != auth.CauseNoNonce {
		t.Errorf("a logout token as an ID token: got %v, want %s", err, auth.CauseNoNonce)
	}
}

// TestForgedLogoutsDoNotMakeTheProviderBeAsked sends many tokens with keys that nobody
// has: for them the keys are fetched once a second at most.
func TestForgedLogoutsDoNotMakeTheProviderBeAsked(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now = clock.now
	p := auth.NewProvider(config)
	forge := func() {
		t.Helper()
		op.Lie(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey })
		_, err := p.VerifyLogout(t.Context(), op.LogoutToken(t, map[string]any{"sub": "ana-1"}))
		if auth.CauseOf(err) != auth.CauseSignature {
			t.Errorf("got %v, want %s", err, auth.CauseSignature)
		}
	}
	for range 20 {
		forge()
	}
	if got := op.Calls(authtest.Keys); got != 1 {
		t.Errorf("the keys were fetched %d times, want once", got)
	}
	clock.advance(2 * time.Second)
	forge()
	if got := op.Calls(authtest.Keys); got != 2 {
		t.Errorf("two seconds later: the keys were fetched %d times, want twice", got)
	}
	op.RotatesKeys(t)
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	clock.advance(2 * time.Second)
	if _, err := p.VerifyLogout(t.Context(), op.LogoutToken(t, map[string]any{"sub": "ana-1"})); err != nil {
		t.Errorf("after a change of keys: %v", err)
	}
}

func TestLogoutWhenKeysCannotBeFetched(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Keys] = authtest.Fails })
	clock := &clock{at: time.Now()}
	config := configFor(op)
	config.Now = clock.now
	op.SetClock(clock.now)
	p := auth.NewProvider(config)
	logOut := func() error {
		_, err := p.VerifyLogout(t.Context(), op.LogoutToken(t, map[string]any{"sub": "ana-1"}))
		return err
	}
	for range 5 {
		if err := logOut(); !errors.Is(err, auth.ErrUnavailable) {
			t.Errorf("got %v, want %v", err, auth.ErrUnavailable)
		}
	}
	if got := op.Calls(authtest.Keys); got != 1 {
		t.Errorf("the keys were asked for %d times by five tokens at once, want once", got)
	}
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	clock.advance(2 * time.Second)
	if err := logOut(); err != nil {
		t.Errorf("when the provider is back: %v", err)
	}
}
