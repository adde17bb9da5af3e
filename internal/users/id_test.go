package users_test

import (
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// longest is a user_id of as many characters as there may be.
var longest = strings.Repeat("a", 254)

// parsedIDs are what people may type for a user_id, and the canonical form of it;
// an empty one where it is refused.
var parsedIDs = map[string]struct{ in, want string }{
	"e-mail address":              {"ana@example.com", "ana@example.com"},
	"upper case":                  {"Ana.Maria@EXAMPLE.com", "ana.maria@example.com"},
	"white space around":          {"\t ana@example.com\u00a0\n", "ana@example.com"},
	"address with a tag":          {"ana+console@example.com", "ana+console@example.com"},
	"address with an apostrophe":  {"o'neil@example.com", "o'neil@example.com"},
	"address with a slash":        {"a/b@example.com", "a/b@example.com"},
	"address that begins with _":  {"_ana@example.com", "_ana@example.com"},
	"identifier":                  {"ingest-robot_1.eu", "ingest-robot_1.eu"},
	"shortest":                    {"abc", "abc"},
	"longest":                     {longest, longest},
	"nothing":                     {"", ""},
	"white space":                 {" \u2003 ", ""},
	"too short":                   {"ab", ""},
	"too long":                    {longest + "a", ""},
	"reserved":                    {"new", ""},
	"reserved in upper case":      {"EDIT", ""},
	"begins with a dash":          {"-robot", ""},
	"a space inside":              {"in gest", ""},
	"two dots in an address":      {"ana..maria'@example.com", ""},
	"slash without a host":        {"a/b/c", ""},
	"only dots":                   {"...", ""},
	"path upwards":                {"../users", ""},
	"quoted local part":           {`"ana"@example.com`, ""},
	"display name":                {"Ana <ana@example.com>", ""},
	"two addresses":               {"ana@example.com,bob@example.com", ""},
	"address with a zero byte":    {"ana@example.com\x00", ""},
	"header injected":             {"ana@example.com\r\nBcc: bob", ""},
	"not UTF-8":                   {"ana\xff@example.com", ""},
	"Kelvin sign for a k":         {"\u212aevin@example.com", ""},
	"long s for an s":             {"\u017fam@example.com", ""},
	"dotted capital I":            {"\u0130da@example.com", ""},
	"Cyrillic a":                  {"\u0430na@example.com", ""},
	"Greek omicron":               {"b\u03bfb@example.com", ""},
	"full-width letters":          {"\uff41na@example.com", ""},
	"accent":                      {"aná@example.com", ""},
	"accent of its own":           {"ana\u0301@example.com", ""},
	"zero-width space inside":     {"an\u200ba@example.com", ""},
	"right-to-left override":      {"ana\u202e@example.com", ""},
	"full-width at sign":          {"ana\uff20example.com", ""},
	"international domain":        {"ana@bücher.example", ""},
	"international domain, ASCII": {"ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"},
}

// TestParseID checks that characters that look like ASCII are refused, and never folded into the
// user_id of another user.
func TestParseID(t *testing.T) {
	t.Parallel()
	for name, test := range parsedIDs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := users.ParseID(test.in)
			if string(got) != test.want {
				t.Errorf("ParseID(%q): got %q, want %q", test.in, got, test.want)
			}
			if fields := userstest.Mistakes(err); test.want == "" && (len(fields) != 1 || fields[0] != "user_id") {
				t.Errorf("ParseID(%q): got error %v, want one on user_id", test.in, err)
			}
		})
	}
}

// FuzzParseID looks for a user_id that is not canonical.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"ana@example.com", " A\u212aB ", "new", "a..b@c", "\u0130", "a/b@c.d", "x\x00y", strings.Repeat("a@", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := users.ParseID(s)
		if (err == nil) == (id == "") {
			t.Fatalf("ParseID(%q): got %q with error %v", s, id, err)
		}
		if err != nil {
			return
		}
		if again, err := users.ParseID(string(id)); err != nil || again != id {
			t.Errorf("ParseID(%q): got %q, %v; want a canonical form to stay", id, again, err)
		}
		if !strings.EqualFold(string(id), strings.TrimSpace(s)) || len(id) < 3 || len(id) > 254 {
			t.Errorf("ParseID(%q): got %q", s, id)
		}
		for _, c := range []byte(id) {
			if c <= ' ' || c >= 0x7f || 'A' <= c && c <= 'Z' {
				t.Errorf("ParseID(%q): got %q with %q in it", s, id, c)
			}
		}
	})
}
