package users

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// eventWordsVersion is raised when other words come of the same events, so that the index
// of the audit log is built anew.
const eventWordsVersion = 1

// maxEventWord is how many characters of a word the index of the audit log has, and how many
// are looked for in a run of a script without spaces.
const maxEventWord = 60

// words returns the words by which e is found: those of the names, user_ids and reason, each
// once and folded, with their other spellings. Signs are between words. A run of characters
// of a script without spaces becomes its pairs, and its last character.
func (e Event) words() []string {
	var all []string
	add := func(run []rune, unspaced bool) {
		if !unspaced {
			all = appendNew(all, string(run[:min(len(run), maxEventWord)]))
			return
		}
		for i := range run {
			all = appendNew(all, string(run[i:min(i+2, len(run))]))
		}
	}
	for _, id := range []ID{e.Actor.ID, e.Target.ID} {
		eachRun(fold(string(id)), add)
	}
	for _, text := range []string{e.Actor.Name, e.Target.Name, e.Reason} {
		words := foldWords(text)
		for _, word := range slices.Concat(words, foldWords(otherSpelling(text)), joinedWords(words), withoutSigns(words)) {
			eachRun(word, add)
		}
	}
	return all
}

// appendNew appends a word unless it is among all already.
func appendNew(all []string, word string) []string {
	if slices.Contains(all, word) {
		return all
	}
	return append(all, word)
}

// eachRun calls do with each run of letters and digits of a folded text, and whether it is
// of scripts without spaces.
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

// A soughtWord is a word that was typed: its spellings, one of which is in each event that
// is found.
type soughtWord []spelling

// A spelling is what has to be among the words of an event, all of it.
type spelling []soughtPart

// A soughtPart is the beginning of a word, or a whole one.
type soughtPart struct {
	text  string
	whole bool
}

// soughtWords returns the words of a text that is searched for in the audit log, read as those
// of the directory's search are, and false
// if one of them has no letter and no digit, so that no event has it. It returns an
// [*InvalidError] on more than can be searched for.
func soughtWords(text string) (words []soughtWord, findable bool, err error) {
	if utf8.RuneCountInString(text) > MaxText {
		return nil, false, invalid("q", "%s", longText)
	}
	for _, one := range withoutPunctuation(wordsOf(asTyped.Replace(text))) {
		var word soughtWord
		plain := fold(one.text)
		for _, folded := range append([]string{plain, otherSpelling(one.text)}, partedSpellings(plain)...) {
			if s := spellingOf(folded); len(s) > 0 && !slices.ContainsFunc(word, func(other spelling) bool { return slices.Equal(other, s) }) {
				word = append(word, s)
			}
		}
		if len(word) == 0 {
			return nil, false, nil
		}
		if !slices.ContainsFunc(words, func(other soughtWord) bool { return slices.EqualFunc(word, other, slices.Equal) }) {
			words = append(words, word)
		}
	}
	if len(words) > maxTerms {
		return nil, false, invalid("q", "%s", tooManyWords())
	}
	return words, true, nil
}

// spellingOf returns what a folded word looks for. One letter or digit is looked for as a
// whole word: too many begin with it.
func spellingOf(folded string) (s spelling) {
	eachRun(folded, func(run []rune, unspaced bool) {
		run = run[:min(len(run), maxEventWord)]
		switch {
		case !unspaced:
			s = append(s, soughtPart{string(run), len(run) == 1})
		case len(run) == 1:
			s = append(s, soughtPart{string(run), false})
		}
		for i := 0; unspaced && i+1 < len(run); i++ {
			s = append(s, soughtPart{string(run[i : i+2]), false})
		}
	})
	return s
}

// areIn reports whether an event of the given words is found by all of those sought.
func areIn(sought []soughtWord, words []string) bool {
	return !slices.ContainsFunc(sought, func(word soughtWord) bool {
		return !slices.ContainsFunc(word, func(s spelling) bool {
			return !slices.ContainsFunc(s, func(p soughtPart) bool { return !p.in(words) })
		})
	})
}

// in reports whether p is among words.
func (p soughtPart) in(words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		return word == p.text || !p.whole && strings.HasPrefix(word, p.text)
	})
}
