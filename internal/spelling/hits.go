package spelling

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A Hit is a part of a text, from one byte up to before another.
type Hit struct{ From, To int }

// Hits returns the parts of text in which the words of a search occur, in order and without
// overlap: of each word the first occurrence at the beginning of a word, otherwise, for words of
// three characters and more, the first anywhere. Hits with only a space between are joined.
func Hits(text, search string) []Hit {
	folded, at := foldedWithPlaces(text)
	var hits []Hit
	for _, word := range Words(search) {
		i := indexOfWord(folded, word)
		if i < 0 && utf8.RuneCountInString(word) >= 3 {
			i = strings.Index(folded, word)
		}
		if i >= 0 {
			hits = append(hits, Hit{at[i].From, at[i+len(word)-1].To})
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return a.From - b.From })
	return joined(text, hits)
}

// joined joins sorted hits that overlap, or have only a space between.
func joined(text string, hits []Hit) (all []Hit) {
	for _, h := range hits {
		last := len(all) - 1
		if last >= 0 && (h.From <= all[last].To || text[all[last].To:h.From] == " ") {
			all[last].To = max(all[last].To, h.To)
			continue
		}
		all = append(all, h)
	}
	return all
}

// foldedWithPlaces folds text character by character, with the character of text that each
// byte comes from.
func foldedWithPlaces(text string) (folded string, at []Hit) {
	var b strings.Builder
	for i, r := range text {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		part := Fold(text[i : i+size])
		if part == "" && strings.TrimSpace(text[i:i+size]) == "" {
			part = " "
		}
		for range len(part) {
			at = append(at, Hit{i, i + size})
		}
		b.WriteString(part)
	}
	return b.String(), at
}

// indexOfWord returns where a word of folded begins with word, or -1.
func indexOfWord(folded, word string) int {
	for from := 0; ; {
		i := strings.Index(folded[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		if before, _ := utf8.DecodeLastRuneInString(folded[:i]); i == 0 || !letterOrDigit(before) {
			return i
		}
		_, size := utf8.DecodeRuneInString(folded[i:])
		from = i + size
	}
}
