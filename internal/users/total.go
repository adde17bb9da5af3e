package users

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Exactness says how a number is to be understood.
type Exactness int

// The exactnesses.
const (
	Exactly  Exactness = iota
	About              // estimated, to two digits
	MoreThan           // so many there are, and others
)

// A Total is how many users a list holds.
type Total struct {
	N   int
	How Exactness
}

// total returns how many users are selected: exactly up to [maxSorted], and beyond
// where the database keeps the count; otherwise about how many.
func (s *Service) total(ctx context.Context, actor Actor, sel selection, got page, q Query) (Total, error) {
	if got.counted {
		return Total{N: got.total}, nil
	}
	if n, kept := sel.kept(); kept {
		return Total{N: n}, nil
	}
	e, err := s.estimate(ctx, actor, sel, q)
	switch {
	case err != nil || e.exact:
		return Total{N: e.n}, err
	case got.end:
		return Total{N: got.last()}, nil
	}
	return roundedTotal(e.n, got.last()), nil
}

// estimate returns about how many users are selected, as one of the actor's long reads. One
// that is cancelled knows nothing, so that the total is that there are more than those seen.
func (s *Service) estimate(ctx context.Context, actor Actor, sel selection, q Query) (e estimate, err error) {
	e, err = s.estimates.of(sel, q, s.Changes(), func() (e estimate, err error) {
		err = s.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
			e, err = sel.estimate(ctx, r)
			return err
		})
		return e, err
	})
	if ReadCancelled(err) {
		return estimate{}, nil
	}
	return e, err
}

// last returns the position of the last row of the page.
func (g page) last() int {
	if len(g.rows) == 0 {
		return 0
	}
	return int(g.rows[len(g.rows)-1].position)
}

// roundedTotal returns an estimate to two digits, but that at least so many are
// known where it says less or nothing.
func roundedTotal(estimate, known int) Total {
	if estimate <= known {
		return Total{known, MoreThan}
	}
	unit := math.Pow10(max(0, len(fmt.Sprint(estimate))-2))
	return Total{max(known, int(math.Round(float64(estimate)/unit)*unit)), About}
}

const (
	maxCounted       = 100_000          // that the index of the search counts in milliseconds
	sampleMost       = 10_000           // users that an estimate looks at
	sampleLeast      = 100              // of them have to be found, so that it is right to a tenth or so
	estimateAge      = 10 * time.Second // for which an estimate is kept
	maxKeptEstimates = 200
)

// estimates cache [estimate] values by the question asked.
type estimates struct {
	mu   sync.Mutex
	kept map[string]estimate
}

// An estimate is about how many users a selection holds; 0 if that is not known.
type estimate struct {
	n       int
	exact   bool
	at      time.Time
	changes uint64 // of users, before it was read
}

// of returns about how many users are selected: from the cache if no user has changed since,
// else from read. A change by another process, such as the command line, shows after
// [estimateAge].
func (e *estimates) of(sel selection, q Query, changes uint64, read func() (estimate, error)) (estimate, error) {
	key := q.question()
	e.mu.Lock()
	cached, ok := e.kept[key]
	e.mu.Unlock()
	if ok && cached.changes == changes && sel.now.Sub(cached.at).Abs() < estimateAge {
		return cached, nil
	}
	fresh, err := read()
	if err != nil {
		return estimate{}, err
	}
	fresh.changes = changes
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || len(e.kept) >= maxKeptEstimates {
		e.kept = make(map[string]estimate)
	}
	e.kept[key] = fresh
	return fresh, nil
}

// estimate counts the users that are selected, if the index of the search can tell
// them and they are not too many; else it estimates how many they are. It is one
// statement.
func (sel selection) estimate(ctx context.Context, r database.Reader) (estimate, error) {
	e := estimate{at: sel.now}
	var f database.Filter
	if sel.asked() > 1 || len(sel.terms) == 0 || len(sel.others) > 0 || sel.search.counts() <= sel.most || !sel.foundAlone() {
		sample, step := sel.sample(&f, sel.most)
		found, err := database.Count(ctx, r, `SELECT `+sample, f.Args...)
		e.n = enough(found, step)
		return e, err
	}
	most := sel.search.counts()
	counted := countOf(&f, most+1, sel.found)
	sample, step := sel.sample(&f, most)
	var found int
	err := r.QueryRowContext(ctx, `SELECT n, CASE WHEN n > `+f.Arg(most)+` THEN `+sample+` ELSE 0 END
		FROM (SELECT `+counted+` AS n) AS counted`, f.Args...).Scan(&e.n, &found)
	if e.exact = e.n <= most; !e.exact {
		e.n = enough(found, step)
	}
	return e, err
}

// enough returns about how many users there are of whom so many are in a sample, or 0
// if they are too few to tell.
func enough(found, step int) int {
	if found < sampleLeast {
		return 0
	}
	return found * step
}

// sample returns the query of how many of the users that are selected, who are at
// least so many, are in a sample of all at even distances, and that distance.
func (sel selection) sample(f *database.Filter, least int) (query string, step int) {
	size := min(sampleMost, 3*sampleLeast*sel.everyone()/max(least, 1))
	step = max(1, sel.everyone()/max(size, 1))
	conditions := append(sel.outside(f), sel.details(f, "", false)...)
	return `(` + evenly(f, step) + `SELECT COUNT(*) FROM sample CROSS JOIN users u WHERE u.number = sample.number AND ` + database.AllOf(conditions) + `)`, step
}

// evenly begins a query with the table sample, which has numbers of users at even
// distances.
func evenly(f *database.Filter, step int) string {
	distance := f.Arg(step)
	return `WITH RECURSIVE sample (number) AS (
			SELECT CAST(` + f.Arg(1+step/2) + ` AS BIGINT) UNION ALL
			SELECT number + ` + distance + ` FROM sample WHERE number + ` + distance + ` <= (SELECT MAX(number) FROM users)
		) `
}
