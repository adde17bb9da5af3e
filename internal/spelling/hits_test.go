package spelling_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/spelling"
)

// marked returns text with its hits in brackets.
func marked(text, search string) string {
	var b strings.Builder
	from := 0
	for _, h := range spelling.Hits(text, search) {
		b.WriteString(text[from:h.From] + "[" + text[h.From:h.To] + "]")
		from = h.To
	}
	return b.String() + text[from:]
}

func TestHits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, search, want string }{
		"nothing typed":                {"Ana Ferreira", "", "Ana Ferreira"},
		"beginnings of words":          {"Ana Ferreira", "ana f", "[Ana F]erreira"},
		"words in another order":       {"Ana Ferreira", "ferr an", "[An]a [Ferr]eira"},
		"inside a word, and beginning": {"Susana Fuentes", "ana f", "Sus[ana F]uentes"},
		"beginning before inside":      {"Susana Ana", "ana", "Susana [Ana]"},
		"two letters inside a word":    {"Susana", "an", "Susana"},
		"accents":                      {"Łukasz Jónsson", "lukasz jonsson", "[Łukasz Jónsson]"},
		"marks of their own":           {"Jo\u0301nsson", "jon", "[Jo\u0301n]sson"},
		"a letter of two":              {"Groß", "gross", "[Groß]"},
		"hangul":                       {"김민준", "김민", "[김민]준"},
		"punctuation":                  {"Mary-Jane", "jane", "Mary-[Jane]"},
		"an address":                   {"ana.ferreira@example.com", "ferreira", "ana.[ferreira]@example.com"},
		"the same word twice":          {"Ana Ana", "ana ana", "[Ana] Ana"},
		"no hit":                       {"Ana", "bo", "Ana"},
		"broken text":                  {"A\xffna", "na", "A\xff[na]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := marked(test.text, test.search); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzHits(f *testing.F) {
	f.Add("Susana Fuentes", "ana f")
	f.Add("ǅ ﬃ ½", "d 1")
	f.Fuzz(func(t *testing.T, text, search string) {
		last := 0
		for _, h := range spelling.Hits(text, search) {
			if h.From < last || h.To <= h.From || h.To > len(text) {
				t.Fatalf("hit %v after %d in %d bytes", h, last, len(text))
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[h.From:h.To]) {
				t.Fatalf("hit %v divides a character", h)
			}
			last = h.To
		}
	})
}
