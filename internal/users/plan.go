package users

import (
	"context"
	"slices"
	"strings"
)

// maxSorted is how many users are put in order, and counted, for one page: for ten
// thousand that takes under ten milliseconds. Of more it is told about how many
// they are.
const maxSorted = 10_000

// A walk through the facets costs as much as one through everyone where these are
// one in so many.
const dense = 8

// A plan is how a page is read: either those who are candidates are read and put
// in order, or the directory is walked in an order that an index has until the
// page is full.
type plan struct {
	selection
	column     column
	descending bool
	newest     bool                   // in the order of creation, whatever was asked for
	candidates func(f *filter) string // a query of the numbers of all who may be found, and few others; nil: walk
	sure       bool                   // whoever comes that way has the terms
	limit      int
}

// plan decides how the page at a place is read.
func (sel selection) plan(ctx context.Context, r reader, q Query, at place) (plan, error) {
	p := plan{selection: sel, column: q.Sort.column(), descending: q.Sort.descending(), limit: q.Limit}
	n, kept := sel.kept()
	switch {
	case sel.nobody:
		p.candidates = nobody
	case len(sel.terms) > 0:
		return p.search(ctx, r, at)
	case sel.rule.condition != nil && sel.tallies.days[sel.view] <= sel.most:
		p.candidates = sel.inView
	case kept && n > sel.most:
	case sel.size() <= sel.most && (len(sel.ranges) > 0 || sel.rule.condition != nil):
		p.candidates = sel.ofFacets
	case len(sel.ranges) > 0:
		few, err := sel.fits(ctx, r, sel.inRange)
		if few {
			p.candidates = sel.inRange
		}
		return p, err
	}
	return p, nil
}

// search decides how a page of what a search finds is read. A later page is in
// the order of the one before, however many there are by now.
func (p plan) search(ctx context.Context, r reader, at place) (plan, error) {
	if at.newest() {
		return p.newestFirst(), nil
	}
	few, err := p.foundFew(ctx, r, at)
	switch {
	case err != nil:
		return plan{}, err
	case few:
		p.candidates, p.sure = p.found, p.foundAlone()
	case p.size() <= p.most:
		p.candidates = p.ofFacets
	case at.key(): // the order of the page before cannot be kept up
		return plan{}, ErrBadCursor
	default:
		return p.newestFirst(), nil
	}
	return p, nil
}

// grown is how many times as many may be found on a later page as on the first, so
// that it is in the same order.
const grown = 2

// foundFew reports whether those whom the index of the search finds can be put in
// order. Those whom hardly anyone has, and those whom many have, need not be counted
// for that.
func (p plan) foundFew(ctx context.Context, r reader, at place) (bool, error) {
	switch {
	case slices.ContainsFunc(p.terms, func(t term) bool { return t.rare(p.known) }):
		return true, nil
	case !at.key() && len(p.terms) == 1 && p.terms[0].isThree() && p.known.about(p.terms[0], p.tallies.sum(views[ViewAll].facet)) > 3*p.most:
		return false, nil
	}
	most := p.most
	if at.key() {
		most *= grown
	}
	n, err := countUpTo(ctx, r, most+1, p.found)
	return n <= most, err
}

// found is the query of the numbers of all that the index of the search finds.
func (sel selection) found(f *filter) string {
	condition, _ := indexed(f, sel.terms, sel.known)
	return `SELECT ` + searchNumber + ` AS number FROM ` + searchIndex + ` WHERE ` + condition
}

// foundAlone reports whether whoever the index finds has the terms.
func (sel selection) foundAlone() bool {
	_, alone := indexed(new(filter), sel.terms, sel.known)
	return alone
}

// newestFirst returns p in the order of creation, which numbers have, too.
func (p plan) newestFirst() plan {
	p.newest = true
	p.column, p.descending, p.sure = byNumber, true, p.foundAlone()
	return p
}

// fits reports whether a query returns no more rows than can be put in order.
func (sel selection) fits(ctx context.Context, r reader, numbers func(*filter) string) (bool, error) {
	n, err := countUpTo(ctx, r, sel.most+1, numbers)
	return n <= sel.most, err
}

// countUpTo returns how many rows a query has, or most if they are more.
func countUpTo(ctx context.Context, r reader, most int, numbers func(*filter) string) (int, error) {
	var f filter
	query := `SELECT COUNT(*) FROM (` + numbers(&f) + ` LIMIT ` + f.arg(most) + `) AS some`
	return count(ctx, r, query, f.args...)
}

// nobody is the query of nobody's number.
func nobody(*filter) string { return `SELECT u.number FROM users u WHERE FALSE` }

// inView is the query of the numbers of all users for whom the condition of the
// view holds.
func (sel selection) inView(f *filter) string {
	return `SELECT u.number FROM users u WHERE ` + sel.rule.within + ` AND ` + sel.rule.condition(f, sel.now)
}

// ofFacets is the query of the numbers of all users in the facets.
func (sel selection) ofFacets(f *filter) string {
	return sel.eachFacet(f, func() string { return `TRUE` })
}

// inRange is the query of the numbers of users in the facets in the first range of
// time. Where it is all facets, or a time that they have no index for, it is of
// all users in that range.
func (sel selection) inRange(f *filter) string {
	first := sel.ranges[0]
	if len(sel.others) == 0 || first.column == byUpdated || sel.size()*dense > sel.tallies.sum(views[ViewAll].facet) {
		return `SELECT u.number FROM users u WHERE ` + first.condition(f, false)
	}
	return sel.eachFacet(f, func() string { return first.condition(f, false) })
}

// eachFacet is the query of the numbers of users in the facets for whom a
// condition holds.
func (sel selection) eachFacet(f *filter, condition func() string) string {
	parts := make([]string, len(sel.facets))
	for i, one := range sel.facets {
		parts[i] = `SELECT u.number FROM users u WHERE ` + one.condition(f) + ` AND ` + condition()
	}
	return strings.Join(parts, ` UNION ALL `)
}

// condition returns that a user is of the facet.
func (one facet) condition(f *filter) string {
	return `u.kind = ` + f.arg(one.Kind) + ` AND u.role = ` + f.arg(one.Role) + ` AND u.status = ` + f.arg(one.Status)
}

// outside returns that a user is in none of the other facets. It is put like that
// so that no index is used for it.
func (sel selection) outside(f *filter) []string {
	if len(sel.others) == 0 {
		return nil
	}
	values := make([]string, len(sel.others))
	for i, one := range sel.others {
		values[i] = `(` + f.arg(one.Kind) + `, ` + f.arg(one.Role) + `, ` + f.arg(one.Status) + `)`
	}
	return []string{`(u.kind, u.role, u.status) NOT IN (VALUES ` + strings.Join(values, `, `) + `)`}
}

// details returns what the selection asks for beyond facets, the terms unless they
// are sure. The range of the column that orders, if any, may use its index.
func (sel selection) details(f *filter, order column, sure bool) []string {
	var all []string
	for _, r := range sel.ranges {
		all = append(all, r.condition(f, r.column != order))
	}
	if sel.rule.condition != nil {
		all = append(all, sel.rule.condition(f, sel.now))
	}
	if sure {
		return all
	}
	for _, t := range sel.terms {
		all = append(all, t.condition(f, "u.search_text"))
	}
	return all
}
