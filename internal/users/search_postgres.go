package users

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// trgmSearch searches by an index of PostgreSQL's pg_trgm, over the texts with a sign of
// ours for the margin before a word: that index knows words by itself, and takes each part
// of an address for one, so that nearly everyone would begin with what the organisation's
// domain does. The texts are folded when they are written, so they need no unaccent.
type trgmSearch struct{}

// The sign is a letter of inscriptions, which no living script has.
const (
	mark       = "ꟷ"
	markedText = `translate(u.search_text, ' ', '` + mark + `')` // as the index has it
)

// learns implements [searcher].
func (trgmSearch) learns() bool { return true }

// counts implements [searcher]: the server looks at every text that it counts.
func (trgmSearch) counts() int { return maxSorted }

// found implements [searcher].
func (trgmSearch) found(f *database.Filter, terms []spelling.Term, _ *trigramStats) string {
	all := make([]string, len(terms))
	for i, t := range terms {
		marked := make(spelling.Term, len(t))
		for j, needle := range t {
			marked[j] = strings.ReplaceAll(needle, " ", mark)
		}
		all[i] = termCondition(f, marked, markedText)
	}
	return `SELECT u.number FROM users u WHERE ` + database.AllOf(all)
}

// alone implements [searcher]: unless the mark may be in a text of somebody's own.
func (trgmSearch) alone(terms []spelling.Term, _ *trigramStats) bool {
	for _, t := range terms {
		for _, needle := range t {
			if strings.ContainsAny(needle, " "+mark) {
				return false
			}
		}
	}
	return true
}

// listed implements [searcher].
func (trgmSearch) listed(text string) string {
	return `SELECT number, place FROM unnest(string_to_array(` + text + `, ',')::bigint[]) WITH ORDINALITY AS t (number, place)`
}

// newest implements [searcher]. So many are found that there is one soon.
func (trgmSearch) newest(f *database.Filter, terms []spelling.Term, _ *trigramStats) (w way, number string) {
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = termCondition(f, t, `u.search_text`)
	}
	return way{`users u`, all}, `u.number`
}
