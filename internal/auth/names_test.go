package auth_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// otherNames returns a name as another one may be written that encoding/json would take
// for it: in capitals, with a capital, and with letters that fold to those of ASCII.
func otherNames(name string) []string {
	names := []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]}
	if folded := strings.NewReplacer("s", "\u017f", "k", "\u212a").Replace(name); folded != name {
		names = append(names, folded)
	}
	return names
}

// insert returns a rewriter that writes members after those of a JSON object, where the
// last of two equal names would win.
func insert(members string) func([]byte) []byte {
	return func(body []byte) []byte {
		return append(bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}")), []byte(","+members+"}")...)
	}
}

// registered are the names that are read of each answer, with a value that would change
// who signs in, whether they do, or where secrets go.
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

// rewrite has the provider rewrite one of its answers.
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

// TestNamesAreReadToTheLetter adds each registered name in other letters to each answer:
// it is another name (RFC 7519, section 10.1.1), and changes nothing. The same name twice
// is refused.
func TestNamesAreReadToTheLetter(t *testing.T) {
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
					if diff := cmp.Diff(anaAt(op, got.IssuedAt), got); diff != "" || err != nil {
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

// TestSubjectIsNotThatOfAnotherName signs in where a second subject stands in the token
// under a name that differs in its case, and UserInfo is not there to compare.
func TestSubjectIsNotThatOfAnotherName(t *testing.T) {
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

// TestSubjectsThatCannotBeToldApart are refused: what cannot be decoded becomes the same
// character.
func TestSubjectsThatCannotBeToldApart(t *testing.T) {
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

// TestUnusableKeysAreSkipped puts keys that cannot be used before the provider's own.
func TestUnusableKeysAreSkipped(t *testing.T) {
	t.Parallel()
	const point = `"crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	for circumstance, key := range map[string]string{
		"a hexadecimal x5t":                 `{"kty":"EC","kid":"first",` + point + `,"x5t":"0123456789abcdef0123456789abcdef01234567"}`,
		"an x5t of another size":            `{"kty":"EC","kid":"first",` + point + `,"x5t":"AA"}`,
		"a certificate that is none":        `{"kty":"EC","kid":"first",` + point + `,"x5c":["AA"]}`,
		"no kty":                            `{"kid":"first",` + point + `}`,
		"a kty of the future":               `{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}`,
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
