package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// Sort names an order of the directory; descending with a leading -.
type Sort string

// column is a column that a [Sort] orders by. It is a constant, never a client's text.
type column string

const (
	byName    column = "u.sort_name"
	byID      column = "u.user_id"
	byCreated column = "u.created_at"
	bySeen    column = "u.seen_at"
	byUpdated column = "u.updated_at"
	byNumber  column = "u.number" // the order of creation of the index of the search
)

// columns are the columns of all orders.
var columns = map[Sort]column{"name": byName, "id": byID, "created": byCreated, "seen": bySeen, "updated": byUpdated}

// column returns the column that s orders by, empty if there is no such order.
func (s Sort) column() column { return columns[Sort(strings.TrimPrefix(string(s), "-"))] }

// descending reports whether s is a descending order.
func (s Sort) descending() bool { return strings.HasPrefix(string(s), "-") }

// A Query selects a page of the directory. Its zero value selects the first page of all users
// except system users, by name.
type Query struct {
	// Text is what was typed: words, each of which is in the name or the user_id, regardless of
	// case and accents, and filters such as type:service. A word of one or two characters matches
	// the beginning of a word.
	// Several words that all are addresses select the users with these, and a single address its
	// user, if there is one; in quotation marks it is text in user_ids as any other.
	Text       string
	Keys       []users.Key // selects these users only; at most MaxPicked
	Kind       Values      // system users are listed for "system" only
	Role       Values
	Status     Values
	Department Values // compared regardless of case and accents, as labels
	Label      Values
	Manager    Values // user_ids, or whole names
	Seen       Span
	Created    Span
	View       View
	Sort       Sort
	Zone       *time.Location // of the days of a Span; nil is UTC
	After      string         // cursors, as a Listing has them
	Before     string
	Limit      int // rows; 0 means DefaultLimit; at most MaxLimit

	// Lean has the users of the page lack their persons, title, time zone, review date, version and
	// the time of their last change, which takes a quarter of the time to read.
	Lean bool

	// Present excludes deactivated users, unless the view or a filter of the status includes
	// them.
	Present bool

	unindexed bool // without the index of the search
	whole     bool // without the index, search all users, not the newest only

	bare   bool   // without total and counts, and without another page for one past the end
	full   bool   // with the columns of a record, see [Service.Members]
	secret string // the key of the cursors' MACs

	near nearWords // found instead of the words that were typed
}

// MaxPicked is how many users of a [Query] can be named by their keys.
const MaxPicked = 100

// A Listing is one page of the directory. Its users lack what lists do not show: notifications,
// purpose, note and creator.
type Listing struct {
	Users    []users.User
	Missing  []users.ID   // addresses of a search for a list of them which no user has; known if all are on this page
	Total    Total        // of all pages
	Counts   map[View]int // of the named views
	Scanned  Scan         // how the words were searched for without the index of the search
	Newest   bool         // there are too many matches to sort: the newest come first
	From     int          // position of the first row, from 1
	Next     string       // cursor for After; empty on the last page
	Previous string       // cursor for Before; empty on the first page
}

// Users returns a page of the directory.
//
// The user with the user_id that is searched for comes first, and up to [maxPinned] users with
// that name. The others follow in the order of Sort or, if a search has too many matches to
// sort, the newest first.
//
// Users returns a [*users.ForbiddenError], [users.ErrBadCursor] and an [*users.InvalidError] on a
// filter it does not know.
func (s *Service) Users(ctx context.Context, actor users.Actor, q Query) (Listing, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return Listing{}, err
	}
	l, err := s.list(ctx, actor, q)
	if err != nil {
		return Listing{}, fmt.Errorf("list users: %w", err)
	}
	return l, nil
}

// list is [Service.Users] without the check of permissions. It reads again without the index of
// the search if a statement finds that damaged.
func (s *Service) list(ctx context.Context, actor users.Actor, q Query) (Listing, error) {
	l, err := s.listBy(ctx, actor, q)
	if database.IsDamaged(err) && q.Text != "" {
		q.unindexed = true
		return s.listBy(ctx, actor, q)
	}
	return l, err
}

