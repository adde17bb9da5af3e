package directory

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// A parsed is the text of a search, parsed.
type parsed struct {
	terms       []spelling.Term
	unmatchable bool           // a word matches no user
	exactID     users.ID       // the user_id among the words, empty without one
	exactName   string         // all words as a folded name; empty without words
	kind        [][]users.Kind // the values that each filter allows
	role        [][]users.Role
	status      [][]users.Status
	ranges      []timeRange
	tokens      [][]tokenView
	mistakes    []string // as sentences
}

// parse parses the text of a search: words, and filters such as type:service. Text in quotation
// marks is words only.
func parse(text string, now time.Time, zone *time.Location) parsed {
	var t parsed
	var words []users.Word
	for _, word := range users.SplitWords(text) {
		if key, value, ok := users.ParseFilter(word.Text); ok && !word.Quoted {
			t.filter(key, value, now, zone)
			continue
		}
		words = append(words, word)
	}
	words = users.WithoutPunctuation(words)
	for i := 0; i < len(words) && len(t.terms) <= spelling.MaxTerms; i++ {
		t.word(words[i], len(words) == 1)
	}
	t.exactName = sortNameOf(words)
	if len(t.terms) > spelling.MaxTerms {
		t.terms = t.terms[:spelling.MaxTerms]
		t.mistakes = append(t.mistakes, users.TooManyWords())
	}
	return t
}

// sortNameOf returns the text that users named with the words are ordered by.
func sortNameOf(words []users.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return spelling.SortKey(strings.Join(texts, " "))
}

// saysNothing reports whether the text has neither words nor filters.
func (t parsed) saysNothing() bool {
	return len(t.terms)+len(t.ranges)+len(t.kind)+len(t.role)+len(t.status)+len(t.tokens) == 0
}

// word adds a word to search for. One that is alone, or an address, may be a user_id.
func (t *parsed) word(w users.Word, alone bool) {
	if id, err := users.ParseID(w.Text); err == nil && (alone || id.IsAddress()) {
		t.exactID = id
	}
	words := []string{w.Text}
	if folded := spelling.Words(w.Text); len(folded) > 1 { // one character can fold to several words
		words = folded
	}
	for _, word := range words {
		one := spelling.TermOf(word)
		if !slices.ContainsFunc(t.terms, func(other spelling.Term) bool { return slices.Equal(other, one) }) {
			t.terms = append(t.terms, one)
		}
		t.unmatchable = t.unmatchable || len(one) == 0
	}
}

// filter adds a filter, or the mistake in it. An unfinished one, such as "role:" or
// "created:>2026-0", adds nothing.
func (t *parsed) filter(key, value string, now time.Time, zone *time.Location) {
	ok, may := true, ""
	switch key {
	case "type":
		may = "person, service or system"
		ok = choose(&t.kind, strings.ReplaceAll(value, "people", "person"), users.Kinds)
	case "role":
		may = "user, auditor, admin or owner"
		ok = choose(&t.role, value, users.Roles)
	case "status":
		may = "invited, active or deactivated"
		ok = choose(&t.status, value, users.Statuses)
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
		t.mistakes = append(t.mistakes, "There is no filter “"+users.Excerpt(key)+":”. There are type:, role:, status:, seen:, created: and tokens:. "+
			"To search for the text itself, put it in quotation marks.")
	}
	if !ok {
		t.mistakes = append(t.mistakes, "“"+users.Excerpt(key+":"+value)+"” is not understood. After "+key+": comes "+may+".")
	}
}

// choose adds a filter that allows the values between commas, each of which may be the
// beginning of one of all. It reports false if a value is none. Empty values are ignored.
func choose[T ~string](filters *[][]T, values string, all []T) bool {
	var allowed []T
	for value := range strings.SplitSeq(values, ",") {
		n := len(allowed)
		for _, one := range all {
			if value != "" && strings.HasPrefix(string(one), value) {
				allowed = append(allowed, one)
			}
		}
		if value != "" && len(allowed) == n {
			return false
		}
	}
	if len(allowed) > 0 {
		*filters = append(*filters, allowed)
	}
	return true
}

// span adds the ranges of a span of a column.
func (t *parsed) span(s Span, c column, now time.Time, zone *time.Location) bool {
	r, ok := s.rangeOf(c, now, zone)
	if c == bySeen && r.from.IsZero() && !r.before.IsZero() {
		t.ranges = append(t.ranges, notSeenSince(r.before)...)
	} else {
		t.ranges = append(t.ranges, r)
	}
	return ok
}

// unfinishedSpan reports whether text is the beginning of a [Span].
func unfinishedSpan(text string) bool { return spanBeginning.MatchString(text) }

// spanBeginning matches beginnings of spans that are no spans themselves.
var spanBeginning = regexp.MustCompile(`^([<>]=?)?([0-9]{0,5}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]?)$` +
	`|^[0-9]{4}-[0-9]{2}-[0-9]{2}\.(\.([0-9]{0,4}|[0-9]{4}-[0-9]{0,2}|[0-9]{4}-[0-9]{2}-[0-9]?))?$`)
