// Package bidi keeps names of any script readable within a sentence of another
// (Unicode Standard Annex 9, the bidirectional algorithm).
package bidi

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Isolate returns text, such as a name, for use within a sentence: between FIRST STRONG
// ISOLATE (U+2068) and POP DIRECTIONAL ISOLATE (U+2069) if it has a right-to-left letter, so
// that it does not reorder the words around it. In HTML, an element that holds nothing else
// is a bdi, or has dir="auto".
func Isolate(text string) string {
	if !strings.ContainsFunc(text, isRightToLeft) {
		return text
	}
	return "\u2068" + text + "\u2069"
}

// firstRightToLeft is the beginning of the first block with right-to-left letters, Hebrew.
const firstRightToLeft = 0x0590

func isRightToLeft(r rune) bool {
	if r < firstRightToLeft { // looking one up takes a hundred times as long
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
