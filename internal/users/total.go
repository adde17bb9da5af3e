package users

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"
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

// total returns how many users are selected: exactly up to [maxExact], and beyond
// where the database keeps the count; otherwise about how many.
func (s *Service) total(ctx context.Context, sel selection, got page, q Query) (Total, error) {
	if got.counted {
		return Total{N: got.total}, nil
	}
	if n, kept := sel.kept(); kept {
		return Total{N: n}, nil
	}
	n, err := s.estimates.of(ctx, s.reads(), sel, q)
	if err != nil {
		return Total{}, err
	}
	return roundedTotal(n, got.last()), nil
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
	sampleSize       = 10_000           // users that an estimate looks at
	sampleLeast      = 100              // of them have to be found, so that it is right to a tenth or so
	estimateAge      = 10 * time.Second // for which an estimate is kept
	maxKeptEstimates = 200
)

// estimates are about how many users were selected of late.
type estimates struct {
	mu   sync.Mutex
	kept map[string]estimate
}

// An estimate is about how many users there were at a time; 0 if it is not known.
type estimate struct {
	n  int
	at time.Time
}

// of returns about how many users are selected, or 0 if they are too few among
// all to tell. What it returns was true within the last ten seconds.
func (e *estimates) of(ctx context.Context, r reader, sel selection, q Query) (int, error) {
	key := q.question()
	e.mu.Lock()
	known, ok := e.kept[key]
	e.mu.Unlock()
	if ok && sel.now.Sub(known.at).Abs() < estimateAge {
		return known.n, nil
	}
	n, err := sel.sample(ctx, r)
	if err != nil {
		return 0, err
	}
	e.keep(key, estimate{n, sel.now})
	return n, nil
}

// keep keeps an estimate, and lets go of old ones when there are many.
func (e *estimates) keep(key string, new estimate) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || len(e.kept) >= maxKeptEstimates {
		e.kept = make(map[string]estimate)
	}
	e.kept[key] = new
}

// sample estimates how many users are selected from some of all users, at even
// distances.
func (sel selection) sample(ctx context.Context, r reader) (int, error) {
	var f filter
	step := max(1, sel.tallies.sum(views[ViewAll].facet)/sampleSize)
	distance := f.arg(step)
	conditions := append(sel.outside(&f), sel.details(&f, "", false)...)
	found, err := count(ctx, r, `WITH RECURSIVE sample (number) AS (
			SELECT `+f.arg(1+step/2)+` UNION ALL
			SELECT number + `+distance+` FROM sample WHERE number + `+distance+` <= (SELECT MAX(number) FROM users)
		) SELECT COUNT(*) FROM sample CROSS JOIN users u WHERE u.number = sample.number AND `+allOf(conditions), f.args...)
	if err != nil || found < sampleLeast {
		return 0, err
	}
	return found * step, nil
}
