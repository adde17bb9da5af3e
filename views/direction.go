package views

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Isolate returns text, such as a name, for use within a sentence: between the characters
// U+2068 and U+2069, which keep its direction from that of the sentence, if any of it is
// written from right to left. Elements that hold such a text alone are bdi, or have
// dir="auto".
func Isolate(text string) string {
	if !strings.ContainsFunc(text, isRightToLeft) {
		return text
	}
	return "\u2068" + text + "\u2069"
}

func isRightToLeft(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
