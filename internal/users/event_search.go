package users

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// An eventSearch collects the numbers of events that have some words, in the order of a page.
type eventSearch struct {
	query EventQuery
	words []spelling.Word
	index eventIndexer
	state indexState
	most  int // as many are enough
	seqs  []int64
}

// search returns the numbers of the events from one number to another, inclusive, that q asks
// for by words and otherwise, at most so many: the oldest first if q asks for those before
// its place, else the newest first. It returns how many older events the index lacks.
func (q EventQuery) search(ctx context.Context, r database.Reader, index eventIndexer, words []spelling.Word, from, to int64, most int) (seqs []int64, lacking int64, err error) {
	state, err := readIndexState(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	damaged, err := database.Count(ctx, r, `SELECT COUNT(*) FROM damaged_indexes WHERE name = $1 AND engine = $2`, eventWordsIndex.name, index.engine())
	if err != nil {
		return nil, 0, err
	}
	if damaged > 0 || state.version != spelling.WordsVersion { // it may not be asked: events are read directly
		state.first, state.last = 1, 0
	}
	s := &eventSearch{query: q, words: words, index: index, state: state, most: most}
	steps := s.steps(from, to)
	if q.Before != "" {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		if len(s.seqs) == most {
			break
		}
		if err := step(ctx, r); err != nil {
			return nil, 0, err
		}
	}
	return s.seqs, max(0, state.first-1), nil
}

// steps returns what reads the events of a range, from the newest on: those that are newer
// than the index, and each of its blocks.
func (s *eventSearch) steps(from, to int64) []func(context.Context, database.Reader) error {
	newer, newest := max(from, s.state.last+1), to
	steps := []func(context.Context, database.Reader) error{func(ctx context.Context, r database.Reader) error { return s.direct(ctx, r, newer, newest) }}
	from, to = max(from, s.state.first), min(to, s.state.last)
	for to >= from {
		begin, end := max(from, to&^(blockSize-1)), to
		steps = append(steps, func(ctx context.Context, r database.Reader) error { return s.block(ctx, r, begin, end) })
		to = begin - 1
	}
	return steps
}

// block collects events of a part of the index.
func (s *eventSearch) block(ctx context.Context, r database.Reader, from, to int64) error {
	var f database.Filter
	query := s.index.found(&f, s.words, from, to)
	s.query.conditions(&f, byRow)
	if len(f.Conditions) > 0 {
		query = `SELECT found.seq FROM (` + query + `) AS found CROSS JOIN events e` + eventParts + `
			WHERE e.seq = found.seq AND ` + f.Where()
	}
	found, err := numbersOf(ctx, r, `SELECT seq FROM (`+query+`) AS narrowed`+s.query.order(`seq`)+` LIMIT `+f.Arg(s.most-len(s.seqs)), f.Args...)
	s.seqs = append(s.seqs, found...)
	return err
}

// direct collects events that the index does not have: it reads them and looks at their words.
func (s *eventSearch) direct(ctx context.Context, r database.Reader, from, to int64) error {
	var f database.Filter
	f.Add(`e.seq BETWEEN ? AND ?`, from, to)
	s.query.conditions(&f, byRow)
	rows, err := r.QueryContext(ctx, `SELECT `+wordColumns+eventTables+`WHERE `+f.Where()+s.query.order(`e.seq`), f.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for len(s.seqs) < s.most && rows.Next() {
		e, err := scanWords(rows)
		if err != nil {
			return err
		}
		if spelling.Match(s.words, e.words()) {
			s.seqs = append(s.seqs, e.Seq)
		}
	}
	return rows.Err()
}

// soughtWords returns the words of a search of the audit log, and false if one of them has no
// letter and no digit, so that no event matches. It returns an [*InvalidError] on a search
// that is too long.
func soughtWords(text string) (words []spelling.Word, findable bool, err error) {
	if utf8.RuneCountInString(text) > MaxText {
		return nil, false, invalid("q", "%s", LongText)
	}
	for _, one := range WithoutPunctuation(SplitWords(text)) {
		word := spelling.WordOf(one.Text)
		if len(word) == 0 {
			return nil, false, nil
		}
		if !slices.ContainsFunc(words, word.Equal) {
			words = append(words, word)
		}
	}
	if len(words) > spelling.MaxTerms {
		return nil, false, invalid("q", "%s", TooManyWords())
	}
	return words, true, nil
}
