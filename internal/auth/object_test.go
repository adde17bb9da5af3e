package auth

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestParseObject(t *testing.T) {
	t.Parallel()
	for data, good := range map[string]bool{
		`{}`:                              true,
		`{"sub":"a","Sub":"b","SUB":"c"}`: true, // three different names
		` {"a":{"b":1,"b":2}} `:           true, // only names of the outer object are checked
		`{"sub":"a","sub":"b"}`:           false,
		`{"sub":"a","\u0073ub":"b"}`:      false, // the same name, escaped
		`{"sub":"a","sub":null}`:          false,
		`{"a":1}{"b":2}`:                  false,
		`{"a":1} x`:                       false,
		`{"a":1`:                          false,
		`{"a"}`:                           false,
		`[{"a":1}]`:                       false,
		`"a"`:                             false,
		`null`:                            false,
		``:                                false,
		"{\"a\xff\":1}":                   false,
		`{"a":1,}`:                        false,
	} {
		if got, err := parseObject([]byte(data)); (err == nil) != good {
			t.Errorf("%s: got %v and %v, want it accepted: %v", data, got, err, good)
		}
	}
}

// FuzzParseObject compares with encoding/json: it must accept all that parseObject accepts,
// with as many names and the same values.
func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{`{}`, `{"sub":"a","Sub":"b"}`, `{"a":1,"a":2}`, `{"a":[{}]} `, `{"\ud800":1,"\udfff":2}`, "{\"\xff\":1}", `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseObject(data)
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(data, &want); err != nil || len(want) != len(got) {
			t.Fatalf("%q: got %d names, encoding/json %d and %v", data, len(got), len(want), err)
		}
		for name := range got {
			if text, is := want[name].(string); is && got.text(name) != text {
				t.Errorf("%q: %q is %q, want %q", data, name, got.text(name), text)
			}
			got.texts(name)
			got.seconds(name)
		}
	})
}

// FuzzParseKeys checks that each key of a set is used or skipped, and that a used key is valid.
func FuzzParseKeys(f *testing.F) {
	for _, seed := range []string{
		`{"keys":[]}`, `{"Keys":[]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, `{"keys":[null,1,"",{"kty":"EC"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
		`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, skipped, err := ParseKeys(data)
		var set struct{ Keys []json.RawMessage }
		if err != nil || json.Unmarshal(data, &set) != nil {
			return
		}
		if len(keys)+len(skipped) < len(set.Keys) && !strings.Contains(string(data), "Keys") {
			t.Errorf("%q: %d used and %d skipped", data, len(keys), len(skipped))
		}
		for _, key := range keys {
			if key.Public == nil || !slices.Contains([]string{"RSA", "P-256", "P-384", "P-521", "Ed25519"}, key.family) {
				t.Errorf("%q: got %+v", data, key)
			}
		}
	})
}

// FuzzLogout checks that accepted claims of a logout token have a subject or session, and a
// jti.
func FuzzLogout(f *testing.F) {
	const events = `"events":{"http://schemas.openid.net/event/backchannel-logout":{}}`
	for _, seed := range []string{
		`{` + events + `,"sub":"a","jti":"j","iat":1,"exp":2}`, `{` + events + `,"sid":"s","jti":"j","nonce":null}`,
		`{"events":{},"sub":"a"}`, `{"events":[]}`, `{` + events + `,"iat":1e300,"exp":-1e300,"sub":"a","jti":"j"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		claims, err := parseObject(data)
		if err != nil {
			return
		}
		got, err := parseLogout(claims, numericDate(1))
		if err == nil && (got.Subject == "" && got.SessionID == "" || !validID(got.JTI)) {
			t.Errorf("%q: got %+v", data, got)
		}
	})
}

// FuzzParseHeader checks that an accepted header has an accepted algorithm.
func FuzzParseHeader(f *testing.F) {
	for _, seed := range []string{"e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.c2ln", "..", "a.b", "{}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		h, err := parseHeader(raw)
		if err == nil && algorithms[h.algorithm] == "" {
			t.Errorf("%q: got %+v", raw, h)
		}
		if err != nil && CauseOf(err) == "" {
			t.Errorf("%q: %v has no cause", raw, err)
		}
	})
}
