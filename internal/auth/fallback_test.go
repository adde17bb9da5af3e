package auth_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// TestUserInfoThatRefuses signs in without UserInfo if the ID token has the address; the
// identity then says why UserInfo is missing.
func TestUserInfoThatRefuses(t *testing.T) {
	t.Parallel()
	for _, fault := range []authtest.Fault{authtest.Forbidden, authtest.NotFound, authtest.NotUsed, authtest.Gone} {
		for circumstance, test := range map[string]struct {
			person authtest.Person
			want   auth.Cause
		}{
			"the ID token has everything": {ana, ""},
			"the ID token has a subject":  {ana.Okta(), auth.CauseUserInfo},
		} {
			t.Run(string(fault)+", "+circumstance, func(t *testing.T) {
				t.Parallel()
				op := authtest.New(t)
				op.SignsIn(test.person)
				op.Lie(func(l *authtest.Lies) { l.Faults[authtest.UserInfo] = fault })
				got, err := signIn(t, auth.NewProvider(configFor(op)), nil)
				if auth.CauseOf(err) != test.want {
					t.Fatalf("got %v, want %q", err, test.want)
				}
				if err == nil && (got.Address != ana.Email || got.Verified == nil || !*got.Verified || !strings.Contains(got.UserInfoError, "status 4")) {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

// TestInvalidVerificationClaim checks that an invalid value counts as a no and is reported.
func TestInvalidVerificationClaim(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		claims  map[string]any
		unclear string
	}{
		"in capitals":            {map[string]any{"email_verified": "True"}, "email_verified"},
		"a number":               {map[string]any{"email_verified": 1}, "email_verified"},
		"a list":                 {map[string]any{"email_verified": []bool{true}}, "email_verified"},
		"a word":                 {map[string]any{"xms_edov": "yes"}, "xms_edov"},
		"beside an explicit no":  {map[string]any{"email_verified": "True", "xms_edov": false}, ""},
		"beside an explicit yes": {map[string]any{"email_verified": true, "xms_edov": "yes"}, "xms_edov"},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(only(test.claims, nil))
			got, err := signIn(t, auth.NewProvider(configFor(op)), nil)
			if err != nil || got.Verified == nil || *got.Verified || got.Unclear != test.unclear {
				t.Errorf("got %v, %q and %v, want false, %q", got.Verified, got.Unclear, err, test.unclear)
			}
		})
	}
}

// TestEndpointsThatMove checks that the discovery document is fetched again, and the sign-in
// succeeds, if an endpoint has moved.
func TestEndpointsThatMove(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []authtest.Endpoint{authtest.Token, authtest.UserInfo, authtest.Keys} {
		t.Run(string(endpoint), func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana.Okta())
			p := auth.NewProvider(configFor(op))
			if _, err := signIn(t, p, nil); err != nil {
				t.Fatal(err)
			}
			op.Moves(endpoint)
			if endpoint == authtest.Keys {
				op.RotatesKeys(t) // else the cached keys are used
			}
			if _, err := signIn(t, p, nil); err != nil {
				t.Error(err)
			}
			if got := op.Calls(authtest.Discovery); got != 2 {
				t.Errorf("the document was fetched %d times, want twice", got)
			}
		})
	}
}

// TestEndpointThatIsGone checks that the document is fetched again at most once in ten seconds.
func TestEndpointThatIsGone(t *testing.T) {
	t.Parallel()
	for _, fault := range []authtest.Fault{authtest.NotFound, authtest.NotUsed, authtest.Gone} {
		p, op, clock := withClock(t)
		op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = fault })
		for range 5 {
			if _, err := signIn(t, p, nil); auth.CauseOf(err) != auth.CauseTokenAnswer {
				t.Errorf("%s: got %v, want %s", fault, err, auth.CauseTokenAnswer)
			}
		}
		if got := op.Calls(authtest.Discovery); got != 2 {
			t.Errorf("%s: the document was fetched %d times, want twice", fault, got)
		}
		clock.advance(11 * time.Second)
		_, _ = signIn(t, p, nil)
		if got := op.Calls(authtest.Discovery); got != 3 {
			t.Errorf("%s: ten seconds later: the document was fetched %d times, want three times", fault, got)
		}
	}
}

