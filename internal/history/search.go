package history

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// wordsOf returns the words of a search of the audit log, and false if one of them has no
// letter and no digit, so that no event matches. It returns an [*users.InvalidError] on a search
// that is too long.
func wordsOf(text string) (words []spelling.Word, findable bool, err error) {
	if utf8.RuneCountInString(text) > users.MaxText {
		return nil, false, invalid("q", users.LongText)
	}
	for _, typed := range users.WithoutPunctuation(users.SplitWords(text)) {
		word := spelling.WordOf(typed.Text)
		if len(word) == 0 {
			return nil, false, nil
		}
		if !slices.ContainsFunc(words, word.Equal) {
			words = append(words, word)
		}
	}
	if len(words) > spelling.MaxTerms {
		return nil, false, invalid("q", users.TooManyWords())
	}
	return words, true, nil
}

// A search collects the numbers of the events that match words, in the order of a page.
type search struct {
	query  Query
	engine database.Engine
	words  []spelling.Word
	most   int // as many are enough
	seqs   []int64
}

// search returns the numbers, from one to another, of the events that q selects by words and
// otherwise, one more than a page at most, in the order of q. It returns how many older events
// the index lacks.
func (q Query) search(ctx context.Context, r database.Reader, engine database.Engine, words []spelling.Word, from, to int64) (seqs []int64, lacking int64, err error) {
	first, last, err := users.IndexedEvents(ctx, r, engine)
	if err != nil {
		return nil, 0, err
	}
	s := &search{query: q, engine: engine, words: words, most: q.Limit + 1}
	newer := max(from, last+1)
	if q.Before == "" {
		err = s.direct(ctx, r, newer, to)
	}
	for _, part := range q.blockRanges(max(from, first), min(to, last)) {
		if err == nil && len(s.seqs) < s.most {
			err = s.indexed(ctx, r, part.from, part.to)
		}
	}
	if q.Before != "" && err == nil && len(s.seqs) < s.most {
		err = s.direct(ctx, r, newer, to)
	}
	return s.seqs, max(0, first-1), err
}

// A seqRange is a range of numbers of events, inclusive.
type seqRange struct{ from, to int64 }

// mostBlocks is how many blocks of the index one statement searches.
const mostBlocks = 8

// blockRanges divides a range of numbers into ranges of whole blocks of the index, in the order
// of q. The first has one block, as a frequent word fills the page from it; each of the next has
// twice as many, up to mostBlocks, as a rare word is searched for in all of them.
func (q Query) blockRanges(from, to int64) (all []seqRange) {
	const size, mask = users.EventBlockSize, users.EventBlockSize - 1
	for more := int64(0); from <= to; more = min(2*more+size, (mostBlocks-1)*size) {
		part := seqRange{from, to}
		if q.Before == "" {
			part.from = max(from, to&^mask-more)
			to = part.from - 1
		} else {
			part.to = min(to, from|mask+more)
			from = part.to + 1
		}
		all = append(all, part)
	}
	return all
}

// indexed collects events of a range by the index.
func (s *search) indexed(ctx context.Context, r database.Reader, from, to int64) error {
	var f database.Filter
	indexQuery := ftsQuery
	if s.engine == database.PostgreSQL {
		indexQuery = vectorQuery
	}
	query := indexQuery(&f, s.words, from, to)
	s.query.conditions(&f, byRow)
	if len(f.Conditions) > 0 {
		query = `SELECT found.seq FROM (` + query + `) AS found CROSS JOIN events e` + users.EventParts + `
			WHERE e.seq = found.seq AND ` + f.Where()
	}
	found, err := numbersOf(ctx, r, `SELECT seq FROM (`+query+`) AS narrowed`+s.query.order(`seq`)+` LIMIT `+f.Arg(s.most-len(s.seqs)), f.Args...)
	s.seqs = append(s.seqs, found...)
	return err
}

// direct collects events that the index lacks: it reads them and compares their words.
func (s *search) direct(ctx context.Context, r database.Reader, from, to int64) error {
	var f database.Filter
	f.Add(`e.seq BETWEEN ? AND ?`, from, to)
	s.query.conditions(&f, byRow)
	rows, err := r.QueryContext(ctx, `SELECT `+users.EventWordColumns+users.EventTables+`WHERE `+f.Where()+s.query.order(`e.seq`), f.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for len(s.seqs) < s.most && rows.Next() {
		e, err := users.ScanEventWords(rows)
		if err != nil {
			return err
		}
		if spelling.Match(s.words, e.Words()) {
			s.seqs = append(s.seqs, e.Seq)
		}
	}
	return rows.Err()
}

// A syntax is the query language of an index.
type syntax struct{ and, or, quote, prefix string }

// expression returns the query for the words in any block of a range. Words have letters and
// digits alone, so no quotation mark is escaped.
func (x syntax) expression(words []spelling.Word, from, to int64) string {
	var blocks []string
	for seq := from; seq <= to; seq = seq | (users.EventBlockSize - 1) + 1 {
		blocks = append(blocks, x.inBlock(words, users.EventBlock(seq)))
	}
	return strings.Join(blocks, x.or)
}

// inBlock returns the query for the words in one block.
func (x syntax) inBlock(words []spelling.Word, block string) string {
	all := make([]string, len(words))
	for i, word := range words {
		spellings := make([]string, len(word))
		for j, s := range word {
			parts := make([]string, len(s))
			for k, part := range s {
				parts[k] = x.quote + block + part.Text + x.quote
				if !part.Whole {
					parts[k] += x.prefix
				}
			}
			spellings[j] = `(` + strings.Join(parts, x.and) + `)`
		}
		all[i] = `(` + strings.Join(spellings, x.or) + `)`
	}
	return `(` + strings.Join(all, x.and) + `)`
}
