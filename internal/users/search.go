package users

import (
	"github.com/roboto-ai/console/internal/database"

	"github.com/roboto-ai/console/internal/spelling"
)

// A searcher asks the index that an engine has of the search texts.
type searcher interface {
	// learns reports whether it asks otherwise when it is known who has what.
	learns() bool

	// counts returns up to how many it counts in milliseconds.
	counts() int

	// found is the query of the numbers of all users whom the index finds by the terms.
	found(f *database.Filter, terms []spelling.Term, known *trigramStats) string

	// alone reports whether all of these have the terms, so that their texts need not be
	// looked at again.
	alone(terms []spelling.Term, known *trigramStats) bool

	// listed is the query of numbers that a text lists, separated by commas, each with its
	// place in the list. The argument names the text.
	listed(text string) string

	// newest returns how they are walked in the order of creation, and the number that
	// has that order.
	newest(f *database.Filter, terms []spelling.Term, known *trigramStats) (w way, number string)
}

// searcherOf returns how an engine is searched.
func searcherOf(e database.Engine) searcher {
	if e == database.PostgreSQL {
		return trgmSearch{}
	}
	return ftsSearch{}
}
