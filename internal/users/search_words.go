package users

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/spelling"
)

// MaxText is how long a text to search for may be, in characters.
const MaxText = 200

// LongText is the message for a search text over [MaxText].
const LongText = "A search is at most 200 characters long. Use fewer words."

// Limits of a search for a list of addresses, such as the recipients of a mail.
const (
	MaxAddresses    = 100
	MaxAddressList  = 4_000 // bytes
	maxAddressBytes = 1_024 // more than the longest address, with what stands around it
)

// SearchText returns the text of a search, cut to what a search or a list of addresses may hold. Of
// a longer one a little more is left, so that it is refused as too long.
func SearchText(text string) string {
	most := MaxText
	if cut := text[:min(len(text), MaxAddressList+1)]; AddressesIn(withoutFilters(SplitWords(cut))) != nil {
		return strings.ToValidUTF8(cut, "")
	}
	for i := range text {
		if most--; most < -1 {
			return text[:i]
		}
	}
	return text
}

// withoutFilters returns the words that are no filters.
func withoutFilters(words []Word) []Word {
	return slices.DeleteFunc(words, func(w Word) bool {
		_, _, ok := ParseFilter(w.Text)
		return ok && !w.Quoted
	})
}

// AddressesIn returns the words, each once, if they are several addresses, and nil otherwise.
func AddressesIn(words []Word) (all []ID) {
	if len(words) < 2 {
		return nil
	}
	for _, w := range words {
		id, err := ParseID(w.Text)
		if err != nil || !id.IsAddress() || w.Quoted {
			return nil
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// TooManyWords returns the message for a search for more than [spelling.MaxTerms] words.
func TooManyWords() string {
	return fmt.Sprintf("These are more words than can be searched for at once. Use %d or fewer.", spelling.MaxTerms)
}

// asciiSigns replaces the quotation marks and colons of phones and other keyboards by ASCII.
var asciiSigns = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "：", ":")

// A Word is a word of a search: the text between spaces, or one inside quotation marks.
type Word struct {
	Text   string
	Quoted bool
}

// SplitWords splits the text of a search into words and filters, each word without the
// punctuation around it. An opening quotation mark without a closing one holds to the end.
func SplitWords(text string) []Word {
	var words []Word
	for rest := strings.TrimSpace(asciiSigns.Replace(text)); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] == '"' {
			inner, after, _ := strings.Cut(rest[1:], `"`)
			for _, w := range strings.Fields(inner) {
				words = append(words, Word{unwrap(w), true})
			}
			rest = after
			continue
		}
		end := cmp.Or(max(strings.IndexFunc(rest, unicode.IsSpace), 0), len(rest))
		if _, _, ok := ParseFilter(rest[:end]); ok {
			end = filterEnd(rest)
			words = append(words, Word{rest[:end], false})
		} else {
			end = cmp.Or(separatedEnd(rest[:end]), end)
			words = append(words, Word{unwrap(rest[:end]), false})
		}
		rest = rest[end:]
	}
	return words
}

// filterEnd returns the length of the filter that text begins with: up to a space outside of
// quotation marks.
func filterEnd(text string) int {
	quoted := false
	end := strings.IndexFunc(text, func(r rune) bool {
		quoted = quoted != (r == '"')
		return !quoted && unicode.IsSpace(r)
	})
	return cmp.Or(max(end, 0), len(text))
}

// WithoutPunctuation returns the words without those that are punctuation only, unless
// there are no others.
func WithoutPunctuation(words []Word) []Word {
	isPunctuation := func(w Word) bool { return strings.TrimFunc(w.Text, unicode.IsPunct) == "" }
	if rest := slices.DeleteFunc(slices.Clone(words), isPunctuation); len(rest) > 0 {
		return rest
	}
	return slices.DeleteFunc(words, func(w Word) bool { return w.Text == "" })
}

// separators separate the words and addresses of a list, also without a space. An address
// may contain some of them.
const separators = ",;<>()[]{}|/，、；"

// separatedEnd returns the length of the first of several words with separators between
// them, including the separator; 0 if text is a single word or address.
func separatedEnd(text string) int {
	for i, r := range text {
		if !strings.ContainsRune(separators, r) || i == 0 {
			continue
		}
		first, _, _ := strings.Cut(text[i:], " ")
		if len(text) <= maxAddressBytes && len(first) > 1 {
			if id, err := ParseID(unwrap(text)); err == nil && id.IsAddress() {
				return 0
			}
		}
		return i + utf8.RuneLen(r)
	}
	return 0
}

// unwrap returns text without the punctuation around it, and an address without "mailto:"
// and what follows it in a link.
func unwrap(text string) string {
	if Canonical(text).IsAddress() { // which may begin with a brace, for one
		return text
	}
	text = strings.TrimFunc(text, isWrapping)
	if after, ok := strings.CutPrefix(strings.ToLower(text), "mailto:"); ok {
		address, _, _ := strings.Cut(after, "?")
		return address
	}
	return text
}

// isWrapping reports whether r stands before or behind a word, rather than in it.
func isWrapping(r rune) bool {
	return unicode.In(r, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf, unicode.Pd) || strings.ContainsRune("\"'`.,;:!?<>、。，；！？", r)
}

// ParseFilter returns the folded name and value of a filter such as "role:admin", and
// whether text is one: a word of the letters a to z before a colon. Without a value only a
// name of [filterNames] makes a filter, so that "Okafor: Amara" has none. In "-role:admin" the
// name is "-role", which is no filter: without its hyphen it would select the opposite.
func ParseFilter(text string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(text, ":")
	if !ok || len(name) > maxFilterName {
		return "", "", false
	}
	name = spelling.Fold(name)
	bare := strings.TrimPrefix(name, "-")
	letters := bare != "" && !strings.ContainsFunc(bare, func(r rune) bool { return r < 'a' || r > 'z' })
	if !letters || bare == "mailto" || value == "" && !slices.Contains(filterNames, bare) {
		return "", "", false
	}
	return name, spelling.Fold(value), true
}

// maxFilterName is how long the name of a filter may be, in bytes; of others the text is not even
// folded.
const maxFilterName = 60

// filterNames are the names of the filters of a search.
var filterNames = []string{"type", "role", "status", "department", "label", "manager", "seen", "created", "tokens"}

// Excerpt returns the beginning of a text that was typed, to be repeated in a message.
func Excerpt(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
