package directory

// A Total is how many users a list holds.
type Total struct {
	N    int
	More bool // there are more than N
}

// total returns how many users are selected: exactly up to [maxSorted] and wherever the
// database keeps the count; otherwise how many there are at least.
func (p plan) total(got page) Total {
	if got.counted {
		return Total{N: got.total}
	}
	if n, kept := p.kept(); kept {
		return Total{N: n}
	}
	if got.end {
		return Total{N: got.last()}
	}
	return Total{max(p.atLeast, got.last()), true}
}

// last returns the position of the last row of the page.
func (g page) last() int {
	if len(g.rows) == 0 {
		return 0
	}
	return int(g.rows[len(g.rows)-1].position)
}
