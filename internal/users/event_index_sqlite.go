package users

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsIndex is the index of the audit log in SQLite: a table of FTS5 that knows which words
// are in which rows, and no more. It takes every character that is not ASCII for a part of a
// word, as the words are split by us. What is deleted from it is gone (secure-delete).
type ftsIndex struct{}

// engine implements [eventIndexer].
func (ftsIndex) engine() database.Engine { return database.SQLite }

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

// remove implements [eventIndexer]. The index keeps no words by event, so it is told them.
func (ftsIndex) remove(events []indexedEvent) []bookkeeping {
	all := make([]bookkeeping, len(events))
	for i, e := range events {
		all[i] = bookkeeping{`INSERT INTO event_words_index (event_words_index, rowid, words) VALUES ('delete', $1, $2)`, []any{e.seq, e.words}}
	}
	return all
}

// found implements [eventIndexer].
func (ftsIndex) found(f *database.Filter, words []spelling.Word, from, to int64) string {
	block := blockOf(from)
	text := expressionOf(words, ` AND `, ` OR `, func(p spelling.Part) string {
		if p.Whole {
			return database.FTS5String(block + p.Text)
		}
		return database.FTS5String(block+p.Text) + `*`
	})
	return `SELECT rowid AS seq FROM event_words_index WHERE event_words_index MATCH ` + f.Arg(text) +
		` AND rowid BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to)
}

// expressionOf returns the words as an expression of an index's query language.
func expressionOf(words []spelling.Word, and, or string, write func(spelling.Part) string) string {
	all := make([]string, len(words))
	for i, word := range words {
		spellings := make([]string, len(word))
		for j, s := range word {
			parts := make([]string, len(s))
			for k, part := range s {
				parts[k] = write(part)
			}
			spellings[j] = `(` + strings.Join(parts, and) + `)`
		}
		all[i] = `(` + strings.Join(spellings, or) + `)`
	}
	return strings.Join(all, and)
}
