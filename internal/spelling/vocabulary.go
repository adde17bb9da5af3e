package spelling

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// minClose and maxClose are the lengths of words that have close words, in characters: to a
	// word of two letters every other one is close.
	minClose = 3
	maxClose = 40

	// maxVocabulary bounds a [Vocabulary] to about 10 MB.
	maxVocabulary = 400_000
)

// MaxDistance is the greatest [Distance] of close words.
const MaxDistance = 2

// closeWithin returns how far a word of n characters may be from a close one: 1 for up to five
// characters, 2 for more.
func closeWithin(n int) int {
	if n < 6 {
		return 1
	}
	return MaxDistance
}

// Distance returns the Damerau–Levenshtein distance of two words (optimal string alignment): how
// many characters are inserted, deleted, replaced or swapped with the next one. It returns limit+1
// for all distances above limit.
func Distance(a, b string, limit int) int {
	var bufferA, bufferB [maxClose]rune
	return distance(appendRunes(bufferA[:0], a), appendRunes(bufferB[:0], b), limit)
}

// appendRunes appends the characters of s.
func appendRunes(to []rune, s string) []rune {
	for _, r := range s {
		to = append(to, r)
	}
	return to
}

// distance is [Distance] of words of at most maxClose characters, or in longer buffers.
func distance(a, b []rune, limit int) int {
	if len(a) > maxClose || len(b) > maxClose || max(len(a)-len(b), len(b)-len(a)) > limit {
		return limit + 1
	}
	var rows [3][maxClose + 1]uint8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = uint8(i)
		least := row[0]
		for j := 1; j <= len(b); j++ {
			n := last[j-1]
			if a[i-1] != b[j-1] {
				n = min(n, last[j], row[j-1]) + 1
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				n = min(n, before[j-2]+1)
			}
			row[j], least = n, min(least, n)
		}
		if int(least) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(int(last[len(b)]), limit+1)
}

// A Vocabulary is a set of words, compact in memory, whose close words are found by reading all
// words of about the same length. Its zero value is empty. It is not safe for concurrent changes.
type Vocabulary struct {
	known    map[uint64]struct{} // hashes of the words
	byLength [maxClose + 1]wordList
}

// A wordList is a list of words.
type wordList struct {
	text    []byte   // one after the other
	ends    []uint32 // where each ends in text
	letters []uint32 // of each: bit r%32 is set if it has the character r
}

// Len returns the number of words.
func (v *Vocabulary) Len() int { return len(v.known) }

// AddName adds the words of a folded name, and the parts of those with punctuation. It leaves out
// addresses and words without close words, and all further ones where the vocabulary is full.
func (v *Vocabulary) AddName(folded string) {
	for word := range strings.FieldsSeq(folded) {
		parts := punctuated(word)
		if strings.Contains(word, "@") || len(parts) == 0 {
			continue
		}
		v.add(strings.Join(parts, ""))
		for _, part := range parts {
			v.add(part)
		}
	}
}

// add adds a word.
func (v *Vocabulary) add(word string) {
	n := utf8.RuneCountInString(word)
	if n < minClose || n > maxClose || len(v.known) >= maxVocabulary {
		return
	}
	hash := maphash.String(hashSeed, word)
	if _, known := v.known[hash]; known {
		return
	}
	if v.known == nil {
		v.known = map[uint64]struct{}{}
	}
	v.known[hash] = struct{}{}
	list := &v.byLength[n]
	list.text = append(list.text, word...)
	list.ends = append(list.ends, uint32(len(list.text)))
	list.letters = append(list.letters, lettersOf(word))
}

// lettersOf returns the characters of a word as bits. Words at a distance of n differ in at most
// 2n of them.
func lettersOf(word string) (letters uint32) {
	for _, r := range word {
		letters |= 1 << (uint32(r) % 32)
	}
	return letters
}

// A CloseWord is a word close to another.
type CloseWord struct {
	Word     string
	Distance int // from 0
}

// Close returns the words of v that are close to a folded word, the closest first, of these the
// ones with the longest common beginning: typos are rare there. A word of up to five characters is
// close at a [Distance] of 1, a longer one at 2.
func (v *Vocabulary) Close(word string) (found []CloseWord) {
	n := utf8.RuneCountInString(word)
	if n < minClose || n > maxClose {
		return nil
	}
	var buffer [maxClose]rune
	runes, letters, limit := appendRunes(buffer[:0], word), lettersOf(word), closeWithin(n)
	for length := max(n-limit, minClose); length <= min(n+limit, maxClose); length++ {
		found = v.byLength[length].appendClose(found, runes, letters, limit)
	}
	slices.SortFunc(found, func(a, b CloseWord) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(commonBeginning(b.Word, word), commonBeginning(a.Word, word)), cmp.Compare(a.Word, b.Word))
	})
	return found
}

// appendClose appends the words of l within a distance of word.
func (l *wordList) appendClose(to []CloseWord, word []rune, letters uint32, limit int) []CloseWord {
	var buffer [maxClose]rune
	for i, other := range l.letters {
		if bits.OnesCount32(letters^other) > 2*limit {
			continue
		}
		begin := uint32(0)
		if i > 0 {
			begin = l.ends[i-1]
		}
		text := l.text[begin:l.ends[i]]
		candidate := buffer[:0]
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			candidate, text = append(candidate, r), text[size:]
		}
		if d := distance(word, candidate, limit); d <= limit {
			to = append(to, CloseWord{string(candidate), d})
		}
	}
	return to
}

// commonBeginning returns how many bytes two words have in common at their beginning.
func commonBeginning(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
