package directory

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A searcher queries an engine's index of the search texts.
type searcher interface {
	// found is the query of the numbers of users whom the index finds: a superset of those
	// who match the terms.
	found(f *database.Filter, terms []spelling.Term) string

	// parts returns the terms in groups that are looked up one by one: the candidates of the
	// group with the fewest are read, and rechecked for the others.
	parts(terms []spelling.Term) [][]spelling.Term

	// exact reports whether found has no other users, so that no recheck is needed.
	exact(terms []spelling.Term) bool

	// list is the query of the numbers in a text, separated by commas, with their position.
	// The argument names the text.
	list(text string) string

	// newest returns the tables and conditions of a scan in the order of creation, and the
	// number that has that order.
	newest(f *database.Filter, terms []spelling.Term) (s indexScan, number string)
}

// searcherOf returns the searcher of an engine.
func searcherOf(e database.Engine) searcher {
	if e == database.PostgreSQL {
		return trgmSearch{}
	}
	return ftsSearch{}
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

// termConditions returns [termCondition] for each term, on the column of users u.
func termConditions(f *database.Filter, terms []spelling.Term) []string {
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = termCondition(f, t, `u.search_text`)
	}
	return all
}
