package users

import (
	"strconv"
	"strings"
)

// vectorIndex is the index of the audit log in PostgreSQL: a table of vectors of words, as
// they are split by us, with a GIN index.
type vectorIndex struct{}

// clear implements [eventIndexer].
func (vectorIndex) clear() []bookkeeping {
	return []bookkeeping{{`DELETE FROM event_words_index`, nil}}
}

// add implements [eventIndexer] with one statement. Events without words are left out: their
// empty text would be no array.
func (vectorIndex) add(events []indexedEvent) []bookkeeping {
	var numbers, words []string
	for _, e := range events {
		if e.words != "" {
			numbers, words = append(numbers, strconv.FormatInt(e.seq, 10)), append(words, e.words)
		}
	}
	if len(words) == 0 {
		return nil
	}
	return []bookkeeping{{`INSERT INTO event_words_index (seq, words) SELECT CAST(number AS BIGINT), array_to_tsvector(string_to_array(words, ' '))
		FROM unnest(string_to_array($1, ','), string_to_array($2, ',')) AS added (number, words)`,
		[]any{strings.Join(numbers, ","), strings.Join(words, ",")}}}
}

// remove implements [eventIndexer].
func (vectorIndex) remove(events []indexedEvent) []bookkeeping {
	all := make([]bookkeeping, len(events))
	for i, e := range events {
		all[i] = bookkeeping{`DELETE FROM event_words_index WHERE seq = $1`, []any{e.seq}}
	}
	return all
}
