package users

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tidyText returns s as text is stored: trimmed, in NFC, without the characters that
// show as nothing (see [invisible]), which make two different names look the same.
func tidyText(s string) string {
	if isASCII(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	runes := []rune(norm.NFC.String(s))
	for i, r := range runes {
		if !invisible(runes, i) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(strings.TrimSpace(b.String()))
}

// Reveal returns s with each invisible, control or text-direction character written as
// its code point in brackets, like "⟨U+200B⟩", so that two values can be told apart.
func Reveal(s string) string {
	if isASCII(s) && !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if hidden(r) || invisible(runes, i) {
			b.WriteString("⟨" + codePoint(r) + "⟩")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func codePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }

// invisible reports whether the rune at i shows as nothing and changes nothing around it:
// a zero-width space, a soft hyphen, a joiner or variation selector between characters
// that have no other form. Direction marks are not among them; [hidden] has these.
func invisible(runes []rune, i int) bool {
	r := runes[i]
	switch {
	case r == zwnj || r == zwj:
		return !joins(r, before(runes, i), after(runes, i))
	case unicode.Is(unicode.Variation_Selector, r):
		return !varies(before(runes, i))
	case unicode.In(r, unicode.Bidi_Control, unicode.Prepended_Concatenation_Mark):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// The joiners: zero width non-joiner and zero width joiner.
const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// before and after return the rune beside the one at i, 0 at the ends. What stands
// before is looked for behind the selector or skin tone that belongs to it.
func before(runes []rune, i int) rune {
	for i--; i >= 0 && (unicode.Is(unicode.Variation_Selector, runes[i]) || unicode.In(runes[i], unicode.Sk, unicode.Mn)); i-- {
	}
	if i < 0 {
		return 0
	}
	return runes[i]
}

func after(runes []rune, i int) rune {
	if i+1 == len(runes) {
		return 0
	}
	return runes[i+1]
}

// joinedScripts have letters with several forms, which a joiner chooses between.
var joinedScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// joins reports whether a joiner between two runes changes how they show: letters of
// [joinedScripts], or pictures that make one together.
func joins(joiner, left, right rune) bool {
	if joiner == zwj && unicode.Is(unicode.So, left) && unicode.IsSymbol(right) {
		return true
	}
	return unicode.In(left, joinedScripts...) && unicode.In(right, joinedScripts...)
}

// varies reports whether a rune has variants that a selector chooses: pictures, signs and
// digits, ideographs, Mongolian letters.
func varies(r rune) bool {
	return unicode.IsSymbol(r) || unicode.In(r, unicode.Po, unicode.Nd, unicode.Han, unicode.Mongolian, unicode.Myanmar)
}

// maxMarks is how many accents and other marks may follow each other: no script needs
// more, and a heap of them paints over the lines around it.
const maxMarks = 4

// heaped reports whether s has more than [maxMarks] marks on one letter.
func heaped(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			n = 0
		} else if n++; n > maxMarks {
			return true
		}
	}
	return false
}
