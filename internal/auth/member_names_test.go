package auth_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// otherNames returns variants of a name that encoding/json would match with it: upper case, an
// initial capital, and Unicode letters that fold to ASCII.
func otherNames(name string) []string {
	names := []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]}
	if folded := strings.NewReplacer("s", "\u017f", "k", "\u212a").Replace(name); folded != name {
		names = append(names, folded)
	}
	return names
}

// insert returns a rewriter that appends members to a JSON object. Of two equal names,
// encoding/json would use the last.
func insert(members string) func([]byte) []byte {
	return func(body []byte) []byte {
		return append(bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")), []byte(","+members+"}")...)
	}
}

// registered are the members read of each response, with a value that would change who signs
// in, whether they can, or where secrets are sent.
var registered = map[string]map[string]string{
	"ID token": {
		"iss": `"https://evil.example.com"`, "sub": `"owner-1"`, "aud": `"other"`, "azp": `"other"`, "exp": `1`, "iat": `9999999999`,
		"nbf": `9999999999`, "nonce": `"x"`, "email": `"owner@example.com"`, "email_verified": `false`, "xms_edov": `false`,
		"name": `"Owner"`, "given_name": `"O"`, "family_name": `"O"`, "picture": `"https://evil.example.com"`, "zoneinfo": `"UTC"`, "sid": `"x"`,
	},
	"UserInfo": {"sub": `"owner-1"`, "email": `"owner@example.com"`, "email_verified": `false`, "xms_edov": `false`, "name": `"Owner"`},
	"token":    {"id_token": `"x.y.z"`, "access_token": `"x"`, "token_type": `"DPoP"`, "error": `"access_denied"`},
	"discovery": {
		"issuer": `"https://evil.example.com"`, "authorization_endpoint": `"https://evil.example.com"`, "token_endpoint": `"https://evil.example.com"`,
		"jwks_uri": `"https://evil.example.com"`, "userinfo_endpoint": `"https://evil.example.com"`, "end_session_endpoint": `"https://evil.example.com"`,
		"token_endpoint_auth_methods_supported": `["private_key_jwt"]`, "authorization_response_iss_parameter_supported": `false`,
	},
	"keys": {"keys": `[]`},
}

// rewrite makes the provider rewrite one of its responses.
func rewrite(op *authtest.Provider, place string, how func([]byte) []byte) {
	op.Lie(func(l *authtest.Lies) {
		if place == "ID token" {
			l.Payload = how
			return
		}
		l.Bodies[map[string]authtest.Endpoint{
			"UserInfo": authtest.UserInfo, "token": authtest.Token, "discovery": authtest.Discovery, "keys": authtest.Keys,
		}[place]] = how
	})
}

// sameMinute takes times for the same that the provider has set within one sign-in.
var sameMinute = cmpopts.EquateApproxTime(time.Minute)

// TestMemberNamesMatchExactly adds each member under a variant of its name, which must change
// nothing (RFC 7519, section 10.1.1), and under the same name twice, which must be refused.
func TestMemberNamesMatchExactly(t *testing.T) {
	t.Parallel()
	for place, names := range registered {
		for name, value := range names {
			t.Run(place+" "+name, func(t *testing.T) {
				t.Parallel()
				for _, other := range otherNames(name) {
					op := authtest.New(t)
					op.SignsIn(ana)
					rewrite(op, place, insert(`"`+other+`":`+value))
					got, err := signIn(t, auth.NewProvider(configFor(op)), nil)
					got.Claims = ""
					if diff := cmp.Diff(anaAt(op, got.IssuedAt), got, sameMinute); diff != "" || err != nil {
						t.Errorf("with %q: %v (-want +got):\n%s", other, err, diff)
					}
				}
				op := authtest.New(t)
				op.SignsIn(ana)
				rewrite(op, place, insert(`"`+name+`":`+value+`,"`+name+`":`+value))
				if got, err := signIn(t, auth.NewProvider(configFor(op)), nil); err == nil {
					t.Errorf("with %q twice: got %+v", name, got)
				}
			})
		}
	}
}

