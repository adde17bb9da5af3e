package history

import (
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsQuery returns the query for the events of a range, as seq, that match words by the FTS5
// table of the index. Words have letters and digits alone, so no quotation mark is escaped.
func ftsQuery(f *database.Filter, words []spelling.Word, block string, from, to int64) string {
	text := expressionOf(words, ` AND `, ` OR `, func(p spelling.Part) string {
		if p.Whole {
			return `"` + block + p.Text + `"`
		}
		return `"` + block + p.Text + `"*`
	})
	return `SELECT rowid AS seq FROM event_words_index WHERE event_words_index MATCH ` + f.Arg(text) +
		` AND rowid BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to)
}
