package auth_test

import (
	"errors"
	"maps"
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

// TestForgedLogoutHeader has the wrong type, an extension, or a forged signature.
func TestForgedLogoutHeader(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		header map[string]any
		how    authtest.Signature
		want   auth.Cause
	}{
		"of another type":                      {header: map[string]any{"typ": "JWT"}, want: auth.CauseTokenType},
		"without a type":                       {header: map[string]any{"typ": nil}, want: auth.CauseTokenType},
		"with an extension":                    {header: map[string]any{"crit": []string{"b64"}, "b64": true}, want: auth.CauseTokenForm},
		"unsigned":                             {how: authtest.Unsigned, want: auth.CauseAlgorithm},
		"signed with the public key":           {how: authtest.SharedSecret, want: auth.CauseAlgorithm},
		"signed by another's key":              {how: authtest.ForeignKey, want: auth.CauseSignature},
		"with its key in the header":           {how: authtest.ForeignJWK, want: auth.CauseSignature},
		"with its key's address in the header": {how: authtest.ForeignJKU, want: auth.CauseSignature},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.Lie(func(l *authtest.Lies) { l.Signature, l.Header = test.how, test.header })
			mustRefuseLogout(t, op, nil, test.want)
		})
	}
}

// TestInvalidLogoutClaims violates each rule of OpenID Connect Back-Channel Logout, section
// 2.6, for the claims.
func TestInvalidLogoutClaims(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		claims map[string]any
		want   auth.Cause
	}{
		"of another issuer":                {map[string]any{"iss": "https://evil.example.com"}, auth.CauseTokenIssuer},
		"without an issuer":                {map[string]any{"iss": nil}, auth.CauseTokenIssuer},
		"for another audience":             {map[string]any{"aud": "other"}, auth.CauseAudience},
		"without an audience":              {map[string]any{"aud": nil}, auth.CauseAudience},
		"issued to another party":          {map[string]any{"azp": "other"}, auth.CauseAuthorizedParty},
		"with a nonce":                     {map[string]any{"nonce": "n"}, auth.CauseLogoutToken},
		"with an empty nonce":              {map[string]any{"nonce": ""}, auth.CauseLogoutToken},
		"without events":                   {map[string]any{"events": nil}, auth.CauseLogoutToken},
		"with a list of events":            {map[string]any{"events": []string{logoutEvent}}, auth.CauseLogoutToken},
		"with another event":               {map[string]any{"events": map[string]any{"urn:x": map[string]any{}}}, auth.CauseLogoutToken},
		"with its event in upper case":     {map[string]any{"events": map[string]any{strings.ToUpper(logoutEvent): map[string]any{}}}, auth.CauseLogoutToken},
		"with an event that is no object":  {map[string]any{"events": map[string]any{logoutEvent: true}}, auth.CauseLogoutToken},
		"three minutes old":                {map[string]any{"iat": fromNow(-3 * time.Minute)}, auth.CauseLogoutToken},
		"issued in three minutes":          {map[string]any{"iat": fromNow(3 * time.Minute)}, auth.CauseIssuedAhead},
		"never issued":                     {map[string]any{"iat": nil}, auth.CauseNoIssueTime},
		"issued at a string":               {map[string]any{"iat": "1700000000"}, auth.CauseNoIssueTime},
		"expired":                          {map[string]any{"exp": fromNow(-3 * time.Minute)}, auth.CauseExpired},
		"that never expires":               {map[string]any{"exp": nil}, auth.CauseNoExpiry},
		"without a jti":                    {map[string]any{"jti": nil}, auth.CauseLogoutToken},
		"with an empty jti":                {map[string]any{"jti": ""}, auth.CauseLogoutToken},
		"with a jti that is a number":      {map[string]any{"jti": 7}, auth.CauseLogoutToken},
		"with a jti that is too long":      {map[string]any{"jti": strings.Repeat("x", 256)}, auth.CauseLogoutToken},
		"about neither person nor session": {map[string]any{"sub": nil}, auth.CauseLogoutToken},
		"about a person who is a number":   {map[string]any{"sub": 7}, auth.CauseSubject},
		"about a session that is a number": {map[string]any{"sid": 7}, auth.CauseLogoutToken},
		"about a Sub":                      {map[string]any{"sub": nil, "Sub": "ana-1", "Sid": "s"}, auth.CauseLogoutToken},
		"larger than the limit":            {map[string]any{"more": strings.Repeat("x", 20_000)}, auth.CauseLogoutToken},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			mustRefuseLogout(t, authtest.New(t), test.claims, test.want)
		})
	}
}

// mustRefuseLogout fails the test unless a logout token with these claims is refused.
func mustRefuseLogout(t *testing.T, op *authtest.Provider, changes map[string]any, want auth.Cause) {
	t.Helper()
	claims := map[string]any{"sub": "ana-1"}
	maps.Copy(claims, changes)
	got, err := auth.NewProvider(configFor(op)).VerifyLogout(t.Context(), op.LogoutToken(t, claims))
	if auth.CauseOf(err) != want || !errors.Is(err, auth.ErrUntrusted) || got != (auth.Logout{}) {
		t.Errorf("got %+v and %v, want %s", got, err, want)
	}
}

// TestTokensAreForOnePurpose checks that an ID token is not accepted as a logout token, nor a
// logout token as an ID token, whatever the header's typ.
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

// TestForgedLogoutTokensFetchKeysOnce sends many tokens with unknown keys: the provider's keys
// are fetched once a second at most.
func TestForgedLogoutTokensFetchKeysOnce(t *testing.T) {
	t.Parallel()
	p, op, clock := withClock(t)
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
