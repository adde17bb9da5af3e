package spelling

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Term is one word of a search: its spellings, of which a [SearchText] has to contain one.
type Term []string

// Limits of a search, which bound its cost. No name has that many words.
const (
	MaxTerms = 16
	maxTerm  = 250 // characters of a term
)

// TermOf returns the term for a word of a search. It is empty if no search text can contain
// the word.
func TermOf(word string) Term {
	var t Term
	for _, spelling := range spellings(word) {
		runes := []rune(spelling)
		if len(runes) == 0 || slices.ContainsFunc(runes, unicode.IsControl) {
			continue
		}
		runes = runes[:min(len(runes), maxTerm)]
		t = appendNew(t, strings.Repeat(" ", max(0, 3-len(runes)))+string(runes))
	}
	return t
}

// IsTrigram reports whether t is a single trigram, which the index decides alone.
func (t Term) IsTrigram() bool { return len(t) == 1 && utf8.RuneCountInString(t[0]) == 3 }

// spellings returns the ways to write a word, folded. Some may be empty.
func spellings(word string) []string {
	folded := Fold(word)
	return append([]string{folded, withDigraphs(word)}, unpunctuated(folded)...)
}

// unpunctuated returns other spellings of a folded word with punctuation inside: without it,
// and as several words, "jeanpierre" and "jean pierre" for "jean-pierre". An address, or a
// part of one, has one spelling only: each costs as much as a search of its own.
func unpunctuated(word string) []string {
	parts := punctuated(word)
	if len(parts) < 2 || strings.ContainsAny(word, "@._/+") {
		return nil
	}
	all := []string{margin + strings.Join(parts, margin)}
	if plain := strings.Join(parts, ""); utf8.RuneCountInString(plain) >= 3 { // fewer would match the beginning of any word
		all = append(all, plain)
	}
	return all
}
