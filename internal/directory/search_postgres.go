package directory

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// trgmSearch searches by an index of PostgreSQL's pg_trgm over the search texts with each
// space replaced by [mark]. Over the texts as they are, the index would split them into words
// itself, at each sign of an address, and nearly every user would have a word that begins
// like the organisation's domain. The texts are folded when written: no unaccent is needed.
type trgmSearch struct{}

const (
	mark       = "ꟷ"                                             // a letter of inscriptions, which no living script has
	markedText = `translate(u.search_text, ' ', '` + mark + `')` // the indexed expression
)

// found implements [searcher].
func (trgmSearch) found(f *database.Filter, terms []spelling.Term) string {
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

// parts implements [searcher]: the planner of PostgreSQL knows which term is rare.
func (trgmSearch) parts(terms []spelling.Term) [][]spelling.Term { return [][]spelling.Term{terms} }

// exact implements [searcher]: a text may have the mark itself.
func (trgmSearch) exact(terms []spelling.Term) bool {
	for _, t := range terms {
		for _, needle := range t {
			if strings.ContainsAny(needle, " "+mark) {
				return false
			}
		}
	}
	return true
}

// list implements [searcher].
func (trgmSearch) list(text string) string {
	return `SELECT number, place FROM unnest(string_to_array(` + text + `, ',')::bigint[]) WITH ORDINALITY AS t (number, place)`
}

// newest implements [searcher]. There are so many matches that a scan of all users meets them
// soon.
func (trgmSearch) newest(f *database.Filter, terms []spelling.Term) (s indexScan, number string) {
	return indexScan{`users u`, termConditions(f, terms)}, `u.number`
}
