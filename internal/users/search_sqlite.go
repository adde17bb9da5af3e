package users

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsSearch searches by SQLite's FTS5: a table that knows which rows have which three
// characters in a row, and no more. It is a quarter of the size of one that knows where,
// and finds a little too much, so that who asks it looks at the text itself again.
type ftsSearch struct{}

// learns implements [searcher].
func (ftsSearch) learns() bool { return true }

// counts implements [searcher].
func (ftsSearch) counts() int { return maxCounted }

// found implements [searcher].
func (ftsSearch) found(f *database.Filter, terms []spelling.Term, known *trigramStats) string {
	condition, _ := inFTS(f, terms, known)
	return `SELECT users_search.rowid AS number FROM users_search WHERE ` + condition
}

// alone implements [searcher].
func (ftsSearch) alone(terms []spelling.Term, known *trigramStats) bool {
	_, alone := inFTS(new(database.Filter), terms, known)
	return alone
}

// listed implements [searcher].
func (ftsSearch) listed(text string) string {
	return `SELECT value AS number, key AS place FROM json_each('[' || ` + text + ` || ']')`
}

// newest implements [searcher].
func (ftsSearch) newest(f *database.Filter, terms []spelling.Term, known *trigramStats) (w way, number string) {
	condition, _ := inFTS(f, terms, known)
	return way{`users_search CROSS JOIN users u`, []string{condition, `u.number = users_search.rowid`}}, `users_search.rowid`
}

// inFTS returns the condition that the index has the terms, and whether that
// alone tells who has them. What is common is not asked for where something else
// is: to go through nearly everyone narrows nothing.
func inFTS(f *database.Filter, terms []spelling.Term, known *trigramStats) (condition string, alone bool) {
	alone = true
	var all []string
	for _, t := range terms {
		if !known.commonTerm(t) {
			all = append(all, inIndex(t, known, maxTrigrams))
		}
		alone = alone && !known.commonTerm(t) && t.IsTrigram()
	}
	if len(all) == 0 { // a part of one will do
		all, alone = append(all, inIndex(terms[0], known, 1)), len(terms) == 1 && terms[0].IsTrigram()
	}
	return `users_search MATCH ` + f.Arg(strings.Join(all, ` AND `)), alone
}

// maxTrigrams is how many threes of a spelling are asked for: with the rarest few
// others are found.
const maxTrigrams = 3

// inIndex returns t in FTS5's query language, as the rarest threes of each spelling.
func inIndex(t spelling.Term, known *trigramStats, most int) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		rarest := known.rarest(needle, most)
		for j, three := range rarest {
			rarest[j] = database.FTS5String(three)
		}
		spellings[i] = `(` + strings.Join(rarest, ` AND `) + `)`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}
