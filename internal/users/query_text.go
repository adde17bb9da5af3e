package users

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A typed is what somebody typed into the search of the directory.
type typed struct {
	terms   []term
	nobody  bool // there is a word that nobody can have
	exact   ID   // the one user_id among the words, empty if there is none
	kind    []Kind
	role    []Role
	status  []Status
	ranges  []timeRange
	strange []string // what is wrong, as sentences
}

// readTyped reads what was typed: words, and filters such as type:service. What
// stands between quotation marks is words in any case.
func readTyped(text string, now time.Time, zone *time.Location) typed {
	var t typed
	var words []word
	for _, word := range wordsOf(asTyped.Replace(text)) {
		if key, value, ok := strings.Cut(word.text, ":"); ok && !word.quoted && isFilterName(key) {
			t.filter(strings.ToLower(key), strings.ToLower(value), now, zone)
			continue
		}
		words = append(words, word)
	}
	for i := 0; i < len(words) && len(t.terms) <= maxTerms; i++ {
		t.word(words[i], len(words) == 1)
	}
	if len(t.terms) > maxTerms {
		t.terms = t.terms[:maxTerms]
		t.strange = append(t.strange, fmt.Sprintf("These are more words than can be searched for at once. Use %d or fewer.", maxTerms))
	}
	return t
}

// asTyped writes the signs that phones and other keyboards put for plain ones.
var asTyped = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "：", ":")

// saysNothing reports whether nothing was typed.
func (t typed) saysNothing() bool {
	return len(t.terms)+len(t.ranges)+len(t.kind)+len(t.role)+len(t.status) == 0
}

// A word is what stands between spaces, or between quotation marks.
type word struct {
	text   string
	quoted bool
}

// wordsOf returns the words of a text. A quotation mark that is not closed yet is
// where the text ends.
func wordsOf(text string) []word {
	var words []word
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] == '"' {
			inner, after, _ := strings.Cut(rest[1:], `"`)
			for _, w := range strings.Fields(inner) {
				words = append(words, word{w, true})
			}
			rest = after
			continue
		}
		end := cmp.Or(max(strings.IndexFunc(rest, isSpace), 0), len(rest))
		if comma := strings.IndexAny(rest[:end], ",;"); comma > 0 && strings.Contains(rest[:comma], "@") { // the next in a list of addresses
			end = comma + 1
		}
		words = append(words, word{unwrap(rest[:end]), false})
		rest = rest[end:]
	}
	return words
}

func isSpace(r rune) bool { return len(strings.Fields(string(r))) == 0 }

// unwrap takes off what surrounds an address where it is copied from.
func unwrap(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	text = strings.TrimRight(strings.Trim(text, `<>(),;"'`), ".:")
	if after, ok := strings.CutPrefix(strings.ToLower(text), "mailto:"); ok {
		return after
	}
	return text
}

// isFilterName reports whether what stands before a colon is meant as the name of
// a filter: it is a word of plain letters.
func isFilterName(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' })
}

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

// filter adds what a filter says, or what is wrong with it.
func (t *typed) filter(key, value string, now time.Time, zone *time.Location) {
	ok, may := true, ""
	switch key {
	case "type":
		may = "person, service or system"
		ok = choose(&t.kind, Kind(strings.ReplaceAll(value, "people", "person")), kinds)
	case "role":
		may = "user, auditor, admin or owner"
		ok = choose(&t.role, Role(value), Roles)
	case "status":
		may = "invited, active or deactivated"
		ok = choose(&t.status, Status(value), statuses)
	case "seen":
		may = spanHint + ", or never"
		ok = t.span(Span(value), bySeen, now, zone)
	case "created":
		may = spanHint
		ok = t.span(Span(value), byCreated, now, zone)
	default:
		t.strange = append(t.strange, "There is no filter “"+shown(key)+":”. There are type:, role:, status:, seen: and created:. "+
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

// choose adds a value to those asked for, if there is such a value.
func choose[T ~string](asked *[]T, value T, there []T) bool {
	*asked = append(*asked, value)
	return slices.Contains(there, value)
}

// span adds a range of times.
func (t *typed) span(s Span, c column, now time.Time, zone *time.Location) bool {
	r, ok := s.rangeOf(c, now, zone)
	t.ranges = append(t.ranges, r)
	return ok
}

// kinds and statuses are all there are.
var (
	kinds    = []Kind{KindPerson, KindService, KindSystem}
	statuses = []Status{StatusInvited, StatusActive, StatusDeactivated}
)