// listBy is list with the index of the search, unless that is recorded as damaged.
func (s *Service) listBy(ctx context.Context, actor users.Actor, q Query) (Listing, error) {
	q, at, err := s.placed(ctx, q)
	if err != nil {
		return Listing{}, err
	}
	sel, err := s.selection(ctx, q)
	if err != nil {
		return Listing{}, err
	}
	ctx = sel.context(ctx)
	p, err := sel.plan(ctx, s.reads(), q, at)
	if err != nil {
		return Listing{}, err
	}
	page, err := p.read(ctx, s.reads(), at)
	if err != nil {
		return Listing{}, err
	}
	if len(page.users) == 0 && at.key() && !q.bare { // the users after the cursor were deleted meanwhile
		q.After, q.Before = "", q.lastPage(at, p)
		l, err := s.listBy(ctx, actor, q)
		if q.Before != "" {
			l.Next = ""
		}
		return l, err
	}
	l := page.listing(q, at)
	if q.bare {
		return l, nil
	}
	l.Newest, l.Counts, l.Scanned = p.newest, sel.tallies.views(), sel.scanned()
	if page.counted && page.total == len(l.Users) {
		l.Missing = sel.missing(l.Users)
	}
	l.Total, err = p.total(ctx, s.reads(), page)
	return l, err
}

// placed returns q with its defaults, and the place in the list that it asks for.
func (s *Service) placed(ctx context.Context, q Query) (Query, place, error) {
	q = q.withDefaults()
	var err error
	if q.secret, err = s.secret(ctx); err != nil {
		return q, place{}, err
	}
	at, err := q.place()
	return q, at, err
}

// withDefaults returns q with its defaults.
func (q Query) withDefaults() Query {
	if q.Sort == "" {
		q.Sort = "name"
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	q.Limit = users.PageSize(q.Limit)
	return q
}

// A filterValue is a filter of a [Query], by its name.
type filterValue struct {
	name   string
	values Values
}

// filters returns the filters of q that are set.
func (q Query) filters() []filterValue {
	all := []filterValue{
		{"type", q.Kind}, {"role", q.Role}, {"status", q.Status}, {"department", q.Department}, {"label", q.Label}, {"manager", q.Manager},
		{"seen", Values(q.Seen)}, {"created", Values(q.Created)},
	}
	return slices.DeleteFunc(all, func(f filterValue) bool { return f.values == "" })
}

// addFilters adds the filters of q to those that were typed, and mistakes in them to bad.
func (q Query) addFilters(t *parsed, bad *users.InvalidError) {
	for _, f := range q.filters() {
		switch rule := ruleOf(f.name); {
		case rule.add(t, f.values, false):
		case f.name == "seen" || f.name == "created":
			bad.Add(f.name, "“"+f.name+":"+users.Excerpt(string(f.values))+"” is not understood. Choose "+rule.hint+".")
		default:
			bad.Add(f.name, "There is no such "+f.name+". Choose "+rule.hint+".")
		}
	}
}

// asksNothing reports whether q has no filter but a view.
func (q Query) asksNothing() bool {
	return len(q.filters())+len(q.Keys) == 0 && !q.Present
}

// wants reports whether q, with its filters in t, selects users of a facet.
func (q Query) wants(f facet, t parsed) bool {
	system := slices.ContainsFunc(t.kind, func(one []users.Kind) bool { return slices.Contains(one, users.KindSystem) })
	return (f.Kind != users.KindSystem || system) &&
		allowed(t.kind, f.Kind) && allowed(t.role, f.Role) && allowed(t.status, f.Status) &&
		(!q.Present || f.Status != users.StatusDeactivated || q.asksForStatus(t)) &&
		(len(t.tokens) == 0 || isActive(f))
}

// asksForStatus reports whether a filter or the view of q is about the status.
func (q Query) asksForStatus(t parsed) bool {
	return len(t.status) > 0 || q.View == ViewDeactivated
}

// allowed reports whether each filter allows a value.
func allowed[T comparable](filters [][]T, value T) bool {
	return !slices.ContainsFunc(filters, func(one []T) bool { return !slices.Contains(one, value) })
}

// validate returns the mistakes in the view, order and text of q.
func (q Query) validate(t parsed) *users.InvalidError {
	bad := new(users.InvalidError)
	if _, isView := views[q.View]; !isView {
		bad.Add("view", "There is no such view. Choose one that the page links to.")
	}
	if q.Sort.column() == "" {
		bad.Add("sort", "There is no such sort. Choose name, id, created, seen or updated, each also with -.")
	}
	for _, sentence := range t.mistakes {
		bad.Add("q", sentence)
	}
	if len(q.Keys) > MaxPicked {
		bad.Add("key", fmt.Sprintf("At most %d users can be selected one by one. Select all that match instead.", MaxPicked))
	}
	switch n := utf8.RuneCountInString(q.Text); {
	case len(t.addresses) > users.MaxAddresses || len(t.addresses) > 0 && len(q.Text) > users.MaxAddressList:
		bad.Add("q", fmt.Sprintf("A search finds %d addresses at once. Search for the others separately.", users.MaxAddresses))
	case len(t.addresses) == 0 && n > users.MaxText:
		bad.Add("q", users.LongText)
	}
	return bad
}
