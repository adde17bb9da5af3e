package users

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

// unaccented spells letters that Unicode does not decompose by the plain letters
// people type for them.
var unaccented = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŧ", "t", "ŋ", "n", "ɗ", "d")

// equalRunes are runes that people type for each other: variants of a sign, a letter of
// one language that the keyboard of another has in another form, and letters that their
// alphabet adds to a well-known one.
var equalRunes = equalTo(map[rune]string{
	'\'': "`´‘’‛ʼʻʹʾʿˈ′‵ꞌꞋ՚׳",
	'"':  "“”„‟″״",
	'-':  "‐‑‒–—―−⁃־゠",
	'ی':  "يىۍې", 'ک': "كڪ", 'ه': "ةۀہھە", 'ا': "ٱ",
	'e': "əɛ", 'o': "ɔɵ", 'u': "ʊʉ", 'a': "ɑ", 'b': "ɓ", 'g': "ɡɠ", 'k': "ƙĸ", 'y': "ƴ",
	'х': "ҳһ", 'к': "қҡ", 'н': "ңӈ", 'г': "ғґ", 'у': "үұ", 'о': "ө", 'ж': "җ", 'ч': "ҷ", 'и': "і", 'е': "є",
})

// equalTo returns the map of each rune to the one it is equal to.
func equalTo(variants map[rune]string) map[rune]rune {
	equal := map[rune]rune{}
	for plain, all := range variants {
		for _, r := range all {
			equal[r] = plain
		}
	}
	return equal
}

// plainRune returns the rune that stands for r and its equals: of the digits of all
// scripts the ASCII one, of Katakana the Hiragana.
func plainRune(r rune) rune {
	if plain, ok := equalRunes[r]; ok {
		return plain
	}
	switch {
	case 'ァ' <= r && r <= 'ヶ':
		return r - 'ァ' + 'ぁ'
	case r == 'ـ': // the Arabic letter that only makes a word longer
		return -1
	case r >= utf8.RuneSelf && unicode.IsDigit(r):
		return digitOf(r)
	}
	return r
}

// digitOf returns the ASCII digit of a decimal digit of any script. Each script has its
// ten in a row, and a table of Unicode holds rows that may follow each other.
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

// unseen are the marks on letters, and signs that only say how a text is set, such as
// soft hyphens and joiners.
var unseen = runes.In(rangetable.Merge(unicode.Mn, unicode.Cf))

// plainers are transformers for fold: to make one costs more than to use it.
var plainers = sync.Pool{New: func() any {
	return transform.Chain(norm.NFKD, runes.Remove(unseen), cases.Fold(), norm.NFKC)
}}

// fold returns s as it is searched for and ordered by: without case, accents and
// runs of white space (Unicode full case folding over NFKD without its marks).
func fold(s string) string {
	if isASCII(s) { // most is, and none of it has accents
		return strings.Join(strings.Fields(foldASCII(s)), " ")
	}
	words := strings.Fields(s)
	for i, word := range words {
		words[i] = foldWord(word)
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// foldedLately holds words that were folded lately: the same names come again and again.
var foldedLately [4096]atomic.Pointer[foldedWord]

// A foldedWord is a word and what it is folded to.
type foldedWord struct{ word, plain string }

// wordSeed is for the places of words in foldedLately.
var wordSeed = maphash.MakeSeed()

// foldWord folds what has no white space in it, though some characters fold to a
// space and more.
func foldWord(s string) string {
	const most = 64 // bytes of a word that is held
	if isASCII(s) {
		return foldASCII(s)
	}
	if len(s) > most {
		return foldAny(s)
	}
	place := &foldedLately[maphash.String(wordSeed, s)%uint64(len(foldedLately))]
	if held := place.Load(); held != nil && held.word == s {
		return held.plain
	}
	plain := foldAny(s)
	place.Store(&foldedWord{strings.Clone(s), plain})
	return plain
}

// foldASCII folds a text that is ASCII alone.
func foldASCII(s string) string { return strings.ReplaceAll(strings.ToLower(s), "`", "'") }

// foldAny folds any text, but for runs of white space.
func foldAny(s string) string {
	plain := plainers.Get().(transform.Transformer)
	defer plainers.Put(plain)
	folded, _, err := transform.String(plain, strings.ReplaceAll(s, "´", "'")) // an accent, typed for an apostrophe
	if err != nil {                                                            // these transformers accept any text; were one not to, the text itself still orders
		folded = s
	}
	return unaccented.Replace(strings.Map(plainRune, strings.ToLower(folded))) // case folding swaps the cases of Cherokee
}

// isASCII reports whether s is ASCII alone.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldWords returns the words of a search, folded.
func foldWords(s string) []string { return strings.Fields(fold(s)) }

// maxSortName bounds what users are ordered by, in bytes, and with it the length
// of a cursor and of an index: names that are the same for so long need no order.
const maxSortName = 60

// sortName returns what u is ordered by: the folded name, or the user_id without
// one.
func (u User) sortName() string {
	name := fold(u.Label())
	return strings.ToValidUTF8(name[:min(len(name), maxSortName)], "")
}
