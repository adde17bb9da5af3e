package directory

import (
	"context"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// maxSorted is how many users are read and sorted, and counted, for one page. Ten thousand take up
// to 40 ms at a million users; scanning an index for as few matches would take as long.
const maxSorted = 10_000

// facetScanRatio is the share of users, one in so many, below which the indexes of the facets
// are scanned instead of the index of everyone.
const facetScanRatio = 8

// A plan is how a page is read: either all candidates are read and sorted, or users are read
// in the order of an index, rechecking each, until the page is full.
type plan struct {
	selection
	column     column
	descending bool
	newest     bool                            // the newest first, whatever order was asked for
	candidates func(f *database.Filter) string // the query of their numbers; nil: scan an index
	exact      bool                            // the candidates match all terms; no recheck needed
	limit      int
	lean       bool // see Query.Lean
	full       bool // the rows have the columns of a record
}

// plan decides how the page at a place is read.
func (sel selection) plan(ctx context.Context, r database.Reader, q Query, at place) (plan, error) {
	p := plan{selection: sel, column: q.Sort.column(), descending: q.Sort.descending(), limit: q.Limit, lean: q.Lean && !q.full, full: q.full}
	n, kept := sel.kept()
	switch {
	case sel.empty:
		p.candidates = noUser
		return p, nil
	case at.newest() && len(sel.terms) > 0: // as the page before
		err := p.chooseLookup(ctx, r)
		return p.newestFirst(), err
	case at.newest() || at.pinned && !sel.pins():
		return plan{}, users.ErrBadCursor
	case kept && n > sel.most || sel.conditions() == 0:
		return p, nil
	}
	c, ok, err := p.smallest(ctx, r, at)
	switch {
	case err != nil:
		return plan{}, err
	case ok:
		p.candidates, p.exact = c.numbers, c.exact
	case len(p.terms) == 0 || p.smallFacets():
	case at.key(): // the page before was sorted, and this one cannot be
		return plan{}, users.ErrBadCursor
	default:
		return p.newestFirst(), nil
	}
	return p, nil
}

// chooseLookup notes in p which terms the index of the search is asked for.
func (p *plan) chooseLookup(ctx context.Context, r database.Reader) error {
	searches := p.searches()
	if len(searches) > 1 {
		if err := countEach(ctx, r, searches); err != nil {
			return err
		}
	}
	p.lookup = rarest(searches)
	return nil
}

// smallFacets reports whether the facets have an index for the order and hold so few users that
// scanning all of them takes a tenth of a second at most.
func (p plan) smallFacets() bool {
	return p.column != byUpdated && p.size() <= 10*p.most && p.size()*facetScanRatio < p.everyone()
}

// newestFirst returns p in the order of creation, which the index of the search has, too.
func (p plan) newestFirst() plan {
	p.newest = true
	p.column, p.descending, p.exact = byNumber, true, p.foundExactly()
	return p
}

// condition is the condition that a user is in the facet.
func (one facet) condition(f *database.Filter) string {
	return `u.kind = ` + f.Arg(one.Kind) + ` AND u.role = ` + f.Arg(one.Role) + ` AND u.status = ` + f.Arg(one.Status)
}

// outside is the condition that a user is in none of the other facets. In this form no index is
// used for it.
func (sel selection) outside(f *database.Filter) []string {
	if len(sel.others) == 0 {
		return nil
	}
	values := make([]string, len(sel.others))
	for i, one := range sel.others {
		values[i] = `(` + f.Arg(one.Kind) + `, ` + f.Arg(one.Role) + `, ` + f.Arg(one.Status) + `)`
	}
	return []string{`(u.kind, u.role, u.status) NOT IN (VALUES ` + strings.Join(values, `, `) + `)`}
}

// details returns the conditions beyond facets, without the terms if the rows match them
// already. A range of the column that orders may use its index.
func (sel selection) details(f *database.Filter, order column, exact bool) []string {
	var all []string
	for _, r := range sel.ranges {
		all = append(all, r.condition(f, r.column != order))
	}
	for _, one := range sel.criteria {
		all = append(all, one.holds(f))
	}
	if exact {
		return all
	}
	for _, t := range sel.terms {
		all = append(all, termCondition(f, t, "u.search_text"))
	}
	return all
}
