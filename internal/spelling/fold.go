// Package spelling compares texts as people search for them: case folding across scripts,
// the text that a search looks in, the words of an index, and the normal form of stored
// text. It is pure: it knows no database and no user.
package spelling

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// asciiLetters replaces letters that Unicode does not decompose, such as ø, by the ASCII
// letters that people type for them.
var asciiLetters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŧ", "t", "ŋ", "n", "ɗ", "d")

// equalRunes maps runes to the one that people type for them: variants of a sign, letters
// whose form depends on the language's keyboard, and letters that an alphabet adds to a
// well-known one.
var equalRunes = byVariant(map[rune]string{
	'\'': "`´‘’‛ʼʻʹʾʿˈ′‵ꞌꞋ՚׳",
	'"':  "“”„‟″״",
	'-':  "‐‑‒–—―−⁃־゠",
	'ی':  "يىۍې", 'ک': "كڪ", 'ه': "ةۀہھە", 'ا': "ٱ",
	'e': "əɛ", 'o': "ɔɵ", 'u': "ʊʉ", 'a': "ɑ", 'b': "ɓ", 'g': "ɡɠ", 'k': "ƙĸ", 'y': "ƴ",
	'х': "ҳһ", 'к': "қҡ", 'н': "ңӈ", 'г': "ғґ", 'у': "үұ", 'о': "ө", 'ж': "җ", 'ч': "ҷ", 'и': "і", 'е': "є",
})

// byVariant inverts a map from a rune to its variants.
func byVariant(variants map[rune]string) map[rune]rune {
	plain := map[rune]rune{}
	for r, all := range variants {
		for _, variant := range all {
			plain[variant] = r
		}
	}
	return plain
}

// plainRune returns the representative of r and its equals: the ASCII digit for a digit of
// any script, Hiragana for Katakana. It returns -1 for a rune to drop.
func plainRune(r rune) rune {
	if plain, ok := equalRunes[r]; ok {
		return plain
	}
	switch {
	case 'ァ' <= r && r <= 'ヶ':
		return r - 'ァ' + 'ぁ'
	case r == 'ـ': // tatweel, which only stretches a word
		return -1
	case r >= utf8.RuneSelf && unicode.IsDigit(r):
		return digitOf(r)
	}
	return r
}

// digitOf returns the ASCII digit of a decimal digit of any script. Each script has its ten
// digits in a row, and a range of Unicode's table holds several such rows.
func digitOf(r rune) rune {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	return r
}

// ignorable are nonspacing marks, and format characters such as soft hyphens and joiners.
var ignorable = runes.In(rangetable.Merge(unicode.Mn, unicode.Cf))

// folders are transformers for [Fold]: making one costs more than using it.
var folders = sync.Pool{New: func() any {
	return transform.Chain(norm.NFKD, runes.Remove(ignorable), cases.Fold(), norm.NFKC)
}}

// Fold returns s as it is searched for and ordered by: without case, accents and runs of
// white space (Unicode full case folding over NFKD without its marks).
func Fold(s string) string {
	if IsASCII(s) { // the common case: no accents
		return strings.Join(strings.Fields(foldASCII(s)), " ")
	}
	words := strings.Fields(s)
	for i, word := range words {
		words[i] = foldWord(word)
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// Words returns the words of s, folded.
func Words(s string) []string { return strings.Fields(Fold(s)) }

// foldCache holds recently folded words by their hash: the same names come again and again.
var foldCache [4096]atomic.Pointer[foldedWord]

// A foldedWord is an entry of foldCache.
type foldedWord struct{ word, folded string }

// hashSeed is for the hashes of foldCache.
var hashSeed = maphash.MakeSeed()

// maxCached is the length of the longest word in foldCache, in bytes.
const maxCached = 64

// foldWord folds a text without white space. The result may have some: one character can
// fold to a space and more.
func foldWord(s string) string {
	if IsASCII(s) {
		return foldASCII(s)
	}
	if len(s) > maxCached {
		return foldUnicode(s)
	}
	entry := &foldCache[maphash.String(hashSeed, s)%uint64(len(foldCache))]
	if cached := entry.Load(); cached != nil && cached.word == s {
		return cached.folded
	}
	folded := foldUnicode(s)
	entry.Store(&foldedWord{strings.Clone(s), folded})
	return folded
}

// foldASCII folds an ASCII text, except for its white space.
func foldASCII(s string) string { return strings.ReplaceAll(strings.ToLower(s), "`", "'") }

// foldUnicode folds any text, except for its white space.
func foldUnicode(s string) string {
	folder := folders.Get().(transform.Transformer)
	defer folders.Put(folder)
	folded, _, err := transform.String(folder, strings.ReplaceAll(s, "´", "'")) // an accent, typed for an apostrophe
	if err != nil {                                                             // these transformers accept any text; should one not, the text itself still orders
		folded = s
	}
	return asciiLetters.Replace(strings.Map(plainRune, strings.ToLower(folded))) // case folding maps Cherokee to upper case
}

// IsASCII reports whether s has ASCII characters only.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// maxSortKey bounds [SortKey], in bytes, and with it the entries of an index and the length
// of a cursor. Names with the same first bytes need no order among each other.
const maxSortKey = 60

// SortKey returns the text that names are ordered by.
func SortKey(name string) string {
	key := Fold(name)
	return strings.ToValidUTF8(key[:min(len(key), maxSortKey)], "")
}