// TestSubjectMatchesExactly signs in with a token that has a second subject under a name that
// differs in case, and without UserInfo to compare with.
func TestSubjectMatchesExactly(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	advertise(op, "userinfo_endpoint", nil)
	op.Lie(func(l *authtest.Lies) { l.IDToken["Sub"], l.IDToken["Aud"], l.IDToken["Iat"] = "sub-owner", 1, "then" })
	got, err := signIn(t, auth.NewProvider(configFor(op)), nil)
	if err != nil || got.Subject != ana.Subject {
		t.Errorf("got subject %q and %v, want %q", got.Subject, err, ana.Subject)
	}
}

// TestAmbiguousSubjects signs in with subjects that are equal to another one after decoding.
func TestAmbiguousSubjects(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{`"\ud800"`, `"\ufffd"`, "\"a\xff\"", `"a\u0000"`, `"\u202ea"`, `["ana-1"]`} {
		op := authtest.New(t)
		op.SignsIn(ana)
		op.Lie(func(l *authtest.Lies) {
			l.IDToken["sub"] = nil
			l.Payload = insert(`"sub":` + subject)
		})
		if got, err := signIn(t, auth.NewProvider(configFor(op)), nil); err == nil {
			t.Errorf("subject %s: signed in as %q", subject, got.Subject)
		}
	}
}

// TestUnusableKeysAreSkipped puts unusable keys before the provider's own.
func TestUnusableKeysAreSkipped(t *testing.T) {
	t.Parallel()
	const point = `"crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	for circumstance, key := range map[string]string{
		"a hexadecimal x5t":                 `{"kty":"EC","kid":"first",` + point + `,"x5t":"0123456789abcdef0123456789abcdef01234567"}`,
		"an x5t of another size":            `{"kty":"EC","kid":"first",` + point + `,"x5t":"AA"}`,
		"an invalid certificate":            `{"kty":"EC","kid":"first",` + point + `,"x5c":["AA"]}`,
		"no kty":                            `{"kid":"first",` + point + `}`,
		"an unknown kty":                    `{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}`,
		"a curve that is not known":         `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`,
		"a curve for encryption":            `{"kty":"OKP","crv":"X25519","x":"AA"}`,
		"a point that is not on its curve":  `{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}`,
		"an RSA key without its modulus":    `{"kty":"RSA","e":"AQAB"}`,
		"an RSA key of 24 bits":             `{"kty":"RSA","kid":"first","n":"AQAB","e":"AQAB"}`,
		"a key for encryption":              `{"kty":"EC","kid":"first","use":"enc",` + point + `}`,
		"a key to sign with":                `{"kty":"EC","kid":"first","key_ops":["sign"],` + point + `}`,
		"a private key":                     `{"kty":"EC","kid":"first","d":"AQ",` + point + `}`,
		"a shared secret":                   `{"kty":"oct","kid":"first","k":"c2VjcmV0"}`,
		"an algorithm that is not accepted": `{"kty":"oct","kid":"first","alg":"HS256","k":"c2VjcmV0"}`,
		"an algorithm of another type":      `{"kty":"EC","kid":"first","alg":"RS256",` + point + `}`,
		"members of other types":            `{"kty":7,"kid":[],"alg":{}}`,
		"a name twice":                      `{"kty":"EC","kty":"RSA",` + point + `}`,
		"no object":                         `"key"`,
		"null":                              `null`,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana)
			op.Lie(func(l *authtest.Lies) { l.Keys = []string{key, key} })
			if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestKeySetsWithoutAKey(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"keys":[]}`, `{"keys":null}`, `{"Keys":[]}`, `[]`, `{}`, `{"keys":[{"kty":"oct","k":"AA"}]}`, `{"keys":{}}`} {
		op := authtest.New(t)
		op.SignsIn(ana)
		rewrite(op, "keys", func([]byte) []byte { return []byte(body) })
		if _, err := signIn(t, auth.NewProvider(configFor(op)), nil); auth.CauseOf(err) != auth.CauseKeys {
			t.Errorf("%s: got %v, want %s", body, err, auth.CauseKeys)
		}
	}
}
