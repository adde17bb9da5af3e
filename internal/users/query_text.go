package users

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/spelling"
)

// A typed is what somebody typed into the search of the directory.
type typed struct {
	terms   []spelling.Term
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
	var words []Word
	for _, word := range SplitWords(text) {
		if key, value, ok := ParseFilter(word.Text); ok && !word.Quoted {
			t.filter(key, value, now, zone)
			continue
		}
		words = append(words, word)
	}
	words = WithoutPunctuation(words)
	for i := 0; i < len(words) && len(t.terms) <= spelling.MaxTerms; i++ {
		t.word(words[i], len(words) == 1)
	}
	t.name = exactName(words)
	if len(t.terms) > spelling.MaxTerms {
		t.terms = t.terms[:spelling.MaxTerms]
		t.strange = append(t.strange, TooManyWords())
	}
	return t
}

// exactName returns what users are ordered by whose whole name are the words.
func exactName(words []Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return spelling.SortKey(strings.Join(texts, " "))
}

// saysNothing reports whether nothing was typed.
func (t typed) saysNothing() bool {
	return len(t.terms)+len(t.ranges)+len(t.kind)+len(t.role)+len(t.status)+len(t.tokens) == 0
}

// word adds a word to search for. One that is alone, or that is an address, may be
// somebody's user_id.
func (t *typed) word(w Word, alone bool) {
	if id, err := ParseID(w.Text); err == nil && (alone || id.isAddress()) {
		t.exact = id
	}
	words := []string{w.Text}
	if folded := spelling.Words(w.Text); len(folded) > 1 { // of one sign that stands for several words
		words = folded
	}
	for _, word := range words {
		one := spelling.TermOf(word)
		if !slices.ContainsFunc(t.terms, func(other spelling.Term) bool { return slices.Equal(other, one) }) {
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
		ok = choose(&t.kind, strings.ReplaceAll(value, "people", "person"), Kinds)
	case "role":
		may = "user, auditor, admin or owner"
		ok = choose(&t.role, value, Roles)
	case "status":
		may = "invited, active or deactivated"
		ok = choose(&t.status, value, Statuses)
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
		t.strange = append(t.strange, "There is no filter “"+Excerpt(key)+":”. There are type:, role:, status:, seen:, created: and tokens:. "+
			"To search for the text itself, put it in quotation marks.")
	}
	if !ok {
		t.strange = append(t.strange, "“"+Excerpt(key+":"+value)+"” is not understood. After "+key+": comes "+may+".")
	}
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
