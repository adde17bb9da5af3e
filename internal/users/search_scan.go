package users

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// scannedMost is how many users, the newest, a page searches where the index of the search
// is damaged: with more, one search would keep a processor busy for a second.
const scannedMost = 100_000

// A Scan is how a search goes on where the index of the search is damaged.
type Scan int

// The scans.
const (
	ScanNone   Scan = iota // the index is used, or nothing is searched for
	ScanAll                // all users are looked at
	ScanNewest             // the newest 100,000 users are looked at
)

// scanSearch searches without the index of the search, on either engine: it looks at the
// text of each user.
type scanSearch struct {
	searcher      // of the engine, for what does not need the index
	all      bool // not only at the newest
}

// learns implements [searcher].
func (scanSearch) learns() bool { return false }

// counts implements [searcher].
func (scanSearch) counts() int { return maxSorted }

// found implements [searcher].
func (s scanSearch) found(f *database.Filter, terms []spelling.Term, _ *trigramStats) string {
	return `SELECT u.number FROM users u WHERE ` + database.AllOf(s.conditions(f, terms))
}

// alone implements [searcher].
func (scanSearch) alone([]spelling.Term, *trigramStats) bool { return true }

// newest implements [searcher].
func (s scanSearch) newest(f *database.Filter, terms []spelling.Term, _ *trigramStats) (w way, number string) {
	return way{`users u`, s.conditions(f, terms)}, `u.number`
}

// conditions returns that a user has the terms, and is among those that are looked at.
func (s scanSearch) conditions(f *database.Filter, terms []spelling.Term) []string {
	var all []string
	if !s.all {
		all = append(all, `u.number > (SELECT MAX(number) FROM users) - `+f.Arg(scannedMost))
	}
	for _, t := range terms {
		all = append(all, termCondition(f, t, `u.search_text`))
	}
	return all
}

// escapeLike escapes the wildcards of LIKE.
var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// termCondition is the condition that a column with a search text matches a term.
func termCondition(f *database.Filter, t spelling.Term, column string) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		spellings[i] = column + ` LIKE ` + f.Arg("%"+escapeLike.Replace(needle)+"%") + ` ESCAPE '\'`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}
