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
			words = append(words, Word{rest[:end], false})
		} else {
			end = cmp.Or(separatedEnd(rest[:end]), end)
			words = append(words, Word{unwrap(rest[:end]), false})
		}
		rest = rest[end:]
	}
	return words
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
		if id, err := ParseID(unwrap(text)); err == nil && id.IsAddress() && len(first) > 1 {
			return 0
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
// name of [filterNames] makes a filter, so that "Okafor: Amara" has none.
func ParseFilter(text string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(spelling.Fold(text), ":")
	letters := name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return name, value, ok && letters && name != "mailto" && (value != "" || slices.Contains(filterNames, name))
}

// filterNames are the names of the filters of a search.
var filterNames = []string{"type", "role", "status", "seen", "created", "tokens"}

// Excerpt returns the beginning of a text that was typed, to be repeated in a message.
func Excerpt(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
