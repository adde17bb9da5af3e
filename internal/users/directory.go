package users

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
)

// Sort names an order of the directory; with a leading - the other way round.
type Sort string

// column is what a Sort orders by: a text of this package, never a client's.
type column string

const (
	byName    column = "u.sort_name"
	byID      column = "u.user_id"
	byCreated column = "u.created_at"
	bySeen    column = "u.seen_at"
	byUpdated column = "u.updated_at"
	byNumber  column = "u.number" // the order of creation, too, of those a search finds
)

// columns are the orders there are.
var columns = map[Sort]column{"name": byName, "id": byID, "created": byCreated, "seen": bySeen, "updated": byUpdated}

// column returns what s orders by, empty if there is no such order.
func (s Sort) column() column { return columns[Sort(strings.TrimPrefix(string(s), "-"))] }

// descending reports whether s is the other way round.
func (s Sort) descending() bool { return strings.HasPrefix(string(s), "-") }

// A Query asks for a part of the directory. Its zero value asks for the first
// page of all users save system users, by name.
type Query struct {
	// Text is what is typed: words, each of which is in the name or the user_id,
	// whatever case and accents, and filters such as type:service. A word of one
	// or two characters begins a word.
	Text    string
	Kind    Kind // system users are listed when asked for by kind alone
	Role    Role
	Status  Status
	Seen    Span
	Created Span
	View    View
	Sort    Sort
	Zone    *time.Location // whose days a Span means; nil is UTC
	After   string         // cursors, as a Listing gives them
	Before  string
	Limit   int // rows; 0 means DefaultLimit; at most MaxLimit

	unindexed bool // the index of the search is not used
	whole     bool // all users are searched, however long that takes

	suggest bool   // nothing but the users is wanted, and none who are deactivated
	secret  string // that cursors are sealed with
}

// A Listing is one page of the directory. Its users lack what no list shows: their
// notifications, purpose and version, and who created them.
type Listing struct {
	Users    []User
	Total    Total        // of all pages
	Counts   map[View]int // of the named views
	Scanned  Scan         // how the words were searched for without the index of the search
	Newest   bool         // too many were found to put them in the order asked for: the newest come first
	From     int          // position of the first row, from 1
	Next     string       // cursor for After; empty on the last page
	Previous string       // cursor for Before; empty on the first page
}

// Users returns a page of the directory.
//
// The user whose user_id is searched for comes first, and up to [maxPinned] whose whole
// name is. Then come the others as Sort says; or, where a search finds more than can be put in order at once, the
// newest first.
//
// Users returns a [*ForbiddenError], [ErrBadCursor] and an [*InvalidError] on a
// filter it does not know.
func (s *Service) Users(ctx context.Context, actor Actor, q Query) (Listing, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return Listing{}, err
	}
	l, err := s.list(ctx, actor, q)
	if err != nil {
		return Listing{}, fmt.Errorf("list users: %w", err)
	}
	return l, nil
}

// list is [Service.Users] for whoever may. Where a statement calls the index of the search
// damaged that is read without it.
func (s *Service) list(ctx context.Context, actor Actor, q Query) (Listing, error) {
	l, err := s.listBy(ctx, actor, q)
	if database.IsDamaged(err) && q.Text != "" {
		q.unindexed = true
		return s.listBy(ctx, actor, q)
	}
	return l, err
}

// listBy is list with the index of the search, unless it is noted to be damaged.
func (s *Service) listBy(ctx context.Context, actor Actor, q Query) (Listing, error) {
	q = q.tidy()
	var err error
	if q.secret, err = s.secret(ctx); err != nil {
		return Listing{}, err
	}
	at, err := q.place()
	if err != nil {
		return Listing{}, err
	}
	sel, err := s.selection(ctx, q)
	if err != nil {
		return Listing{}, err
	}
	p, err := sel.plan(ctx, s.reads(), q, at)
	if err != nil {
		return Listing{}, err
	}
	page, err := p.read(ctx, s.reads(), at)
	if err != nil {
		return Listing{}, err
	}
	if len(page.rows) == 0 && at.key() { // whoever stood there has gone meanwhile
		q.After, q.Before = "", q.lastPage(at, p)
		l, err := s.listBy(ctx, actor, q)
		if q.Before != "" {
			l.Next = ""
		}
		return l, err
	}
	l := page.listing(q, at)
	if q.suggest {
		return l, nil
	}
	l.Newest, l.Counts, l.Scanned = p.newest, sel.tallies.views(), sel.scanned()
	l.Total, err = s.total(ctx, actor, sel, page, q)
	return l, err
}

