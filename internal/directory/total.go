package directory

import (
	"context"
	"fmt"
	"math"

	"github.com/roboto-ai/console/internal/database"
)

// A Total is how many users a list holds.
type Total struct {
	N    int
	More bool // there are more than N
}

// total returns how many users are selected: exactly where the page has read them all, where the
// database keeps the count, and up to [maxSorted] where the index of the search is exact and
// there is no other condition. Otherwise it is a lower bound.
func (p plan) total(ctx context.Context, r database.Reader, got page) (Total, error) {
	n, kept := p.kept()
	switch {
	case got.counted:
		return Total{N: got.total}, nil
	case kept:
		return Total{N: n}, nil
	case got.end:
		return Total{N: got.last()}, nil
	}
	t, err := p.countSome(ctx, r)
	if t.More {
		t.N = max(t.N, got.last())
	}
	return t, err
}

// countSome counts the matches among candidates of any order: all candidates up to
// [maxSorted] if they need no recheck, else the first [maxMatches].
func (p plan) countSome(ctx context.Context, r database.Reader) (Total, error) {
	var f database.Filter
	exact := len(p.terms) > 0 && p.conditions() == 1 && len(p.others) == 0 && p.foundExactly()
	if exact {
		n, err := database.Count(ctx, r, `SELECT COUNT(*) FROM (`+p.found(&f)+` LIMIT `+f.Arg(p.most+1)+`) AS counted`, f.Args...)
		return Total{min(n, p.most), n > p.most}, err
	}
	conditions := append(p.outside(&f), p.details(&f, "", false)...)
	n, err := database.Count(ctx, r, `SELECT COUNT(*) FROM (SELECT number FROM (`+p.anyCandidates(&f)+`) AS candidates LIMIT `+f.Arg(min(p.most, maxMatches)+1)+`) AS c
		CROSS JOIN users u WHERE u.number = c.number AND `+database.AllOf(conditions), f.Args...)
	return Total{roundDown(n - 1), true}, err // one less, as all matches may be among these
}

// anyCandidates is the query of the numbers of candidates, without an order.
func (p plan) anyCandidates(f *database.Filter) string {
	if len(p.lookup) > 0 {
		return p.found(f)
	}
	return append(p.uncounted(), p.counted()...)[0].numbers(f)
}

// last returns the position of the last row of the page.
func (g page) last() int {
	if len(g.places) == 0 {
		return 0
	}
	return int(g.places[len(g.places)-1].position)
}

// roundDown returns n with zeros after its first two digits, and 0 for a negative n.
func roundDown(n int) int {
	n = max(n, 0)
	unit := int(math.Pow10(max(0, len(fmt.Sprint(n))-2)))
	return n / unit * unit
}
