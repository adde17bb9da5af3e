package spelling

import (
	"slices"
	"strings"
	"unicode"
)

// WordsVersion is raised when [IndexWords] returns other words for the same texts, so that
// the index of the audit log is rebuilt.
const WordsVersion = 1

// maxWord is how many characters of a word the index of the audit log holds, and how many of
// a run of a script without spaces a search looks for.
const maxWord = 60

// IndexWords returns the words by which a record of user_ids and texts is found, each once
// and folded, with their other spellings. Punctuation separates words. A run of characters of
// a script without spaces becomes its pairs and its last character.
func IndexWords(ids, texts []string) []string {
	var all []string
	add := func(run []rune, unspaced bool) {
		if !unspaced {
			all = appendNew(all, string(run[:min(len(run), maxWord)]))
			return
		}
		for i := range run {
			all = appendNew(all, string(run[i:min(i+2, len(run))]))
		}
	}
	for _, id := range ids {
		eachRun(Fold(id), add)
	}
	for _, text := range texts {
		words := Words(text)
		for _, word := range slices.Concat(words, Words(withDigraphs(text)), joinedWords(words), withoutPunctuation(words)) {
			eachRun(word, add)
		}
	}
	return all
}

// eachRun calls do with each run of letters and digits of a folded text, and whether it is
// in scripts without spaces.
func eachRun(folded string, do func(run []rune, unspaced bool)) {
	var run []rune
	was := false
	flush := func() {
		if len(run) > 0 {
			do(run, was)
		}
		run = run[:0]
	}
	for _, r := range folded {
		if !letterOrDigit(r) {
			flush()
			continue
		}
		if is := unicode.In(r, unspaced...); is != was {
			flush()
			was = is
		}
		run = append(run, r)
	}
	flush()
}

// A Word is one word of a search in an index of [IndexWords]: its spellings, of which a
// record has to match one.
type Word []Spelling

// A Spelling is a sequence of parts; a record matches if it has all of them.
type Spelling []part

// A part is a word of the index, or the beginning of one.
type part struct {
	Text  string
	Whole bool
}

// WordOf returns a word of a search as it is looked up in the index. It is empty if the word
// has no letter and no digit, so that no record matches.
func WordOf(typed string) (word Word) {
	for _, folded := range spellings(typed) {
		s := partsOf(folded)
		if len(s) > 0 && !slices.ContainsFunc(word, func(other Spelling) bool { return slices.Equal(other, s) }) {
			word = append(word, s)
		}
	}
	return word
}

// Equal reports whether both words have the same spellings.
func (w Word) Equal(other Word) bool { return slices.EqualFunc(w, other, slices.Equal) }

// partsOf returns the parts of a folded word. A single letter or digit is looked up as a
// whole word: too many words begin with it.
func partsOf(folded string) (s Spelling) {
	eachRun(folded, func(run []rune, unspaced bool) {
		run = run[:min(len(run), maxWord)]
		switch {
		case !unspaced:
			s = append(s, part{string(run), len(run) == 1})
		case len(run) == 1:
			s = append(s, part{string(run), false})
		}
		for i := 0; unspaced && i+1 < len(run); i++ {
			s = append(s, part{string(run[i : i+2]), false})
		}
	})
	return s
}

// Match reports whether a record with the given [IndexWords] matches every word of a search.
func Match(search []Word, words []string) bool {
	return !slices.ContainsFunc(search, func(word Word) bool {
		return !slices.ContainsFunc(word, func(s Spelling) bool {
			return !slices.ContainsFunc(s, func(p part) bool { return !p.in(words) })
		})
	})
}

// in reports whether p is among words.
func (p part) in(words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return word == p.Text || !p.Whole && strings.HasPrefix(word, p.Text)
	})
}
