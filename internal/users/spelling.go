package users

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A user's search text is what a search looks in: every word of the name and the
// user_id, folded, each with [margin] before it. A term of three characters or
// more is looked for anywhere in it; a shorter one, with its part of the margin,
// at the beginning of a word. So every search is for three characters or more in
// a row, which is what the index knows.
//
// Beside the words stand their other spellings, and the first two characters of
// what begins inside of a word: "garcia" in an address, each sign of a script
// that is written without spaces.
const margin = "  "

// spelledOut writes letters with the pairs that people type for them where their
// keyboard lacks them.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// otherSpelling returns s folded with its umlauts written as pairs; empty where
// there are none.
func otherSpelling(s string) string {
	lower := strings.ToLower(norm.NFC.String(s))
	if out := spelledOut.Replace(lower); out != lower {
		return fold(out)
	}
	return ""
}

// searchText returns what a search for u looks in.
func (u User) searchText() string {
	words := foldWords(u.Name)
	for _, word := range strings.Fields(otherSpelling(u.Name)) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	words = append(words, string(u.ID))
	var short []string
	for _, word := range words {
		for _, start := range innerStarts(word) {
			if !slices.Contains(short, start) {
				short = append(short, start)
			}
		}
	}
	return margin + strings.Join(append(words, short...), margin)
}

// innerStarts returns the first two characters of each part of a word but the
// first: parts are set off by signs, or are single signs of a script without
// spaces.
func innerStarts(word string) []string {
	var starts []string
	before := ' '
	for i, r := range word {
		inside := i > 0 && letterOrDigit(r) && !letterOrDigit(before)
		if inside || i > 0 && unicode.In(r, unspaced...) {
			_, first := utf8.DecodeRuneInString(word[i:])
			_, second := utf8.DecodeRuneInString(word[i+first:])
			starts = append(starts, word[i:i+first+second])
		}
		before = r
	}
	return starts
}

// unspaced are the scripts that write words, and the parts of a name, without
// spaces between them.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul}

func letterOrDigit(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// A term is one word of a search, as the texts in one of which it must be: its
// spellings.
type term []string

// What one search costs is bounded: so many words, of so many characters each,
// which is more than any name has that people search for.
const (
	maxTerms = 16
	maxTerm  = 250
)

// termOf returns the term for a word that was typed, empty if the word is one that
// no search text can hold.
func termOf(word string) term {
	var t term
	for _, spelling := range []string{fold(word), otherSpelling(word)} {
		runes := []rune(spelling)
		if len(runes) == 0 || slices.ContainsFunc(runes, unicode.IsControl) {
			continue
		}
		runes = runes[:min(len(runes), maxTerm)]
		needle := strings.Repeat(" ", max(0, 3-len(runes))) + string(runes)
		if !slices.Contains(t, needle) {
			t = append(t, needle)
		}
	}
	return t
}

// escapeLike escapes what LIKE would take for a wildcard.
var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// condition returns that a column with a search text has the term.
func (t term) condition(f *filter, column string) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		spellings[i] = column + ` LIKE ` + f.arg("%"+escapeLike.Replace(needle)+"%") + ` ESCAPE '\'`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}