var bothMethods = []string{auth.AuthBasic, auth.AuthPost}

// clientAuthTests are what a provider lists and accepts, and the expected method.
var clientAuthTests = map[string]struct {
	lists    []string
	verbatim bool
	secret   string
	want     string // the accepted method
	calls    int    // requests to the token endpoint in two sign-ins
}{
	"both listed, Basic works":            {bothMethods, false, "", auth.AuthBasic, 2},
	"both listed, Basic is not decoded":   {bothMethods, true, "", auth.AuthPost, 3},
	"none listed, Basic is not decoded":   {nil, true, "", "", 2},
	"Basic listed, and not decoded":       {bothMethods[:1], true, "", "", 2},
	"post listed":                         {bothMethods[1:], true, "", auth.AuthPost, 2},
	"both listed, the secret is wrong":    {bothMethods, false, "wrong", "", 4},
	"others listed, post is tried":        {[]string{"private_key_jwt"}, false, "", auth.AuthPost, 2},
	"the other way round, Basic is first": {[]string{auth.AuthPost, auth.AuthBasic}, false, "", auth.AuthBasic, 2},
}

// TestClientAuthentication checks that client_secret_post is tried if the provider refuses
// Basic and lists both, and that the accepted method is remembered.
func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	for circumstance, test := range clientAuthTests {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			if test.lists != nil {
				advertise(op, "token_endpoint_auth_methods_supported", test.lists)
			}
			if test.verbatim {
				op.TakesBasicVerbatim()
			}
			config := configFor(op)
			if test.secret != "" {
				config.ClientSecret = test.secret
			}
			p := auth.NewProvider(config)
			for range 2 {
				want := map[bool]auth.Cause{true: auth.CauseClient}[test.want == ""]
				if _, err := signIn(t, p, nil); auth.CauseOf(err) != want {
					t.Errorf("got %v, want %q", err, want)
				}
			}
			if got := op.Calls(authtest.Token); got != test.calls || p.ClientAuth() != test.want {
				t.Errorf("got %d calls, and %q works; want %d and %q", got, p.ClientAuth(), test.calls, test.want)
			}
		})
	}
}

// violations violate one rule each.
var violations = map[auth.Cause]func(*authtest.Lies){
	auth.CauseNoNonce:         func(l *authtest.Lies) { l.IDToken["nonce"] = nil },
	auth.CauseNonce:           func(l *authtest.Lies) { l.IDToken["nonce"] = "x" },
	auth.CauseNoIssueTime:     func(l *authtest.Lies) { l.IDToken["iat"] = nil },
	auth.CauseIssuedAhead:     func(l *authtest.Lies) { l.IDToken["iat"] = fromNow(time.Hour) },
	auth.CauseNoExpiry:        func(l *authtest.Lies) { l.IDToken["exp"] = "soon" },
	auth.CauseExpired:         func(l *authtest.Lies) { l.IDToken["exp"] = 1 },
	auth.CauseNotYetGood:      func(l *authtest.Lies) { l.IDToken["nbf"] = fromNow(time.Hour) },
	auth.CauseTokenIssuer:     func(l *authtest.Lies) { l.IDToken["iss"] = "https://evil.example.com" },
	auth.CauseAudience:        func(l *authtest.Lies) { l.IDToken["aud"] = "other" },
	auth.CauseAuthorizedParty: func(l *authtest.Lies) { l.IDToken["azp"] = "other" },
	auth.CauseSubject:         func(l *authtest.Lies) { l.IDToken["sub"] = nil },
	auth.CauseSignature:       func(l *authtest.Lies) { l.Signature = authtest.ForeignKey },
	auth.CauseAlgorithm:       func(l *authtest.Lies) { l.Signature = authtest.Unsigned },
	auth.CauseTokenType:       func(l *authtest.Lies) { l.Header["typ"] = "at+jwt" },
	auth.CauseTokenForm:       func(l *authtest.Lies) { l.Token["id_token"] = "x.y.z" },
	auth.CauseNoIDToken:       func(l *authtest.Lies) { l.Token["id_token"] = nil },
	auth.CauseTokenAnswer:     func(l *authtest.Lies) { l.Token["access_token"] = nil },
	auth.CauseUserInfo:        func(l *authtest.Lies) { l.Faults[authtest.UserInfo] = authtest.Garbles },
	auth.CauseUserInfoSubject: func(l *authtest.Lies) { l.UserInfo["sub"] = "other" },
	auth.CauseKeys:            func(l *authtest.Lies) { l.Faults[authtest.Keys] = authtest.Garbles },
	auth.CauseNoIssuer:        func(l *authtest.Lies) { l.Callback["iss"] = nil },
	auth.CauseOtherIssuer:     func(l *authtest.Lies) { l.Callback["iss"] = "https://evil.example.com" },
	auth.CauseNoCode:          func(l *authtest.Lies) { l.Callback["code"] = nil },
	auth.CauseState:           func(l *authtest.Lies) { l.Callback["state"] = "x" },
	auth.CauseCode:            func(l *authtest.Lies) { l.Callback["code"] = "x" },
	auth.CauseDiscovery:       func(l *authtest.Lies) { l.Discovery["jwks_uri"] = nil },
	auth.CauseIssuerDiffers:   func(l *authtest.Lies) { l.Discovery["issuer"] = "https://evil.example.com" },
	auth.CauseEndpoint:        func(l *authtest.Lies) { l.Discovery["token_endpoint"] = "http://example.com" },
	auth.CauseUnavailable:     func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Fails },
}

