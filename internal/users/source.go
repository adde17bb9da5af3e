package users

import (
	"context"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

const (
	// wide is how many times as many as can be put in order are looked at where
	// something else narrows them: that costs less than to walk past all others.
	wide = 3
	// grown is how many times as many may be found on a later page as on the first,
	// so that it is in the same order.
	grown = 2
)

// A source is one way to everyone who may be found, and to few others.
type source struct {
	numbers func(*database.Filter) string // a query of their numbers
	n       int                           // how many come that way
	most    int                           // how many may
	sure    bool                          // whoever comes that way has the terms
}

// narrowest returns the source by which the fewest come, if they are few enough to
// be read and put in order. It counts them in one statement at most, and in none where
// a term is known to be rare, or nothing is searched for and a count that is kept will do.
func (p plan) narrowest(ctx context.Context, r database.Reader, at place) (s source, few bool, err error) {
	if slices.ContainsFunc(p.terms, func(t spelling.Term) bool { return p.known.rareTerm(t) }) {
		return source{numbers: p.found, sure: p.foundAlone()}, true, nil
	}
	counted, asked := p.counted(), p.uncounted(at)
	if at.key() {
		for _, all := range [][]source{counted, asked} {
			for i := range all {
				all[i].most *= grown
			}
		}
	}
	s, few = fewest(counted)
	if few && len(p.terms) == 0 || len(asked) == 0 {
		return s, few, nil
	}
	if err := countEach(ctx, r, asked); err != nil {
		return source{}, false, err
	}
	s, few = fewest(append(asked, counted...))
	return s, few, nil
}

// fewest returns the source by which the fewest come, of those by which not too
// many do.
func fewest(all []source) (s source, ok bool) {
	for _, one := range all {
		if one.n <= one.most && (!ok || one.n < s.n) {
			s, ok = one, true
		}
	}
	return s, ok
}

// counted returns the sources that the database keeps the counts of.
func (p plan) counted() (all []source) {
	asked := p.asked()
	if p.rule.condition != nil {
		all = append(all, source{numbers: p.inView, n: p.tallies.days[p.view], most: p.bound(asked > 1)})
	}
	if asked > 0 {
		all = append(all, source{numbers: p.ofFacets, n: p.size(), most: p.most})
	}
	return all
}

// uncounted returns the other sources. On the first page the index of the search is
// none, and not counted in vain, where its only term is known to be in far too many texts.
func (p plan) uncounted(at place) (all []source) {
	asked := p.asked()
	for _, one := range p.ranges {
		numbers := func(f *database.Filter) string { return p.inRange(f, one) }
		all = append(all, source{numbers: numbers, most: p.bound(asked > 1 || p.loose(one))})
	}
	for _, views := range p.tokens {
		numbers := func(f *database.Filter) string { return haveTokens(f, views, p.now) }
		all = append(all, source{numbers: numbers, most: p.bound(asked > 1)})
	}
	if len(p.terms) == 0 {
		return all
	}
	found := source{numbers: p.found, most: p.bound(asked > 1 || len(p.others) > 0), sure: p.foundAlone()}
	one := p.terms[0]
	far := 3 * found.most
	if p.search.counts() <= p.most { // where to count is dear, a guess is believed sooner
		far = found.most
	}
	if at.key() || len(p.terms) > 1 || !one.IsTrigram() || p.known.estimate(one, p.everyone()) <= far {
		all = append(all, found)
	}
	return all
}

// asked returns how many things are asked for beyond facets.
func (sel selection) asked() int {
	n := len(sel.ranges) + len(sel.tokens) + min(len(sel.terms), 1)
	if sel.rule.condition != nil {
		n++
	}
	return n
}

// bound returns how many may come from a source that something else narrows, or not.
func (sel selection) bound(narrowed bool) int {
	if narrowed {
		return wide * sel.most
	}
	return sel.most
}

// countEach counts what comes from each of the sources, up to one more than may.
func countEach(ctx context.Context, r database.Reader, all []source) error {
	var f database.Filter
	queries, into := make([]string, len(all)), make([]any, len(all))
	for i := range all {
		queries[i], into[i] = countOf(&f, all[i].most+1, all[i].numbers), &all[i].n
	}
	return r.QueryRowContext(ctx, `SELECT `+strings.Join(queries, `, `), f.Args...).Scan(into...)
}

// countOf is the query of how many rows a query has, or most if they are more.
func countOf(f *database.Filter, most int, numbers func(*database.Filter) string) string {
	return `(SELECT COUNT(*) FROM (` + numbers(f) + ` LIMIT ` + f.Arg(most) + `) AS counted)`
}

// nobody is the query of nobody's number.
func nobody(*database.Filter) string { return `SELECT u.number FROM users u WHERE FALSE` }

// found is the query of the numbers of all that the index of the search finds.
func (sel selection) found(f *database.Filter) string {
	return sel.search.found(f, sel.terms, sel.known)
}

// foundAlone reports whether whoever the index finds has the terms.
func (sel selection) foundAlone() bool { return sel.search.alone(sel.terms, sel.known) }

// inView is the query of the numbers of all users for whom the condition of the
// view holds.
func (sel selection) inView(f *database.Filter) string {
	return `SELECT u.number FROM users u WHERE ` + sel.rule.within + ` AND ` + sel.rule.condition(f, sel.now)
}

// ofFacets is the query of the numbers of all users in the facets.
func (sel selection) ofFacets(f *database.Filter) string {
	return sel.eachFacet(f, func() string { return `TRUE` })
}

// loose reports whether users of other facets come along with those in a range of
// time: where these have no index for it, or are hardly any.
func (sel selection) loose(r timeRange) bool {
	n := 0
	for _, f := range sel.others {
		n += f.n
	}
	return n > 0 && (r.column == byUpdated || n <= sel.most/10)
}

// inRange is the query of the numbers of users in a range of time.
func (sel selection) inRange(f *database.Filter, r timeRange) string {
	if len(sel.others) == 0 || sel.loose(r) {
		return `SELECT u.number FROM users u WHERE ` + r.condition(f, false)
	}
	return sel.eachFacet(f, func() string { return r.condition(f, false) })
}

// eachFacet is the query of the numbers of users in the facets for whom a
// condition holds.
func (sel selection) eachFacet(f *database.Filter, condition func() string) string {
	parts := make([]string, len(sel.facets))
	for i, one := range sel.facets {
		parts[i] = `SELECT u.number FROM users u WHERE ` + one.condition(f) + ` AND ` + condition()
	}
	return strings.Join(parts, ` UNION ALL `)
}
