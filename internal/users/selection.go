package users

import (
	"context"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A selection is which users a [Query] asks for, whatever order and place.
type selection struct {
	tallies tallies
	facets  []facet // to be found
	others  []facet // there is besides
	ranges  []timeRange
	rule    viewRule
	tokens  [][]tokenView // that users have: one of each
	now     time.Time
	most    int // that can be put in order
	terms   []spelling.Term
	search  searcher
	known   *trigramStats // which of them are rare
	exact   ID      // of the user who comes first
	name    string  // of users who come first, folded
	nobody  bool    // nobody can be found
	view    View
	simple  bool // nothing but the view is asked for
}

// maxPinned is how many users of the name that is searched for come first.
const maxPinned = 10

// pins reports whether some users may come first, whatever the order.
func (sel selection) pins() bool { return sel.exact != "" || sel.name != "" }

// pinned is the condition of users who come first.
func (sel selection) pinned(f *database.Filter) string {
	return `u.number IN (SELECT number FROM users WHERE user_id = ` + f.Arg(sel.exact) + ` UNION ALL
		SELECT number FROM (SELECT number FROM users WHERE sort_name = ` + f.Arg(sel.name) + ` ORDER BY number LIMIT ` + f.Arg(maxPinned) + `) AS named)`
}

// kept returns how many users are selected where the database keeps that count.
func (sel selection) kept() (n int, kept bool) {
	if sel.nobody {
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

// scanned returns how the terms are searched for without the index of the search.
func (sel selection) scanned() Scan {
	_, scans := sel.search.(scanSearch)
	switch {
	case !scans || len(sel.terms) == 0:
		return ScanNone
	case sel.everyone() > scannedMost:
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

// everyone returns how many users there are, save system users.
func (sel selection) everyone() int { return sel.tallies.sum(views[ViewAll].facet) }

// selection returns what q asks for, or an [*InvalidError] on what it asks for in
// vain.
func (s *Service) selection(ctx context.Context, q Query) (selection, error) {
	now := s.now()
	t := readTyped(q.Text, now, q.Zone)
	bad := q.validate(t)
	q.addSpans(&t, bad, now)
	if err := bad.errorOrNil(); err != nil {
		return selection{}, err
	}
	sel := selection{
		view: q.View, rule: views[q.View], now: now, most: s.config.MaxSorted,
		terms: t.terms, exact: t.exact, name: t.name,
	}
	sel.simple = q.asksNothing() && t.saysNothing()
	if sel.rule.times != nil {
		t.ranges = append(t.ranges, sel.rule.times(now)...)
	}
	var can bool
	sel.ranges, can = intersect(t.ranges)
	if sel.tokens = t.tokens; sel.rule.tokens != "" {
		sel.tokens = append(sel.tokens, []tokenView{sel.rule.tokens})
	}
	var err error
	if sel.tallies, err = readTallies(ctx, s.reads(), s.db.Engine(), now); err != nil {
		return selection{}, err
	}
	if !q.bare {
		if err := s.addTokenViews(ctx, &sel.tallies, sel.rule.tokens != ""); err != nil {
			return selection{}, err
		}
	}
	sel.search = searcherOf(s.db.Engine())
	if q.unindexed || sel.tallies.unindexed {
		sel.search = scanSearch{sel.search, q.whole}
	}
	sel.divide(func(f facet) bool { return q.wants(f, t) && sel.rule.facet(f) })
	if sel.nobody = t.nobody || !can || len(sel.facets) == 0; sel.nobody {
		sel.terms, sel.exact, sel.name = nil, "", ""
	}
	if len(sel.terms) > 0 && sel.search.learns() {
		if sel.known, err = s.trigramStats(ctx); err != nil {
			return selection{}, err
		}
	}
	return sel, nil
}

// divide divides the facets there are into those that are wanted and the others.
func (sel *selection) divide(wanted func(facet) bool) {
	for _, f := range sel.tallies.facets {
		if wanted(f) {
			sel.facets = append(sel.facets, f)
		} else {
			sel.others = append(sel.others, f)
		}
	}
}