// TestEachCauseHasItsName violates one rule at a time.
func TestEachCauseHasItsName(t *testing.T) {
	t.Parallel()
	for want, lie := range violations {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			op.Lie(lie)
			_, err := signIn(t, auth.NewProvider(configFor(op)), nil)
			if got := auth.CauseOf(err); got != want {
				t.Errorf("got %q: %v", got, err)
			}
			if !slices.Contains(auth.Causes(), want) {
				t.Error("it is not among all causes")
			}
		})
	}
}

// TestProviderCodes checks the cause of each code, also of one that depends on the description.
func TestProviderCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code, description string
		want              auth.Cause
		is                error
	}{
		{"access_denied", "", auth.CauseDenied, nil},
		{"login_required", "", auth.CauseInteraction, nil},
		{"temporarily_unavailable", "", auth.CauseServerError, auth.ErrUnavailable},
		{"temporarily_unavailable", "authentication_expired", auth.CauseAuthenticationExpired, auth.ErrBadAttempt},
		{"server_error", "authentication_expired", auth.CauseServerError, auth.ErrUnavailable},
		{"Access_Denied", "", auth.CauseUnknownCode, nil},
		{"AADB2C90118", "", auth.CauseUnknownCode, nil},
	} {
		op := authtest.New(t)
		op.Refuses(test.code, test.description)
		_, err := signIn(t, auth.NewProvider(configFor(op)), nil)
		refused, ok := errors.AsType[*auth.ProviderError](err)
		if !ok || refused.Code != test.code || auth.CauseOf(err) != test.want || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s %s: got %v with the cause %q, want %q", test.code, test.description, err, auth.CauseOf(err), test.want)
		}
	}
}

// TestTokenEndpointWithoutErrorCode checks that status 401 without an error code counts as
// invalid_client.
func TestTokenEndpointWithoutErrorCode(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `<html>`, `{"Error":"access_denied"}`} {
		op := authtest.New(t)
		op.SignsIn(ana)
		rewrite(op, "token", func([]byte) []byte { return []byte(body) })
		config := configFor(op)
		config.ClientSecret = "wrong"
		if _, err := signIn(t, auth.NewProvider(config), func(_ *auth.Attempt, _ url.Values) {}); auth.CauseOf(err) != auth.CauseClient {
			t.Errorf("%d with %q: got %v, want %s", http.StatusUnauthorized, body, err, auth.CauseClient)
		}
	}
}
