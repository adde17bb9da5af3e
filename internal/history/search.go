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
	steps := s.steps(from, to, first, last)
	if q.Before != "" {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if len(s.seqs) == s.most {
			break
		}
		if err := step(ctx, r); err != nil {
			return nil, 0, err
		}
	}
	return s.seqs, max(0, first-1), nil
}

// steps returns what reads the events from one number to another, the newest first: those that
// are newer than the last of the index, then each block of the index.
func (s *search) steps(from, to, first, last int64) []func(context.Context, database.Reader) error {
	newer, newest := max(from, last+1), to
	steps := []func(context.Context, database.Reader) error{func(ctx context.Context, r database.Reader) error { return s.direct(ctx, r, newer, newest) }}
	from, to = max(from, first), min(to, last)
	for to >= from {
		begin, end := max(from, to&^(users.EventBlockSize-1)), to
		steps = append(steps, func(ctx context.Context, r database.Reader) error { return s.indexed(ctx, r, begin, end) })
		to = begin - 1
	}
	return steps
}

// indexed collects events of a range of one block by the index.
func (s *search) indexed(ctx context.Context, r database.Reader, from, to int64) error {
	var f database.Filter
	query := s.indexQuery(&f, from, to)
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

// indexQuery returns the query for the numbers of events, as seq, of a range of one block
// that match the words by the index.
func (s *search) indexQuery(f *database.Filter, from, to int64) string {
	block := users.EventBlock(from)
	if s.engine == database.PostgreSQL {
		return vectorQuery(f, s.words, block, from, to)
	}
	return ftsQuery(f, s.words, block, from, to)
}

// expressionOf returns the words in the query language of an index.
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
