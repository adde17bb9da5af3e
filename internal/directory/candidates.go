package directory

import (
	"context"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

const (
	// narrowedFactor is how many times as many candidates are read where other conditions
	// narrow them: that costs less than walking past all other users.
	narrowedFactor = 3
	// pagingFactor is how many times as many candidates a later page may have as the first, so
	// that its order does not change while users are added.
	pagingFactor = 2
	// maxMatches is how many matches of a search are put in the order asked for. With more, the
	// newest come first, as the index has that order: reading and sorting more would make these
	// the slowest pages (4 µs a row).
	maxMatches = 2_000
)

// A candidateQuery selects a superset of the matching users.
type candidateQuery struct {
	numbers func(*database.Filter) string // the query of their numbers
	n       int                           // how many they are, counted up to limit+1
	limit   int                           // how many may be read and sorted
	last    int64                         // the number of the last candidate counted, of a search
	lookup  []spelling.Term               // of a search: the terms that the index is asked for
	exact   bool                          // the candidates match all terms; no recheck needed
}

// smallest returns the candidate query with the fewest candidates, if they are few enough to be
// read and sorted. It counts in one statement at most, and in none if there are no terms and a
// count that the database keeps is small enough. It notes in p which terms the index is asked
// for where there are too many candidates.
func (p *plan) smallest(ctx context.Context, r database.Reader, at place) (c candidateQuery, ok bool, err error) {
	counted, uncounted := p.counted(), p.uncounted()
	if at.key() {
		for _, all := range [][]candidateQuery{counted, uncounted} {
			for i := range all {
				all[i].limit *= pagingFactor
			}
		}
	}
	c, ok = fewest(counted)
	if ok && len(p.terms) == 0 || len(uncounted) == 0 {
		return c, ok, nil
	}
	if err := countEach(ctx, r, uncounted); err != nil {
		return candidateQuery{}, false, err
	}
	p.lookup = rarest(uncounted)
	c, ok = fewest(append(uncounted, counted...))
	return c, ok, nil
}

// fewest returns the query with the fewest candidates, of those within their limit.
func fewest(all []candidateQuery) (c candidateQuery, ok bool) {
	for _, one := range all {
		if one.n <= one.limit && (!ok || one.n < c.n) {
			c, ok = one, true
		}
	}
	return c, ok
}

// counted returns the candidate queries whose counts the database keeps.
func (p plan) counted() (all []candidateQuery) {
	conditions := p.conditions()
	for _, one := range p.criteria {
		limit := p.limitOf(conditions > 1)
		if one.few {
			limit = max(limit, one.n)
		}
		if one.n >= 0 {
			all = append(all, candidateQuery{numbers: one.numbers, n: one.n, limit: limit})
		}
	}
	if conditions > 0 {
		all = append(all, candidateQuery{numbers: p.ofFacets, n: p.size(), limit: p.most})
	}
	return all
}

// uncounted returns the other candidate queries.
func (p plan) uncounted() (all []candidateQuery) {
	conditions := p.conditions()
	for _, one := range p.ranges {
		numbers := func(f *database.Filter) string { return p.inRange(f, one) }
		all = append(all, candidateQuery{numbers: numbers, limit: p.limitOf(conditions > 1 || p.mixed(one))})
	}
	for _, one := range p.criteria {
		if one.n < 0 {
			all = append(all, candidateQuery{numbers: one.numbers, limit: p.limitOf(conditions > 1)})
		}
	}
	return append(all, p.searches()...)
}

// searches returns a candidate query for each part of the terms, none without terms.
func (p plan) searches() (all []candidateQuery) {
	if len(p.terms) == 0 {
		return nil
	}
	for _, part := range p.search.parts(p.terms) {
		all = append(all, candidateQuery{
			numbers: func(f *database.Filter) string { return p.search.found(f, part) }, limit: min(p.most, maxMatches),
			lookup: part, exact: len(part) == len(p.terms) && p.search.exact(part),
		})
	}
	return all
}

// conditions returns how many conditions there are beyond facets.
func (sel selection) conditions() int {
	return len(sel.ranges) + len(sel.criteria) + min(len(sel.terms), 1)
}

// limitOf returns how many candidates may be read, depending on whether other conditions
// narrow them.
func (sel selection) limitOf(narrowed bool) int {
	if narrowed {
		return narrowedFactor * sel.most
	}
	return sel.most
}

// countEach counts the candidates of each query, up to one more than its limit.
func countEach(ctx context.Context, r database.Reader, all []candidateQuery) error {
	var f database.Filter
	var columns, tables []string
	var into []any
	for i := range all {
		name := `c` + strconv.Itoa(i)
		last := `0`
		if all[i].lookup != nil {
			last = `COALESCE(MAX(number), 0)`
		}
		tables = append(tables, `(SELECT COUNT(*) AS n, `+last+` AS last FROM (`+all[i].numbers(&f)+` LIMIT `+f.Arg(all[i].limit+1)+`) AS counted) AS `+name)
		columns, into = append(columns, name+`.n`, name+`.last`), append(into, &all[i].n, &all[i].last)
	}
	return r.QueryRowContext(ctx, `SELECT `+strings.Join(columns, `, `)+` FROM `+strings.Join(tables, ` CROSS JOIN `), f.Args...).Scan(into...)
}

// rarest returns the part of a search, of several with too many candidates, whose last counted
// candidate has the highest number: its candidates are the farthest apart.
func rarest(all []candidateQuery) (lookup []spelling.Term) {
	var last int64 = -1
	for _, c := range all {
		if c.lookup != nil && c.last > last {
			lookup, last = c.lookup, c.last
		}
	}
	return lookup
}

// noUser is a query that selects no user.
func noUser(*database.Filter) string { return `SELECT u.number FROM users u WHERE FALSE` }

// found is the query of the numbers of all users that the index of the search finds.
func (sel selection) found(f *database.Filter) string { return sel.search.found(f, sel.lookup) }

// foundExactly reports whether the users that the index finds match the terms.
func (sel selection) foundExactly() bool {
	return len(sel.lookup) == len(sel.terms) && sel.search.exact(sel.terms)
}

// inView is the query of the numbers of all users for whom the condition of the view holds.
func (sel selection) inView(f *database.Filter) string {
	return `SELECT u.number FROM users u WHERE ` + sel.rule.within + ` AND ` + sel.rule.condition(f, sel.now)
}

// ofFacets is the query of the numbers of all users in the facets.
func (sel selection) ofFacets(f *database.Filter) string {
	return sel.eachFacet(f, func() string { return `TRUE` })
}

// mixed reports whether the query of a range of time selects users of other facets, too: where
// the facets have no index for it, or the others hardly any users.
func (sel selection) mixed(r timeRange) bool {
	n := 0
	for _, f := range sel.others {
		n += f.n
	}
	return n > 0 && (r.column == byUpdated || n <= sel.most/10)
}

// inRange is the query of the numbers of users in a range of time.
func (sel selection) inRange(f *database.Filter, r timeRange) string {
	if len(sel.others) == 0 || sel.mixed(r) {
		return `SELECT u.number FROM users u WHERE ` + r.condition(f, false)
	}
	return sel.eachFacet(f, func() string { return r.condition(f, false) })
}

// eachFacet is the query of the numbers of users in the facets for whom a condition holds.
func (sel selection) eachFacet(f *database.Filter, condition func() string) string {
	parts := make([]string, len(sel.facets))
	for i, one := range sel.facets {
		parts[i] = `SELECT u.number FROM users u WHERE ` + one.condition(f) + ` AND ` + condition()
	}
	return strings.Join(parts, ` UNION ALL `)
}
