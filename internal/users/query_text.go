package users

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A typed is what somebody typed into the search of the directory.
type typed struct {
	terms   []term
	nobody  bool     // there is a word that no user can have
	exact   ID       // the one user_id among the words, empty if there is none
	name    string   // all words as the whole of a name, folded; empty if there are none
	kind    [][]Kind // of each filter, the values that it allows
	role    [][]Role
	status  [][]Status
	ranges  []timeRange
	tokens  [][]tokenView // of each filter, the tokens of which a user has some
	strange []string      // what is wrong, as sentences
}

// readTyped reads what was typed: words, and filters such as type:service. What
// stands between quotation marks is words in any case.
func readTyped(text string, now time.Time, zone *time.Location) typed {
	var t typed
	var words []word
	for _, word := range wordsOf(asTyped.Replace(text)) {
		if key, value, ok := filterOf(word.text); ok && !word.quoted {
			t.filter(key, value, now, zone)
			continue
		}
		words = append(words, word)
	}
	words = withoutPunctuation(words)
	for i := 0; i < len(words) && len(t.terms) <= maxTerms; i++ {
		t.word(words[i], len(words) == 1)
	}
	t.name = exactName(words)
	if len(t.terms) > maxTerms {
		t.terms = t.terms[:maxTerms]
		t.strange = append(t.strange, tooManyWords())
	}
	return t
}

// exactName returns what users are ordered by whose whole name are the words.
func exactName(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return User{Name: strings.Join(texts, " ")}.sortName()
}

// tooManyWords is the sentence about a search for more than maxTerms words.
func tooManyWords() string {
	return fmt.Sprintf("These are more words than can be searched for at once. Use %d or fewer.", maxTerms)
}

// asTyped writes the signs that phones and other keyboards put for plain ones.
var asTyped = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "：", ":")

// saysNothing reports whether nothing was typed.
func (t typed) saysNothing() bool {
	return len(t.terms)+len(t.ranges)+len(t.kind)+len(t.role)+len(t.status)+len(t.tokens) == 0
}

// A word is what stands between spaces, or between quotation marks.
type word struct {
	text   string
	quoted bool
}

// withoutPunctuation returns the words without those that are punctuation alone, unless
// there are no others.
func withoutPunctuation(words []word) []word {
	isPunctuation := func(w word) bool { return strings.TrimFunc(w.text, unicode.IsPunct) == "" }
	if rest := slices.DeleteFunc(slices.Clone(words), isPunctuation); len(rest) > 0 {
		return rest
	}
	return slices.DeleteFunc(words, func(w word) bool { return w.text == "" })
}

// wordsOf returns the words of a text, each without the quotation marks, brackets and
// such around it. A quotation mark that is not closed yet is where the text
// ends.
func wordsOf(text string) []word {
	var words []word
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] == '"' {
			inner, after, _ := strings.Cut(rest[1:], `"`)
			for _, w := range strings.Fields(inner) {
				words = append(words, word{unwrap(w), true})
			}
			rest = after
			continue
		}
		end := cmp.Or(max(strings.IndexFunc(rest, isSpace), 0), len(rest))
		if _, _, ok := filterOf(rest[:end]); ok {
			words = append(words, word{rest[:end], false})
		} else {
			end = cmp.Or(listedUntil(rest[:end]), end)
			words = append(words, word{unwrap(rest[:end]), false})
		}
		rest = rest[end:]
	}
	return words
}

func isSpace(r rune) bool { return len(strings.Fields(string(r))) == 0 }

// separators stand between the words and addresses of a list, without a space too. Some
// of them may be in an address.
const separators = ",;<>()[]{}|/，、；"

// listedUntil returns the length of the first of several words that separators set off
// from each other, with the separator behind it; 0 where text is one word or address.
func listedUntil(text string) int {
	for i, r := range text {
		if !strings.ContainsRune(separators, r) || i == 0 {
			continue
		}
		first, _, _ := strings.Cut(text[i:], " ")
		if id, err := ParseID(unwrap(text)); err == nil && id.isAddress() && len(first) > 1 {
			return 0
		}
		return i + utf8.RuneLen(r)
	}
	return 0
}

