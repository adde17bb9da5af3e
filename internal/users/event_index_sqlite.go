package users

// ftsIndex is the index of the audit log in SQLite: a table of FTS5 that knows which words
// are in which rows, and no more. It takes every character that is not ASCII for a part of a
// word, as the words are split by us. What is deleted from it is gone (secure-delete).
type ftsIndex struct{}

// clear implements [eventIndexer].
func (ftsIndex) clear() []bookkeeping {
	return []bookkeeping{{`INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`, nil}}
}

// add implements [eventIndexer].
func (ftsIndex) add(events []indexedEvent) []bookkeeping {
	all := make([]bookkeeping, len(events))
	for i, e := range events {
		all[i] = bookkeeping{`INSERT INTO event_words_index (rowid, words) VALUES ($1, $2)`, []any{e.seq, e.words}}
	}
	return all
}

// remove implements [eventIndexer]. FTS5 without content needs the words of what it deletes.
func (ftsIndex) remove(events []indexedEvent) []bookkeeping {
	all := make([]bookkeeping, len(events))
	for i, e := range events {
		all[i] = bookkeeping{`INSERT INTO event_words_index (event_words_index, rowid, words) VALUES ('delete', $1, $2)`, []any{e.seq, e.words}}
	}
	return all
}
