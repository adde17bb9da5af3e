package history

import (
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// vectorQuery returns the query for the events of a range, as seq, that match words by the GIN
// index on vectors of words. OFFSET 0 keeps the server from walking the numbers in their order
// and comparing the words of each, which is slow for rare words.
func vectorQuery(f *database.Filter, words []spelling.Word, block string, from, to int64) string {
	text := expressionOf(words, ` & `, ` | `, func(p spelling.Part) string {
		if p.Whole {
			return `'` + block + p.Text + `'`
		}
		return `'` + block + p.Text + `':*`
	})
	return `SELECT seq FROM (SELECT seq FROM event_words_index WHERE words @@ CAST(` + f.Arg(text) + ` AS tsquery) AND seq BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to) + ` OFFSET 0) AS collected`
}
