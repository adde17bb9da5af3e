package users

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/roboto-ai/console/internal/database"
)

// A user's search text is what a search looks in: every word of the name and the
// user_id, folded, each with [margin] before it. A term of three characters or
// more is looked for anywhere in it; a shorter one, with its part of the margin,
// at the beginning of a word. So every search is for three characters or more in
// a row, which is what the index knows.
//
// Beside the words stand their other spellings, and the first two characters of
// what begins inside of a word: "garcia" in an address, each character of a script
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
	for _, other := range slices.Concat(strings.Fields(otherSpelling(u.Name)), joinedWords(words), withoutSigns(words)) {
		if !slices.Contains(words, other) {
			words = append(words, other)
		}
	}
	words = append(words, fold(string(u.ID)))
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

// joinedWords returns the words that follow each other in a script without spaces as
// one: 鈴木 愛子 is also written 鈴木愛子.
func joinedWords(words []string) (joined []string) {
	run := []string{}
	for _, word := range append(slices.Clone(words), "") { // the empty one ends the last run
		if first, _ := utf8.DecodeRuneInString(word); word != "" && unicode.In(first, unspaced...) {
			run = append(run, word)
			continue
		}
		if len(run) > 1 {
			joined = append(joined, strings.Join(run, ""))
		}
		run = run[:0]
	}
	return joined
}

// withoutSigns returns those of the words that have signs inside, without these:
// "oshaughnessy" for "o'shaughnessy".
func withoutSigns(words []string) (plain []string) {
	for _, word := range words {
		if parts := signedParts(word); len(parts) > 1 {
			plain = append(plain, strings.Join(parts, ""))
		}
	}
	return plain
}

// signedParts returns the parts of a word that signs such as apostrophes and hyphens set
// off from each other.
func signedParts(word string) []string { return strings.FieldsFunc(word, unicode.IsPunct) }

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
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

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
	for _, spelling := range append([]string{fold(word), otherSpelling(word)}, partedSpellings(fold(word))...) {
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

// partedSpellings returns how else a folded word with signs inside is written: without
// them, and as several words, "jeanpierre" and "jean pierre" for "jean-pierre". An
// address, or a part of one, is written in one way: each spelling costs as much as a
// search of its own.
func partedSpellings(word string) []string {
	parts := signedParts(word)
	if len(parts) < 2 || strings.ContainsAny(word, "@._/+") {
		return nil
	}
	spellings := []string{margin + strings.Join(parts, margin)}
	if plain := strings.Join(parts, ""); utf8.RuneCountInString(plain) >= 3 { // fewer would be the beginning of any word
		spellings = append(spellings, plain)
	}
	return spellings
}

// escapeLike escapes what LIKE would take for a wildcard.
var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// condition returns that a column with a search text has the term.
func (t term) condition(f *database.Filter, column string) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		spellings[i] = column + ` LIKE ` + f.Arg("%"+escapeLike.Replace(needle)+"%") + ` ESCAPE '\'`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}
