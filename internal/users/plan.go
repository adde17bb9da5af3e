package users

import (
	"context"
	"strings"

	"github.com/roboto-ai/console/internal/database"
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
	newest     bool                            // in the order of creation, whatever was asked for
	candidates func(f *database.Filter) string // a query of the numbers of all who may be found, and few others; nil: walk
	sure       bool                            // whoever comes that way has the terms
	limit      int
	full       bool // the rows have the columns of a record
}

// plan decides how the page at a place is read.
func (sel selection) plan(ctx context.Context, r database.Reader, q Query, at place) (plan, error) {
	p := plan{selection: sel, column: q.Sort.column(), descending: q.Sort.descending(), limit: q.Limit, full: q.full}
	n, kept := sel.kept()
	switch {
	case sel.nobody:
		p.candidates = nobody
		return p, nil
	case at.newest() && len(sel.terms) > 0: // as the page before
		return p.newestFirst(), nil
	case at.newest() || at.pinned && !sel.pins():
		return plan{}, ErrBadCursor
	case kept && n > sel.most || sel.asked() == 0:
		return p, nil
	}
	s, few, err := p.narrowest(ctx, r, at)
	switch {
	case err != nil:
		return plan{}, err
	case few:
		p.candidates, p.sure = s.numbers, s.sure
	case len(p.terms) == 0 || p.someFacets():
	case at.key(): // the order of the page before cannot be kept up
		return plan{}, ErrBadCursor
	default:
		return p.newestFirst(), nil
	}
	return p, nil
}

// someFacets reports whether the facets have an index for the order, and are so small
// a part of the directory that to walk through them all, whatever is looked for, takes
// a tenth of a second.
func (p plan) someFacets() bool {
	return p.column != byUpdated && p.size() <= 10*p.most && p.size()*dense < p.everyone()
}

// newestFirst returns p in the order of creation, which numbers have, too.
func (p plan) newestFirst() plan {
	p.newest = true
	p.column, p.descending, p.sure = byNumber, true, p.foundAlone()
	return p
}

// condition returns that a user is of the facet.
func (one facet) condition(f *database.Filter) string {
	return `u.kind = ` + f.Arg(one.Kind) + ` AND u.role = ` + f.Arg(one.Role) + ` AND u.status = ` + f.Arg(one.Status)
}

// outside returns that a user is in none of the other facets. It is put like that
// so that no index is used for it.
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

// details returns what the selection asks for beyond facets, the terms unless they
// are sure. The range of the column that orders, if any, may use its index.
func (sel selection) details(f *database.Filter, order column, sure bool) []string {
	var all []string
	for _, r := range sel.ranges {
		all = append(all, r.condition(f, r.column != order))
	}
	if sel.rule.condition != nil {
		all = append(all, sel.rule.condition(f, sel.now))
	}
	for _, views := range sel.tokens {
		all = append(all, `u.number IN (`+haveTokens(f, views, sel.now)+`)`)
	}
	if sure {
		return all
	}
	for _, t := range sel.terms {
		all = append(all, termCondition(f, t, "u.search_text"))
	}
	return all
}
