package spelling

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// margin stands before each word of a search text, so that the beginning of a word of one
// or two characters is a trigram, too.
const margin = "  "

// digraphs replaces letters by the pairs that people type where their keyboard lacks them.
var digraphs = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe")

// withDigraphs returns s folded with its umlauts written as pairs; empty without umlauts.
func withDigraphs(s string) string {
	lower := strings.ToLower(norm.NFC.String(s))
	if out := digraphs.Replace(lower); out != lower {
		return Fold(out)
	}
	return ""
}

// SearchText returns the text that a search for a user looks in: the folded words of the
// name and the user_id, each behind [margin]. A [Term] of three characters or more matches
// anywhere in it; a shorter one, with a part of the margin, the beginning of a word. So every
// search is for at least one trigram, which is what the index holds.
//
// The words are followed by their other spellings, and by the first two characters of
// what begins inside a word: "garcia" in an address, each character of a script that is
// written without spaces.
func SearchText(name, id string) string {
	words := Words(name)
	for _, other := range slices.Concat(strings.Fields(withDigraphs(name)), joinedWords(words), withoutPunctuation(words)) {
		words = appendNew(words, other)
	}
	words = append(words, Fold(id))
	var starts []string
	for _, word := range words {
		for _, start := range innerStarts(word) {
			starts = appendNew(starts, start)
		}
	}
	return margin + strings.Join(append(words, starts...), margin)
}

// appendNew appends a word unless all has it already.
func appendNew(all []string, word string) []string {
	if slices.Contains(all, word) {
		return all
	}
	return append(all, word)
}

// joinedWords returns each run of consecutive words in scripts without spaces as one word:
// 鈴木 愛子 is also written 鈴木愛子.
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

// withoutPunctuation returns the words that have punctuation inside, without it:
// "oshaughnessy" for "o'shaughnessy".
func withoutPunctuation(words []string) (plain []string) {
	for _, word := range words {
		if parts := punctuated(word); len(parts) > 1 {
			plain = append(plain, strings.Join(parts, ""))
		}
	}
	return plain
}

// punctuated returns the parts of a word between apostrophes, hyphens and other punctuation.
func punctuated(word string) []string { return strings.FieldsFunc(word, unicode.IsPunct) }

// innerStarts returns the first two characters of each part of a word except the first.
// Punctuation separates parts; each character of a script without spaces is one.
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

// unspaced are the scripts that write words, and the parts of a name, without spaces.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func letterOrDigit(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
