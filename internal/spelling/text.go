package spelling

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normalize returns s as text is stored: trimmed, in NFC, without invisible characters,
// which would make different names look the same.
func Normalize(s string) string {
	if IsASCII(s) {
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

// Reveal returns s with each invisible, control or text-direction character replaced by its
// code point in brackets, like "⟨U+200B⟩", so that two values that look alike differ.
func Reveal(s string) string {
	if IsASCII(s) && !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if Control(r) || invisible(runes, i) {
			b.WriteString("⟨" + CodePoint(r) + "⟩")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// CodePoint returns the code point of r, like "U+200B".
func CodePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }

// Control reports whether r is a control character, a line break or a text-direction mark,
// or stands for bytes that are no text.
func Control(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == unicode.ReplacementChar
}

// Visible reports whether r shows. Some letters do not, such as the Hangul fillers.
func Visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) && r != '\u2800' // the blank Braille pattern
}

// invisible reports whether the rune at i neither shows nor changes how its neighbours show:
// a zero-width space, a soft hyphen, a joiner or variation selector between characters that
// have one form only. Direction marks are not among them, see [Control].
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

// before returns the rune before the one at i, past variation selectors and skin tones that
// belong to it; 0 at the beginning.
func before(runes []rune, i int) rune {
	for i--; i >= 0 && (unicode.Is(unicode.Variation_Selector, runes[i]) || unicode.In(runes[i], unicode.Sk, unicode.Mn)); i-- {
	}
	if i < 0 {
		return 0
	}
	return runes[i]
}

// after returns the rune after the one at i; 0 at the end.
func after(runes []rune, i int) rune {
	if i+1 == len(runes) {
		return 0
	}
	return runes[i+1]
}

// joinedScripts have letters with several forms, of which a joiner selects one.
var joinedScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// joins reports whether a joiner between two runes changes how they show: letters of
// [joinedScripts], or emoji that it combines into one.
func joins(joiner, left, right rune) bool {
	if joiner == zwj && unicode.Is(unicode.So, left) && unicode.IsSymbol(right) {
		return true
	}
	return unicode.In(left, joinedScripts...) && unicode.In(right, joinedScripts...)
}

// varies reports whether a rune has variants that a selector selects: emoji, signs, digits,
// ideographs, Mongolian letters.
func varies(r rune) bool {
	return unicode.IsSymbol(r) || unicode.In(r, unicode.Po, unicode.Nd, unicode.Han, unicode.Mongolian, unicode.Myanmar)
}

// MaxMarks is how many accents and other marks may follow each other. No script needs more,
// and a stack of them covers the lines around it ("Zalgo text").
const MaxMarks = 4

// ExceedsMarks reports whether s has more than [MaxMarks] marks on one letter.
func ExceedsMarks(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			n = 0
		} else if n++; n > MaxMarks {
			return true
		}
	}
	return false
}