// unwrap takes off the punctuation around a word, and what stands before an address
// where it is copied from.
func unwrap(text string) string {
	if canonical(text).isAddress() { // which may begin with a brace, for one
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

// filterOf returns the name and the value of a filter, folded, and whether text is one:
// a word of plain letters before a colon. A name with a colon after it, as in "Okafor:
// Amara", is none.
func filterOf(text string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(fold(text), ":")
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return name, value, ok && plain && name != "mailto" && (value != "" || slices.Contains(filterNames, name))
}

// filterNames are the names of the filters there are.
var filterNames = []string{"type", "role", "status", "seen", "created", "tokens"}

// word adds a word to search for. One that is alone, or that is an address, may be
// somebody's user_id.
func (t *typed) word(w word, alone bool) {
	if id, err := ParseID(w.text); err == nil && (alone || id.isAddress()) {
		t.exact = id
	}
	words := []string{w.text}
	if folded := foldWords(w.text); len(folded) > 1 { // of one sign that stands for several words
		words = folded
	}
	for _, word := range words {
		one := termOf(word)
		if !slices.ContainsFunc(t.terms, func(other term) bool { return slices.Equal(other, one) }) {
			t.terms = append(t.terms, one)
		}
		t.nobody = t.nobody || len(one) == 0
	}
}

// filter adds what a filter says, or what is wrong with it. One that is not finished
// yet, such as "role:" or "created:>2026-0", says nothing.
func (t *typed) filter(key, value string, now time.Time, zone *time.Location) {
	ok, may := true, ""
	switch key {
	case "type":
		may = "person, service or system"
		ok = choose(&t.kind, strings.ReplaceAll(value, "people", "person"), kinds)
	case "role":
		may = "user, auditor, admin or owner"
		ok = choose(&t.role, value, Roles)
	case "status":
		may = "invited, active or deactivated"
		ok = choose(&t.status, value, statuses)
	case "seen":
		may = spanHint + ", or never"
		ok = unfinishedSpan(value) || strings.HasPrefix(string(SeenNever), value) && value != string(SeenNever) || t.span(Span(value), bySeen, now, zone)
	case "created":
		may = spanHint
		ok = unfinishedSpan(value) || t.span(Span(value), byCreated, now, zone)
	case "tokens":
		may = "ending, unused or known-left"
		ok = choose(&t.tokens, value, tokenViews)
	default:
		t.strange = append(t.strange, "There is no filter “"+shown(key)+":”. There are type:, role:, status:, seen:, created: and tokens:. "+
			"To search for the text itself, put it in quotation marks.")
	}
	if !ok {
		t.strange = append(t.strange, "“"+shown(key+":"+value)+"” is not understood. After "+key+": comes "+may+".")
	}
}

// shown returns the beginning of what was typed, to be repeated in a sentence.
func shown(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// choose adds a filter of one of the values between commas, which may be beginnings of
// those there are, and reports false if there is none such. An empty value narrows nothing.
func choose[T ~string](asked *[][]T, values string, there []T) bool {
	var allowed []T
	for value := range strings.SplitSeq(values, ",") {
		n := len(allowed)
		for _, one := range there {
			if value != "" && strings.HasPrefix(string(one), value) {
				allowed = append(allowed, one)
			}
		}
		if value != "" && len(allowed) == n {
			return false
		}
	}
	if len(allowed) > 0 {
		*asked = append(*asked, allowed)
	}
	return true
}

// span adds what a span says of a column.
func (t *typed) span(s Span, c column, now time.Time, zone *time.Location) bool {
	r, ok := s.rangeOf(c, now, zone)
	if c == bySeen && r.from.IsZero() && !r.before.IsZero() {
		t.ranges = append(t.ranges, notSeenSince(r.before)...)
	} else {
		t.ranges = append(t.ranges, r)
	}
	return ok
}

// unfinishedSpan reports whether more has to be typed to make text a [Span].
func unfinishedSpan(text string) bool { return spanBeginning.MatchString(text) }

// spanBeginning matches the beginnings of spans that are none themselves.
var spanBeginning = regexp.MustCompile(`^([<>]=?)?([0-9]{0,5}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]?)$` +
	`|^[0-9]{4}-[0-9]{2}-[0-9]{2}\.(\.([0-9]{0,4}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]?))?$`)

// kinds and statuses are all there are.
var (
	kinds    = []Kind{KindPerson, KindService, KindSystem}
	statuses = []Status{StatusInvited, StatusActive, StatusDeactivated}
)
