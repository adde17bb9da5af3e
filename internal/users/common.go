package users

import (
	"context"
	"time"
)

const (
	commonAge    = 10 * time.Minute // for which it is taken for known what is common
	commonSample = 500              // users it is found out from
	commonShare  = 5                // one in so many has what is common
)

// commonThrees are the three characters in a row that so many users have, such as
// those of the organisation's domain, that to search for them narrows nothing.
type commonThrees struct {
	set map[string]bool
	at  time.Time
}

// common returns what is common, as far as it is known. It is found out again now
// and then, and nobody waits for that: what is common makes a search quicker, and
// finds nobody else.
func (s *Service) common() map[string]bool {
	known := s.threes.Load()
	if now := s.now(); known == nil || now.Sub(known.at).Abs() > commonAge {
		fresh := &commonThrees{at: now}
		if known != nil {
			fresh.set = known.set
		}
		s.threes.Store(fresh) // so that one request finds it out, and not all at once
		s.notes.add(func() error { return s.findCommon(context.Background()) })
	}
	if known == nil {
		return nil
	}
	return known.set
}

// findCommon finds out what is common, from some users at even distances.
func (s *Service) findCommon(ctx context.Context) error {
	last, err := count(ctx, s.reads(), `SELECT COALESCE(MAX(number), 0) FROM users`)
	if err != nil {
		return err
	}
	texts, err := collect(ctx, s.reads(), func(row scanner) (text string, err error) { return text, row.Scan(&text) },
		`WITH RECURSIVE sample (number) AS (SELECT 1 UNION ALL SELECT number + $1 FROM sample WHERE number + $1 <= $2)
		SELECT u.search_text FROM sample CROSS JOIN users u WHERE u.number = sample.number`, max(1, last/commonSample), last)
	if err != nil {
		return err
	}
	have := map[string]int{} // how many users have each
	for _, text := range texts {
		runes, seen := []rune(text), map[string]bool{}
		for i := 0; i+3 <= len(runes); i++ {
			if three := string(runes[i : i+3]); !seen[three] {
				seen[three] = true
				have[three]++
			}
		}
	}
	set := map[string]bool{}
	for three, n := range have {
		if n*commonShare > len(texts) {
			set[three] = true
		}
	}
	s.threes.Store(&commonThrees{set, s.now()})
	return nil
}
