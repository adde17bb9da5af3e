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
	Text    string
	Kind    users.Kind // system users are listed for KindSystem only
	Role    users.Role
	Status  users.Status
	Seen    Span
	Created Span
	View    View
	Sort    Sort
	Zone    *time.Location // of the days of a Span; nil is UTC
	After   string         // cursors, as a Listing has them
	Before  string
	Limit   int // rows; 0 means DefaultLimit; at most MaxLimit

	// Present excludes deactivated users, unless the view or a filter of the status includes
	// them.
	Present bool

	unindexed bool // without the index of the search
	whole     bool // without the index, search all users, not the newest only

	bare   bool   // without total and counts, and without another page for one past the end
	full   bool   // with the columns of a record, see [Service.Members]
	secret string // the key of the cursors' MACs
}

// A Listing is one page of the directory. Its users lack what lists do not show: notifications,
// purpose, version and creator.
type Listing struct {
	Users    []users.User
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
	q = q.withDefaults()
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
	ctx = sel.context(ctx)
	p, err := sel.plan(ctx, s.reads(), q, at)
	if err != nil {
		return Listing{}, err
	}
	page, err := p.read(ctx, s.reads(), at)
	if err != nil {
		return Listing{}, err
	}
	if len(page.rows) == 0 && at.key() && !q.bare { // the users after the cursor were deleted meanwhile
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
	l.Total, err = p.total(ctx, s.reads(), page)
	return l, err
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

// addSpans adds the spans of q to the filters that were typed, and mistakes in them to bad.
func (q Query) addSpans(t *parsed, bad *users.InvalidError, now time.Time) {
	for _, asked := range []struct {
		field string
		span  Span
		hint  string
	}{{"seen", q.Seen, spanHint + ", or never"}, {"created", q.Created, spanHint}} {
		if asked.span != "" && !t.span(asked.span, columns[Sort(asked.field)], now, q.Zone) {
			bad.Add(asked.field, "“"+asked.field+":"+users.Excerpt(string(asked.span))+"” is not understood. Choose "+asked.hint+".")
		}
	}
}

// asksNothing reports whether q has no filter but a view.
func (q Query) asksNothing() bool {
	return q.Kind == "" && q.Role == "" && q.Status == "" && q.Seen == "" && q.Created == "" && !q.Present
}

// wants reports whether q and its text select users of a facet.
func (q Query) wants(f facet, t parsed) bool {
	system := q.Kind == users.KindSystem || slices.ContainsFunc(t.kind, func(one []users.Kind) bool { return slices.Contains(one, users.KindSystem) })
	return (f.Kind != users.KindSystem || system) &&
		(q.Kind == "" || q.Kind == f.Kind) && (q.Role == "" || q.Role == f.Role) && (q.Status == "" || q.Status == f.Status) &&
		allowed(t.kind, f.Kind) && allowed(t.role, f.Role) && allowed(t.status, f.Status) &&
		(!q.Present || f.Status != users.StatusDeactivated || q.asksForStatus(t)) &&
		(len(t.tokens) == 0 || isActive(f))
}

// asksForStatus reports whether a filter or the view of q is about the status.
func (q Query) asksForStatus(t parsed) bool {
	return q.Status != "" || len(t.status) > 0 || q.View == ViewDeactivated
}

// allowed reports whether each filter allows a value.
func allowed[T comparable](filters [][]T, value T) bool {
	return !slices.ContainsFunc(filters, func(one []T) bool { return !slices.Contains(one, value) })
}

// validate returns the mistakes in the filters and the text of q.
func (q Query) validate(t parsed) *users.InvalidError {
	bad := new(users.InvalidError)
	known := func(field string, ok bool, choices string) {
		if !ok {
			bad.Add(field, "There is no such "+field+". Choose "+choices+".")
		}
	}
	_, isView := views[q.View]
	known("type", q.Kind == "" || slices.Contains(users.Kinds, q.Kind), "person, service or system")
	known("role", q.Role == "" || slices.Contains(users.Roles, q.Role), "user, auditor, admin or owner")
	known("status", q.Status == "" || slices.Contains(users.Statuses, q.Status), "invited, active or deactivated")
	known("view", isView, "one that the page links to")
	known("sort", q.Sort.column() != "", "name, id, created, seen or updated, each also with -")
	for _, sentence := range t.mistakes {
		bad.Add("q", sentence)
	}
	if utf8.RuneCountInString(q.Text) > users.MaxText {
		bad.Add("q", users.LongText)
	}
	return bad
}
