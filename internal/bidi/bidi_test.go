package bidi_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/bidi"
)

func TestIsolate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"Latin":            {"Ana Álvarez", "Ana Álvarez"},
		"Hebrew":           {"דנה", "\u2068דנה\u2069"},
		"Arabic":           {"ليلى", "\u2068ليلى\u2069"},
		"Latin and Arabic": {"Leila ليلى", "\u2068Leila ليلى\u2069"},
		"nothing":          {"", ""},
	} {
		if got := bidi.Isolate(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