// tidy returns q with its defaults.
func (q Query) tidy() Query {
	if q.Sort == "" {
		q.Sort = "name"
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	q.Limit = clamp(q.Limit)
	return q
}

// A selection is which users a [Query] asks for, whatever order and place.
type selection struct {
	tallies tallies
	facets  []facet // to be found
	others  []facet // there is besides
	ranges  []timeRange
	rule    viewRule
	now     time.Time
	most    int // that can be put in order
	terms   []term
	search  searcher
	known   *threes // which of them are rare
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
func (sel selection) pinned(f *filter) string {
	return `u.number IN (SELECT number FROM users WHERE user_id = ` + f.arg(sel.exact) + ` UNION ALL
		SELECT number FROM (SELECT number FROM users WHERE sort_name = ` + f.arg(sel.name) + ` ORDER BY number LIMIT ` + f.arg(maxPinned) + `) AS named)`
}

// kept returns how many users are selected where the database keeps that count.
func (sel selection) kept() (n int, kept bool) {
	if sel.nobody {
		return 0, true
	}
	if sel.simple {
		n, kept = sel.tallies.days[sel.view]
	}
	if !kept && len(sel.terms) == 0 && len(sel.ranges) == 0 && sel.rule.condition == nil {
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
	var err error
	if sel.tallies, err = readTallies(ctx, s.reads(), s.db.Engine(), now); err != nil {
		return selection{}, err
	}
	sel.search = searcherOf(s.db.Engine())
	if q.unindexed || sel.tallies.unindexed {
		sel.search = scanSearch{sel.search, q.whole}
	}
	for _, f := range sel.tallies.facets {
		if q.wants(f, t) && sel.rule.facet(f) {
			sel.facets = append(sel.facets, f)
		} else {
			sel.others = append(sel.others, f)
		}
	}
	if sel.nobody = t.nobody || !can || len(sel.facets) == 0; sel.nobody {
		sel.terms, sel.exact, sel.name = nil, "", ""
	}
	if len(sel.terms) > 0 && sel.search.learns() {
		sel.known = s.knownThrees()
	}
	return sel, nil
}

// addSpans adds the ranges of time that q asks for to what was typed, or to what is
// wrong.
func (q Query) addSpans(t *typed, bad *InvalidError, now time.Time) {
	for _, asked := range []struct {
		field string
		span  Span
		hint  string
	}{{"seen", q.Seen, spanHint + ", or never"}, {"created", q.Created, spanHint}} {
		if asked.span != "" && !t.span(asked.span, columns[Sort(asked.field)], now, q.Zone) {
			bad.add(asked.field, "“"+asked.field+":"+shown(string(asked.span))+"” is not understood. Choose "+asked.hint+".")
		}
	}
}

// asksNothing reports whether q filters by nothing but a view.
func (q Query) asksNothing() bool {
	return q.Kind == "" && q.Role == "" && q.Status == "" && q.Seen == "" && q.Created == "" && !q.suggest
}

// wants reports whether q and what was typed ask for the users of a facet.
func (q Query) wants(f facet, t typed) bool {
	system := q.Kind == KindSystem || slices.ContainsFunc(t.kind, func(one []Kind) bool { return slices.Contains(one, KindSystem) })
	return (f.Kind != KindSystem || system) &&
		(q.Kind == "" || q.Kind == f.Kind) && (q.Role == "" || q.Role == f.Role) && (q.Status == "" || q.Status == f.Status) &&
		allowed(t.kind, f.Kind) && allowed(t.role, f.Role) && allowed(t.status, f.Status) &&
		(!q.suggest || f.Status != StatusDeactivated)
}

// allowed reports whether every filter allows a value.
func allowed[T comparable](filters [][]T, value T) bool {
	return !slices.ContainsFunc(filters, func(one []T) bool { return !slices.Contains(one, value) })
}

// MaxText is how long a text to search for may be, in characters.
const MaxText = 200

// longText is the message for a text over [MaxText].
const longText = "A search is at most 200 characters long. Use fewer words."

// validate returns what is wrong with the filters of q and with what was typed.
func (q Query) validate(t typed) *InvalidError {
	bad := new(InvalidError)
	known := func(field string, ok bool, choices string) {
		if !ok {
			bad.add(field, "There is no such "+field+". Choose "+choices+".")
		}
	}
	_, isView := views[q.View]
	known("type", q.Kind == "" || slices.Contains(kinds, q.Kind), "person, service or system")
	known("role", q.Role == "" || slices.Contains(Roles, q.Role), "user, auditor, admin or owner")
	known("status", q.Status == "" || slices.Contains(statuses, q.Status), "invited, active or deactivated")
	known("view", isView, "one that the page links to")
	known("sort", q.Sort.column() != "", "name, id, created, seen or updated, each also with -")
	for _, sentence := range t.strange {
		bad.add("q", sentence)
	}
	if utf8.RuneCountInString(q.Text) > MaxText {
		bad.add("q", longText)
	}
	return bad
}
