package directory

import (
	"context"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// A selection is which users a [Query] selects, in any order and place.
type selection struct {
	tallies   tallies
	facets    []facet // that the query allows
	others    []facet // the other facets that have users
	ranges    []timeRange
	rule      viewRule
	criteria  []criterion
	addresses []users.ID // that are searched for
	now       time.Time
	most      int // users that may be sorted
	terms     []spelling.Term
	lookup    []spelling.Term // of the terms, those that the index of the search is asked for
	search    searcher
	exactID   users.ID // user_id of the user who comes first
	exactName string   // folded name of users who come first
	empty     bool     // no user matches
	view      View
	simple    bool // nothing but the view is asked for
}

// A criterion is a condition beyond facets, ranges of time and terms.
type criterion struct {
	numbers func(f *database.Filter) string // the query of the numbers of the users who meet it, each once
	holds   func(f *database.Filter) string // that user u meets it; uses no index of users
	n       int                             // how many users meet it; -1 if that is not known
	few     bool                            // they are so few that they are always sorted
}

// maxPinned is how many users with the name that is searched for come first.
const maxPinned = 10

// pins reports whether some users may come first in any order.
func (sel selection) pins() bool { return sel.exactID != "" || sel.exactName != "" }

// pinned is the condition of the users who come first.
func (sel selection) pinned(f *database.Filter) string {
	return `u.number IN (SELECT number FROM users WHERE user_id = ` + f.Arg(sel.exactID) + ` UNION ALL
		SELECT number FROM (SELECT number FROM users WHERE sort_name = ` + f.Arg(sel.exactName) + ` ORDER BY number LIMIT ` + f.Arg(maxPinned) + `) AS named)`
}

// kept returns how many users are selected if the database keeps that count.
func (sel selection) kept() (n int, kept bool) {
	if sel.empty {
		return 0, true
	}
	if sel.simple {
		n, kept = sel.tallies.days[sel.view]
	}
	if !kept && len(sel.terms) == 0 && len(sel.ranges) == 0 && len(sel.criteria) == 0 {
		return sel.size(), true
	}
	return n, kept
}

// context returns ctx for the queries of sel. How a term is searched for depends on how often it
// occurs.
func (sel selection) context(ctx context.Context) context.Context {
	if len(sel.terms) == 0 {
		return ctx
	}
	return database.WithCustomPlan(ctx)
}

// scanned returns how the terms are searched for without the index of the search.
func (sel selection) scanned() Scan {
	_, scans := sel.search.(scanSearch)
	switch {
	case !scans || len(sel.terms) == 0:
		return ScanNone
	case sel.everyone() > maxScanned:
		return ScanNewest
	}
	return ScanAll
}

// size returns how many users are in the facets.
func (sel selection) size() (n int) {
	for _, f := range sel.facets {
		n += f.n
	}
	return n
}

// everyone returns how many users there are, without system users.
func (sel selection) everyone() int { return sel.tallies.sum(views[ViewAll].facet) }

// selection returns what q selects, or an [*users.InvalidError] on filters that it does not know.
func (s *Service) selection(ctx context.Context, q Query) (selection, error) {
	now := s.now()
	t := parse(q.Text, now, q.Zone)
	q.near.widen(t.terms)
	if err := s.resolve(ctx, &t); err != nil {
		return selection{}, err
	}
	bad := q.validate(t)
	sel := selection{
		view: q.View, rule: views[q.View], now: now, most: s.config.MaxSorted, simple: q.asksNothing() && t.saysNothing(),
		terms: t.terms, exactID: t.exactID, exactName: t.exactName, addresses: t.addresses,
	}
	q.addFilters(&t, bad)
	if err := bad.OrNil(); err != nil {
		return selection{}, err
	}
	if sel.rule.times != nil {
		t.ranges = append(t.ranges, sel.rule.times(now)...)
	}
	var possible bool
	sel.ranges, possible = intersect(t.ranges)
	if err := s.readCounts(ctx, &sel, q); err != nil {
		return selection{}, err
	}
	if err := s.addCriteria(ctx, &sel, t, q.Keys); err != nil {
		return selection{}, err
	}
	sel.divide(func(f facet) bool { return q.wants(f, t) && sel.rule.facet(f) })
	if sel.empty = t.unmatchable || !possible || len(sel.facets) == 0; sel.empty {
		sel.terms, sel.exactID, sel.exactName = nil, "", ""
	}
	sel.search = searcherOf(s.db.Engine())
	if q.unindexed || sel.tallies.unindexed {
		sel.search = scanSearch{sel.search, q.whole}
	}
	if q.near != nil {
		sel.search, sel.most = togetherSearch{sel.search}, min(sel.most, closeSorted)
	}
	return sel, nil
}

// resolve leaves the only word of t as an address, instead of every text with it, where a user has
// it: one read of an index instead of a search.
func (s *Service) resolve(ctx context.Context, t *parsed) error {
	if t.address == "" {
		return nil
	}
	var has bool
	err := s.reads().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE user_id = $1)`, t.address).Scan(&has)
	if has {
		t.addresses, t.terms, t.exactID, t.exactName = []users.ID{t.address}, nil, "", ""
	}
	return err
}

// addCriteria adds the criteria of the view and of the filters to sel.
func (s *Service) addCriteria(ctx context.Context, sel *selection, t parsed, keys []users.Key) error {
	if sel.rule.condition != nil {
		holds := func(f *database.Filter) string { return sel.rule.condition(f, sel.now) }
		sel.criteria = append(sel.criteria, criterion{numbers: sel.inView, holds: holds, n: sel.tallies.days[sel.view]})
	}
	if sel.rule.tokens != "" {
		t.tokens = append(t.tokens, []tokenView{sel.rule.tokens})
	}
	for _, views := range t.tokens {
		numbers := func(f *database.Filter) string { return haveTokens(f, views, sel.now) }
		sel.criteria = append(sel.criteria, numbered(numbers, -1))
	}
	if len(t.addresses) > 0 {
		sel.criteria = append(sel.criteria, among("user_id", t.addresses))
	}
	if len(keys) > 0 {
		sel.criteria = append(sel.criteria, among("key", keys))
	}
	for _, named := range t.named {
		one, err := s.criterion(ctx, named)
		if err != nil {
			return err
		}
		sel.criteria = append(sel.criteria, one)
	}
	return nil
}

// among returns the criterion that a unique column of a user has one of some values.
func among[T any](column string, values []T) criterion {
	one := numbered(func(f *database.Filter) string {
		return `SELECT number FROM users WHERE ` + column + ` IN ` + oneOf(f, values)
	}, len(values))
	one.few = true
	return one
}

// numbered returns the criterion that a query selects a user.
func numbered(numbers func(f *database.Filter) string, n int) criterion {
	return criterion{numbers: numbers, holds: func(f *database.Filter) string { return `u.number IN (` + numbers(f) + `)` }, n: n}
}

// missing returns the addresses that are searched for and that none of the users has.
func (sel selection) missing(found []users.User) []users.ID {
	return slices.DeleteFunc(slices.Clone(sel.addresses), func(id users.ID) bool {
		return slices.ContainsFunc(found, func(u users.User) bool { return u.ID == id })
	})
}

// readCounts reads the counts that the database keeps, and counts the views of tokens.
func (s *Service) readCounts(ctx context.Context, sel *selection, q Query) (err error) {
	if sel.tallies, err = readTallies(ctx, s.reads(), s.db.Engine(), sel.now); err != nil || q.bare {
		return err
	}
	return s.addTokenViews(ctx, &sel.tallies, sel.rule.tokens != "")
}

// divide divides the facets that have users into those that are wanted and the others.
func (sel *selection) divide(wanted func(facet) bool) {
	for _, f := range sel.tallies.facets {
		if wanted(f) {
			sel.facets = append(sel.facets, f)
		} else {
			sel.others = append(sel.others, f)
		}
	}
}
