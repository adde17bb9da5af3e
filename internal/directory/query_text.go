package directory

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// A parsed is the text of a search and the filters of a [Query], parsed.
type parsed struct {
	now  time.Time
	zone *time.Location

	terms       []spelling.Term
	unmatchable bool           // a word matches no user
	exactID     users.ID       // the user_id among the words, empty without one
	exactName   string         // all words as a folded name; empty without words
	addresses   []users.ID     // all words, if they are several addresses
	address     users.ID       // the only word, if it is an address without quotation marks
	kind        [][]users.Kind // the values that each filter allows
	role        [][]users.Role
	status      [][]users.Status
	named       []namedFilter
	ranges      []timeRange
	tokens      [][]tokenView
	mistakes    []string // as sentences
}

// parse parses the text of a search: words, and filters such as type:service. Text in quotation
// marks is words only.
func parse(text string, now time.Time, zone *time.Location) parsed {
	t := parsed{now: now, zone: zone}
	var words []users.Word
	for _, word := range users.SplitWords(text) {
		if key, value, ok := users.ParseFilter(word.Text); ok && !word.Quoted {
			t.typed(key, value)
			continue
		}
		words = append(words, word)
	}
	words = users.WithoutPunctuation(words)
	if t.addresses = users.AddressesIn(words); t.addresses != nil {
		return t
	}
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
	return len(t.terms)+len(t.addresses)+len(t.ranges)+len(t.kind)+len(t.role)+len(t.status)+len(t.named)+len(t.tokens) == 0
}

// word adds a word to search for. One that is alone, or an address, may be a user_id.
func (t *parsed) word(w users.Word, alone bool) {
	if id, err := users.ParseID(w.Text); err == nil && (alone || id.IsAddress()) {
		t.exactID = id
		if alone && id.IsAddress() && !w.Quoted {
			t.address = id
		}
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

// typed adds a filter that was typed, or the mistake in it. An unfinished one, such as "role:" or
// "created:>2026-0", adds nothing.
func (t *parsed) typed(name, values string) {
	rule := ruleOf(name)
	if rule == nil {
		t.mistakes = append(t.mistakes, "There is no filter “"+users.Excerpt(name)+":”. There are "+filterList()+". "+
			"To search for the text itself, put it in quotation marks.")
		return
	}
	if !rule.add(t, Values(values), true) {
		t.mistakes = append(t.mistakes, "“"+users.Excerpt(name+":"+values)+"” is not understood. After "+name+": comes "+rule.hint+".")
	}
}

// span adds the ranges of a span of a column, or returns false.
func (t *parsed) span(s Span, c column) bool {
	r, ok := s.rangeOf(c, t.now, t.zone)
	if c == bySeen && r.from.IsZero() && !r.before.IsZero() && !r.unseen {
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
