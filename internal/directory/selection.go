package directory

import (
	"context"
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
	tokens    [][]tokenView // of each list, a user has tokens of one view
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
	if !kept && len(sel.terms) == 0 && len(sel.ranges) == 0 && len(sel.tokens) == 0 && sel.rule.condition == nil {
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
	bad := q.validate(t)
	q.addSpans(&t, bad, now)
	if err := bad.OrNil(); err != nil {
		return selection{}, err
	}
	sel := selection{
		view: q.View, rule: views[q.View], now: now, most: s.config.MaxSorted,
		terms: t.terms, exactID: t.exactID, exactName: t.exactName, tokens: t.tokens,
	}
	sel.simple = q.asksNothing() && t.saysNothing()
	if sel.rule.times != nil {
		t.ranges = append(t.ranges, sel.rule.times(now)...)
	}
	var possible bool
	sel.ranges, possible = intersect(t.ranges)
	if sel.rule.tokens != "" {
		sel.tokens = append(sel.tokens, []tokenView{sel.rule.tokens})
	}
	if err := s.readCounts(ctx, &sel, q); err != nil {
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
	return sel, nil
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
