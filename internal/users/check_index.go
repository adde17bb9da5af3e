package users

import (
	"context"
	"database/sql"
	"errors"

	"github.com/roboto-ai/console/internal/database"
)

// A wordSum sums up which words are in which events.
type wordSum struct{ words, seqs, lengths int64 }

// sumPrime keeps the sums of a log of any length small.
const sumPrime = 65_521

// add adds a word of an event, of so many bytes with its block.
func (w *wordSum) add(seq int64, length int) {
	w.words++
	w.seqs += seq % sumPrime
	w.lengths += seq % sumPrime * int64(length)
}

// sumOfIndex returns the query of the wordSum of the index, after statements that prepare it.
var sumOfIndex = map[database.Engine]struct {
	prepare []string
	query   string
}{
	database.SQLite: {
		[]string{`CREATE VIRTUAL TABLE temp.event_words USING fts5vocab (main, event_words_index, instance)`},
		`SELECT COUNT(*), COALESCE(SUM(doc % 65521), 0), COALESCE(SUM(doc % 65521 * LENGTH(CAST(term AS BLOB))), 0) FROM temp.event_words`,
	},
	database.PostgreSQL: {
		nil,
		`SELECT COUNT(*), CAST(COALESCE(SUM(seq % 65521), 0) AS BIGINT), CAST(COALESCE(SUM(seq % 65521 * octet_length(lexeme)), 0) AS BIGINT)
			FROM event_words_index CROSS JOIN LATERAL unnest(words)`,
	},
}

// errIndexAhead says that the index has events that are not there.
var errIndexAhead = errors.New("it has events that are not there")

// eventIndex says where the index of the audit log is not in step with the events that it has.
// An index of other words is none: a console builds it anew.
func (c *checker) eventIndex(engine database.Engine) {
	var got, want wordSum
	err := c.apart(func() error {
		state, err := readIndexState(c.ctx, c.tx)
		if err != nil || state.version != eventWordsVersion {
			return err
		}
		if want, err = sumOfEvents(c.ctx, c.tx, state); err != nil {
			return err
		}
		for _, statement := range sumOfIndex[engine].prepare {
			if _, err := c.tx.ExecContext(c.ctx, statement); err != nil {
				return err
			}
		}
		return c.tx.QueryRowContext(c.ctx, sumOfIndex[engine].query).Scan(&got.words, &got.seqs, &got.lengths)
	})
	switch {
	case errors.Is(err, errIndexAhead):
		c.add("The index of the audit log is not in step with the events: %v.", err)
	case err != nil:
		c.add("The index of the audit log could not be read: %v.", err)
	case got != want:
		c.add("The index of the audit log is not in step with the events: it has %d words of events, and should have %d.", got.words, want.words)
	}
}

// sumOfEvents returns the wordSum of the events that the index has.
func sumOfEvents(ctx context.Context, tx *sql.Tx, state indexState) (sum wordSum, err error) {
	newest, err := count(ctx, tx, `SELECT COALESCE(MAX(seq), 0) FROM events`)
	if err == nil && state.last > int64(newest) {
		err = errIndexAhead
	}
	if err != nil {
		return sum, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+wordColumns+eventTables+`WHERE e.seq BETWEEN $1 AND $2`, state.first, state.last)
	if err != nil {
		return sum, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanWords(rows)
		if err != nil {
			return sum, err
		}
		block := len(blockOf(e.Seq))
		for _, word := range e.words() {
			sum.add(e.Seq, block+len(word))
		}
	}
	return sum, rows.Err()
}
