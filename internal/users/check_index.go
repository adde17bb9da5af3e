package users

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/binary"
	"errors"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A wordSum is a checksum of the words of events.
type wordSum struct{ words, seqs, lengths, hashes int64 }

// sumPrime is the modulus of event numbers in a [wordSum].
const sumPrime = 65_521

// add adds a word of an event, with its block as prefix.
func (w *wordSum) add(seq int64, word string) {
	w.words++
	w.seqs += seq % sumPrime
	w.lengths += seq % sumPrime * int64(len(word))
	w.hashes += hashOfWord(word)
}

// hashOfWord returns the first 32 bits of the MD5 of a word, which PostgreSQL has, too. It
// detects damage, not forgery: events have SHA-256 digests.
func hashOfWord(word string) int64 {
	sum := md5.Sum([]byte(word))
	return int64(binary.BigEndian.Uint32(sum[:4]))
}

// sumOfIndex returns the wordSum of the index of an engine.
var sumOfIndex = map[database.Engine]func(context.Context, *sql.Tx) (wordSum, error){
	database.SQLite:     sumOfFTS,
	database.PostgreSQL: sumOfVectors,
}

// sumOfFTS returns the wordSum of the index in SQLite. It hashes each word once, as SQLite has no
// hash function, and multiplies by the number of its events.
func sumOfFTS(ctx context.Context, tx *sql.Tx) (s wordSum, err error) {
	for _, statement := range []string{
		`CREATE VIRTUAL TABLE temp.event_words USING fts5vocab (main, event_words_index, instance)`,
		`CREATE VIRTUAL TABLE temp.event_terms USING fts5vocab (main, event_words_index, row)`,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return s, err
		}
	}
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(doc % 65521), 0), COALESCE(SUM(doc % 65521 * LENGTH(CAST(term AS BLOB))), 0) FROM temp.event_words`).
		Scan(&s.words, &s.seqs, &s.lengths)
	if err != nil {
		return s, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT term, doc FROM temp.event_terms`)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var word string
		var events int64
		if err := rows.Scan(&word, &events); err != nil {
			return s, err
		}
		s.hashes += hashOfWord(word) * events
	}
	return s, rows.Err()
}

// sumOfVectors returns the wordSum of the index in PostgreSQL.
func sumOfVectors(ctx context.Context, tx *sql.Tx) (s wordSum, err error) {
	row := tx.QueryRowContext(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(seq % 65521), 0) AS BIGINT), CAST(COALESCE(SUM(seq % 65521 * octet_length(lexeme)), 0) AS BIGINT),
		CAST(COALESCE(SUM(CAST(CAST('x' || left(md5(lexeme), 8) AS BIT(32)) AS BIGINT)), 0) AS BIGINT)
		FROM event_words_index CROSS JOIN LATERAL unnest(words)`)
	return s, row.Scan(&s.words, &s.seqs, &s.lengths, &s.hashes)
}

// errIndexAhead means that the index has events that do not exist.
var errIndexAhead = errors.New("it has events that do not exist")

// eventIndex compares the index of the audit log with the events in it. It skips an index of
// another version, which a console will rebuild.
func (c *checker) eventIndex(engine database.Engine) {
	var got, want wordSum
	err := c.isolated(func() error {
		state, err := readIndexState(c.ctx, c.tx)
		if err != nil || state.version != spelling.WordsVersion {
			return err
		}
		if want, err = sumOfEvents(c.ctx, c.tx, state); err != nil {
			return err
		}
		got, err = sumOfIndex[engine](c.ctx, c.tx)
		return err
	})
	switch {
	case errors.Is(err, errIndexAhead):
		c.add("The index of the audit log differs from the events: %v.", err)
	case err != nil:
		c.add("The index of the audit log could not be read: %v.", err)
	case got.words != want.words:
		c.add("The index of the audit log differs from the events: it has %d words, not %d.", got.words, want.words)
	case got != want:
		c.add("The index of the audit log differs from the events: it has other words.")
	}
}

// sumOfEvents returns the wordSum of the events in the index.
func sumOfEvents(ctx context.Context, tx *sql.Tx, state indexState) (sum wordSum, err error) {
	newest, err := database.Count(ctx, tx, `SELECT COALESCE(MAX(seq), 0) FROM events`)
	if err == nil && state.last > int64(newest) {
		err = errIndexAhead
	}
	if err != nil {
		return sum, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+EventWordColumns+EventTables+`WHERE e.seq BETWEEN $1 AND $2`, state.first, state.last)
	if err != nil {
		return sum, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := ScanEventWords(rows)
		if err != nil {
			return sum, err
		}
		block := EventBlock(e.Seq)
		for _, word := range e.Words() {
			sum.add(e.Seq, block+word)
		}
	}
	return sum, rows.Err()
}
