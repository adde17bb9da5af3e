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
		`{"sub":"a","Sub":"b","SUB":"c"}`: true, // three names
		` {"a":{"b":1,"b":2}} `:           true, // only the names at the top are ours
		`{"sub":"a","sub":"b"}`:           false,
		`{"sub":"a","\u0073ub":"b"}`:      false, // the same name, written otherwise
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

// FuzzParseObject compares with encoding/json, which accepts all that parseObject does,
// finds as many names where none occurs twice, and the same value for each.
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

// FuzzParseKeys: whatever a set holds, each of its keys is used or skipped, and what is
// used can check a signature.
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

// FuzzLogout has whatever stand in the claims of a logout token: what is taken for one
// names a person or a session, and this token alone.
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
		got, err := parseLogout(claims, instant(1))
		if err == nil && (got.Subject == "" && got.SessionID == "" || !soundID(got.JTI)) {
			t.Errorf("%q: got %+v", data, got)
		}
	})
}

// FuzzParseHeader: a header that is accepted names one of our algorithms.
func FuzzParseHeader(f *testing.F) {
	for _, seed := range []string{"e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.c2ln", "..", "a.b", "{}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		h, err := parseHeader(raw)
		if err == nil && !slices.Contains(Algorithms(), h.algorithm) {
			t.Errorf("%q: got %+v", raw, h)
		}
		if err != nil && CauseOf(err) == "" {
			t.Errorf("%q: %v has no cause", raw, err)
		}
	})
}
