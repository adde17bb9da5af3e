package directory

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsSearch searches by SQLite's FTS5: a table of which rows have which trigrams, without
// their positions (detail=none). It is a quarter of the size of one with positions, but finds
// a superset, so that the search texts are rechecked.
type ftsSearch struct{}

// found implements [searcher].
func (ftsSearch) found(f *database.Filter, terms []spelling.Term, known *trigramStats) string {
	condition, _ := inFTS(f, terms, known)
	return `SELECT users_search.rowid AS number FROM users_search WHERE ` + condition
}

// exact implements [searcher].
func (ftsSearch) exact(terms []spelling.Term, known *trigramStats) bool {
	_, exact := inFTS(new(database.Filter), terms, known)
	return exact
}

// list implements [searcher].
func (ftsSearch) list(text string) string {
	return `SELECT value AS number, key AS place FROM json_each('[' || ` + text + ` || ']')`
}

// newest implements [searcher].
func (ftsSearch) newest(f *database.Filter, terms []spelling.Term, known *trigramStats) (s indexScan, number string) {
	condition, _ := inFTS(f, terms, known)
	return indexScan{`users_search CROSS JOIN users u`, []string{condition, `u.number = users_search.rowid`}}, `users_search.rowid`
}

// inFTS returns the condition that the index has the terms, and whether that is exact. Common
// terms are left out if there are others: reading nearly all users narrows nothing.
func inFTS(f *database.Filter, terms []spelling.Term, known *trigramStats) (condition string, exact bool) {
	exact = true
	var all []string
	for _, t := range terms {
		if !known.commonTerm(t) {
			all = append(all, matchTrigrams(t, known, maxTrigrams))
		}
		exact = exact && !known.commonTerm(t) && t.IsTrigram()
	}
	if len(all) == 0 { // common terms only: one trigram of one of them
		all, exact = append(all, matchTrigrams(terms[0], known, 1)), len(terms) == 1 && terms[0].IsTrigram()
	}
	return `users_search MATCH ` + f.Arg(strings.Join(all, ` AND `)), exact
}

// maxTrigrams is how many trigrams of a spelling are looked up: with the rarest ones few
// other users are found.
const maxTrigrams = 3

// matchTrigrams returns t in FTS5's query language: the rarest trigrams of each spelling.
func matchTrigrams(t spelling.Term, known *trigramStats, most int) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		rarest := known.rarest(needle, most)
		for j, trigram := range rarest {
			rarest[j] = database.FTS5String(trigram)
		}
		spellings[i] = `(` + strings.Join(rarest, ` AND `) + `)`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}
