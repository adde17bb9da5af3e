package history

import (
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// vectorSyntax is the query language of tsquery.
var vectorSyntax = syntax{and: ` & `, or: ` | `, quote: `'`, prefix: `:*`}

// vectorQuery returns the query for the events of a range, as seq, that match words by the GIN
// index on vectors of words. OFFSET 0 keeps the server from walking the numbers in their order
// and comparing the words of each, which is slow for rare words.
func vectorQuery(f *database.Filter, words []spelling.Word, from, to int64) string {
	return `SELECT seq FROM (SELECT seq FROM event_words_index WHERE words @@ CAST(` + f.Arg(vectorSyntax.expression(words, from, to)) + ` AS tsquery)
		AND seq BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to) + ` OFFSET 0) AS collected`
}
