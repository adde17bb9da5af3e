package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMembers compares the parsing of JSON objects with encoding/json, which allows repeated names.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1,"A":2}`, `{"a":null}`, `{"a":{"b":[1,2]}}`, ` {"a" : "x"} `, `{"a":1}{}`, `{"a":1,"a":2}`, `{"\u0061":1,"a":2}`, `{"a":1`, `{a:1}`, "\xff", `{"":"\ud800"}`, strings.Repeat("[", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := membersOf([]byte(text))
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal([]byte(text), &want)
		switch {
		case err == nil && wantErr != nil:
			t.Fatalf("%q: got no error, while %v", text, wantErr)
		case err == nil:
			if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
				t.Fatalf("%q: got %v, want %v", text, got, want)
			}
			o := &object{members: got}
			for name := range got { // each type reads or refuses it
				_, _, _, _, _ = o.text(name), o.flag(name), o.number(name), o.texts(name), o.flags(name)
			}
		case wantErr == nil && want != nil && utf8.ValidString(text) && !strings.Contains(err.Error(), "twice"):
			t.Fatalf("%q: got %v", text, err)
		}
	})
}

// TestNumber reads whole numbers, however they are written.
func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"30": 30, "30.0": 30, "3e1": 30, "-7": -7, "0": 0, "9007199254740992": 1 << 53} {
		o := &object{members: map[string]json.RawMessage{"n": json.RawMessage(text)}}
		if got := o.number("n"); got == nil || *got != want || o.err() != nil {
			t.Errorf("%s: got %v, %v", text, got, o.err())
		}
	}
	for _, text := range []string{"30.5", "1e300", "1e999", `"30"`, "true", "[30]", "-9223372036854775809"} {
		o := &object{members: map[string]json.RawMessage{"n": json.RawMessage(text)}}
		if got := o.number("n"); got != nil || len(o.bad.Fields) != 1 {
			t.Errorf("%s: got %v, %v", text, got, o.err())
		}
	}
}

// FuzzTool checks the characters and the length of the names of tools.
func FuzzTool(f *testing.F) {
	f.Add(`{"roboto_tool":"sdk","roboto_tool_version":"0.62.0"}`, "")
	f.Add("", "curl/8.5.0")
	f.Add(`{"roboto_tool":["x"]}`, "Mozilla/5.0 (X11; Linux)")
	f.Fuzz(func(t *testing.T, requester, agent string) {
		tool := toolOf(requester, agent)
		if len(tool) > maxTool || strings.ContainsFunc(tool, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("got %q", tool)
		}
	})
}

// TestTool names the tools of the platform, and others by their user agent.
func TestTool(t *testing.T) {
	t.Parallel()
	for want, said := range map[string][2]string{
		"roboto-sdk 0.62.0":  {`{"schema_version":"v1","platform":"Linux","roboto_tool":"sdk","roboto_tool_version":"0.62.0"}`, "Python-urllib/3.12"},
		"roboto-cli":         {`{"roboto_tool":"cli"}`, "x"},
		"curl 8.5.0":         {"", "curl/8.5.0"},
		"Python-urllib 3.12": {`{"roboto_tool":null}`, "Python-urllib/3.12"},
		"Mozilla 5.0":        {"{", "Mozilla/5.0 (X11; Linux x86_64)"},
		"":                   {"", ""},
		"evil":               {"", "ev\x1bil\u202e/\n"},
	} {
		if got := toolOf(said[0], said[1]); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}
