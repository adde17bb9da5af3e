package users

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

const (
	threesAge    = 10 * time.Minute // for which it is taken for known how many have what
	threesSample = 500              // users it is found out from
	commonShare  = 5                // one in so many has what is common
)

// threes are how many of some users have which three characters in a row: those of
// the organisation's domain nearly all, those of a rare name none. A search asks for
// the rarest. It finds the same users whatever is known, and sooner. The zero threes
// know nothing.
type threes struct {
	have  map[string]int
	users int
	at    time.Time
}

// common reports whether so many users have three characters that to ask for them
// narrows nothing.
func (k *threes) common(three string) bool { return k != nil && k.have[three]*commonShare > k.users }

// threesOf returns each three characters in a row of a text once.
func threesOf(text string) []string {
	runes := []rune(text)
	all := make([]string, 0, len(runes))
	for i := 0; i+3 <= len(runes); i++ {
		if three := string(runes[i : i+3]); !slices.Contains(all, three) {
			all = append(all, three)
		}
	}
	return all
}

// rarest returns those three characters in a row of a text that the fewest users
// have, most of them at most. Where that is not known, they are those at even
// distances.
func (k *threes) rarest(needle string, most int) []string {
	all := threesOf(needle)
	if len(all) <= most {
		return all
	}
	if k == nil || k.users == 0 {
		for i := range most {
			all[i] = all[i*(len(all)-1)/max(most-1, 1)]
		}
		return all[:most]
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(k.have[a], k.have[b]) })
	return all[:most]
}

// common reports whether one of the spellings of t has nothing but what is common.
func (k *threes) commonTerm(t spelling.Term) bool {
	return slices.ContainsFunc(t, func(needle string) bool { return k.common(k.rarest(needle, 1)[0]) })
}

// about returns how many of that many users have a term of three characters, going by
// those who are known; 0 if it is not known.
func (k *threes) about(t spelling.Term, users int) int {
	if k == nil || k.users < threesSample {
		return 0
	}
	return k.have[t[0]] * users / k.users
}

// rare reports whether few users have t, going by those who are known.
func (k *threes) rareTerm(t spelling.Term) bool {
	if k == nil || k.users < threesSample {
		return false
	}
	return !slices.ContainsFunc(t, func(needle string) bool { return k.have[k.rarest(needle, 1)[0]] > 1 })
}

// knownThrees returns what is known. It is found out again now and then, and nobody
// waits for that.
func (s *Service) knownThrees() *threes {
	known := s.threes.Load()
	if now := s.now(); known == nil || now.Sub(known.at).Abs() > threesAge {
		fresh := &threes{at: now} // so that one request has it found out, and not all at once
		if known != nil {
			fresh.have, fresh.users = known.have, known.users
		}
		if s.threes.CompareAndSwap(known, fresh) {
			s.notes.add(func() error { return s.countThrees(context.Background()) })
		}
	}
	return known
}

// countThrees finds out what some users have, at even distances.
func (s *Service) countThrees(ctx context.Context) error {
	last, err := database.Count(ctx, s.reads(), `SELECT COALESCE(MAX(number), 0) FROM users`)
	if err != nil {
		return err
	}
	var f database.Filter
	texts, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (text string, err error) { return text, row.Scan(&text) },
		evenly(&f, max(1, last/threesSample))+`SELECT u.search_text FROM sample CROSS JOIN users u WHERE u.number = sample.number`, f.Args...)
	if err != nil {
		return err
	}
	have := map[string]int{}
	for _, text := range texts {
		for _, three := range threesOf(text) {
			have[three]++
		}
	}
	s.threes.Store(&threes{have, len(texts), s.now()})
	return nil
}
