package directory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

const (
	trigramsAge    = 10 * time.Minute // after which the statistics are sampled anew
	trigramsSample = 500              // users
	commonShare    = 5                // a trigram is common if one user in so many has it
)

// trigramStats are how many users of a sample have which trigram: nearly all those of the
// organisation's domain, none those of a rare name. A search looks up the rarest trigrams of
// its words. It finds the same users with any statistics, nil among them, but not as fast.
type trigramStats struct {
	have  map[string]int
	users int // in the sample
	at    time.Time
}

// common reports whether so many users have a trigram that looking it up narrows nothing.
func (k *trigramStats) common(trigram string) bool {
	return k != nil && k.have[trigram]*commonShare > k.users
}

// trigramsOf returns each trigram of a text once.
func trigramsOf(text string) []string {
	runes := []rune(text)
	all := make([]string, 0, len(runes))
	for i := 0; i+3 <= len(runes); i++ {
		if trigram := string(runes[i : i+3]); !slices.Contains(all, trigram) {
			all = append(all, trigram)
		}
	}
	return all
}

// rarest returns the trigrams of a text that the fewest users have, most of them at most.
// Without statistics it returns trigrams at even distances.
func (k *trigramStats) rarest(text string, most int) []string {
	all := trigramsOf(text)
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

// commonTerm reports whether a spelling of t has common trigrams only.
func (k *trigramStats) commonTerm(t spelling.Term) bool {
	return slices.ContainsFunc(t, func(needle string) bool { return k.common(k.rarest(needle, 1)[0]) })
}

// estimate returns about how many of a number of users have a term of one trigram; 0 without
// statistics.
func (k *trigramStats) estimate(t spelling.Term, users int) int {
	if k == nil || k.users < trigramsSample {
		return 0
	}
	return k.have[t[0]] * users / k.users
}

// rareTerm reports whether each spelling of t has a trigram that hardly any user has.
func (k *trigramStats) rareTerm(t spelling.Term) bool {
	if k == nil || k.users < trigramsSample {
		return false
	}
	return !slices.ContainsFunc(t, func(needle string) bool { return k.have[k.rarest(needle, 1)[0]] > 1 })
}

// trigramStats returns the statistics. One caller samples them anew when they are out of
// date; the others meanwhile get the previous ones, nil after the start.
func (s *Service) trigramStats(ctx context.Context) (*trigramStats, error) {
	known, now := s.trigrams.Load(), s.now()
	if known != nil && now.Sub(known.at).Abs() <= trigramsAge {
		return known, nil
	}
	current := &trigramStats{at: now}
	if known != nil {
		current.have, current.users = known.have, known.users
	}
	if !s.trigrams.CompareAndSwap(known, current) {
		return known, nil
	}
	sampled, err := sampleTrigrams(context.WithoutCancel(ctx), s.reads(), now)
	if err != nil {
		s.trigrams.CompareAndSwap(current, known)
		return nil, err
	}
	s.trigrams.Store(sampled)
	return sampled, nil
}

// sampleTrigrams reads the search texts of users at even distances.
func sampleTrigrams(ctx context.Context, r database.Reader, now time.Time) (*trigramStats, error) {
	last, err := database.Count(ctx, r, `SELECT COALESCE(MAX(number), 0) FROM users`)
	if err != nil {
		return nil, err
	}
	var f database.Filter
	texts, err := database.Collect(ctx, r, func(row database.Scanner) (text string, err error) { return text, row.Scan(&text) },
		evenly(&f, max(1, last/trigramsSample))+`SELECT u.search_text FROM sample CROSS JOIN users u WHERE u.number = sample.number`, f.Args...)
	if err != nil {
		return nil, err
	}
	have := map[string]int{}
	for _, text := range texts {
		for _, trigram := range trigramsOf(text) {
			have[trigram]++
		}
	}
	return &trigramStats{have, len(texts), now}, nil
}

// evenly begins a query with the table sample, which has numbers of users at even distances.
func evenly(f *database.Filter, step int) string {
	distance := f.Arg(step)
	return `WITH RECURSIVE sample (number) AS (
			SELECT CAST(` + f.Arg(1+step/2) + ` AS BIGINT) UNION ALL
			SELECT number + ` + distance + ` FROM sample WHERE number + ` + distance + ` <= (SELECT MAX(number) FROM users)
		) `
}
