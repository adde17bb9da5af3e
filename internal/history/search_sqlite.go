package history

import (
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsSyntax is the query language of FTS5.
var ftsSyntax = syntax{and: ` AND `, or: ` OR `, quote: `"`, prefix: `*`}

// ftsQuery returns the query for the events of a range, as seq, that match words by the FTS5
// table of the index.
func ftsQuery(f *database.Filter, words []spelling.Word, from, to int64) string {
	return `SELECT rowid AS seq FROM event_words_index WHERE event_words_index MATCH ` + f.Arg(ftsSyntax.expression(words, from, to)) +
		` AND rowid BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to)
}
