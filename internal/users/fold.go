package users

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// unaccented spells letters that Unicode does not decompose by the plain letters
// people type for them, and signs that have several forms by the plain one.
var unaccented = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h",
	"‘", "'", "’", "'", "‐", "-", "–", "-")

// fold returns s as it is searched for and ordered by: without case, accents and
// runs of white space (Unicode full case folding over NFKD without its marks).
func fold(s string) string {
	plain := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold(), norm.NFKC)
	folded, _, err := transform.String(plain, s)
	if err != nil { // these transformers accept any text; were one not to, the text itself still orders
		folded = s
	}
	lower := strings.ToLower(folded) // case folding swaps the cases of Cherokee
	return strings.Join(strings.Fields(unaccented.Replace(lower)), " ")
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
