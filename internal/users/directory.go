package users

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
)

// columns are the orders there are.
var columns = map[Sort]column{"name": byName, "id": byID, "created": byCreated, "seen": bySeen}

// column returns what s orders by, empty if there is no such order.
func (s Sort) column() column { return columns[Sort(strings.TrimPrefix(string(s), "-"))] }

// descending reports whether s is the other way round.
func (s Sort) descending() bool { return strings.HasPrefix(string(s), "-") }

// Seen is a filter on when users were last seen.
type Seen string

// The filters on when users were last seen.
const (
	SeenRecently Seen = "<90d"
	SeenLongAgo  Seen = ">90d"
	SeenNever    Seen = "never"
)

// quietAfter is how long ago "long ago" is.
const quietAfter = 90 * 24 * time.Hour

// A Query asks for a part of the directory. Its zero value asks for the first
// page of all users save system users, by name.
type Query struct {
	Text   string // words, each of which is in the name or the user_id, whatever case and accents
	Kind   Kind   // system users are listed when asked for by kind alone
	Role   Role
	Status Status
	Seen   Seen
	View   View
	Sort   Sort
	After  string // cursors, as a Listing gives them
	Before string
	Limit  int // rows; 0 means DefaultLimit; at most MaxLimit
}

// A Listing is one page of the directory.
type Listing struct {
	Users    []User
	Total    int    // of all pages
	From     int    // position of the first row, from 1
	Next     string // cursor for After; empty on the last page
	Previous string // cursor for Before; empty on the first page
}

// A filter is a condition in SQL and its values. The text is this package's own.
type filter struct {
	conditions []string
	args       []any
}

// add adds a condition, in which ? stands for the next value.
func (f *filter) add(condition string, args ...any) {
	for _, arg := range args {
		f.args = append(f.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(f.args)), 1)
	}
	f.conditions = append(f.conditions, condition)
}

func (f *filter) where() string { return strings.Join(f.conditions, " AND ") }

// Users returns a page of the directory.
//
// Users returns a [*ForbiddenError], [ErrBadCursor] and an [*InvalidError] on a
// filter it does not know.
func (s *Service) Users(ctx context.Context, actor Actor, q Query) (Listing, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil {
		return Listing{}, err
	}
	if q.Sort == "" {
		q.Sort = "name"
	}
	q.Limit = clamp(q.Limit)
	if err := q.validate(); err != nil {
		return Listing{}, err
	}
	f := q.filter(s.now())
	total, err := count(ctx, s.reads(), `SELECT COUNT(*) FROM users u WHERE `+f.where(), f.args...)
	if err != nil {
		return Listing{}, fmt.Errorf("count users: %w", err)
	}
	page, err := q.page(ctx, s.reads(), f)
	page.Total = max(total, len(page.Users))
	if err != nil {
		return Listing{}, fmt.Errorf("list users: %w", err)
	}
	return page, nil
}

// page returns the rows that the cursor of q leads to; the first ones where it
// leads to none any more.
func (q Query) page(ctx context.Context, r reader, f filter) (Listing, error) {
	back := q.Before != ""
	from := cursor{}
	if place := q.After + q.Before; place != "" {
		var err error
		if from, err = parseCursor(place, q.Sort); err != nil {
			return Listing{}, err
		}
	}
	sign, order := ">", "ASC"
	if q.Sort.descending() != back {
		sign, order = "<", "DESC"
	}
	column, base := string(q.Sort.column()), f
	if from.Key != "" {
		f.add(`(`+column+`, u.key) `+sign+` (?, ?)`, from.value(), from.Key)
	}
	f.args = append(f.args, q.Limit+1)
	all, err := usersWhere(ctx, r, f.where()+` ORDER BY `+column+` `+order+`, u.key `+order+
		fmt.Sprintf(` LIMIT $%d`, len(f.args)), f.args...)
	if err != nil {
		return Listing{}, err
	}
	if len(all) == 0 && from.Key != "" { // whoever stood there has gone meanwhile
		q.After, q.Before = "", ""
		return q.page(ctx, r, base)
	}
	more := len(all) > q.Limit
	if more {
		all = all[:q.Limit]
	}
	if back {
		slices.Reverse(all)
	}
	return q.listing(all, from, back, more), nil
}

// listing returns the page of those rows; more says that there are others further
// on in the direction of the cursor.
func (q Query) listing(all []User, from cursor, back, more bool) Listing {
	l := Listing{Users: all, From: from.Position + 1}
	switch {
	case back && more:
		l.From = max(from.Position-len(all), 2)
	case back:
		l.From = 1
	}
	if len(all) == 0 {
		return l
	}
	if more || back {
		l.Next = cursorAt(q.Sort, all[len(all)-1], l.From+len(all)-1)
	}
	if back && more || !back && from.Key != "" {
		l.Previous = cursorAt(q.Sort, all[0], l.From)
	}
	return l
}

// validate returns an [*InvalidError] on each filter there is not.
func (q Query) validate() error {
	bad := new(InvalidError)
	known := func(field string, ok bool, choices string) {
		if !ok {
			bad.add(field, "There is no such "+field+". Choose "+choices+".")
		}
	}
	_, isView := views[q.View]
	known("type", slices.Contains([]Kind{"", KindPerson, KindService, KindSystem}, q.Kind), "person, service or system")
	known("role", q.Role == "" || slices.Contains(Roles, q.Role), "user, auditor, admin or owner")
	known("status", slices.Contains([]Status{"", StatusInvited, StatusActive, StatusDeactivated}, q.Status), "invited, active or deactivated")
	known("seen", slices.Contains([]Seen{"", SeenRecently, SeenLongAgo, SeenNever}, q.Seen), "<90d, >90d or never")
	known("sort", q.Sort.column() != "", "name, id, created or seen, each also with -")
	known("view", isView, "one that the page links to")
	if q.After != "" && q.Before != "" {
		return ErrBadCursor
	}
	return bad.errorOrNil()
}

// filter returns the condition of q, without its cursor.
func (q Query) filter(now time.Time) filter {
	ago := now.Add(-quietAfter)
	view := views[q.View]
	if q.View == ViewAll && q.Kind == KindSystem {
		view = `u.kind = 'system'`
	}
	// The values of the views are $1 to $3 of every query; all are named, so that
	// every engine knows their types.
	f := filter{args: []any{database.Time(ago), database.Time(never), today(now)}}
	f.add(view)
	f.add(`$1 <> $2 AND $3 <> ''`)
	if q.Kind != "" {
		f.add(`u.kind = ?`, q.Kind)
	}
	if q.Role != "" {
		f.add(`u.role = ?`, q.Role)
	}
	if q.Status != "" {
		f.add(`u.status = ?`, q.Status)
	}
	switch q.Seen {
	case SeenRecently:
		f.add(`u.seen_at >= $1`)
	case SeenLongAgo:
		f.add(`u.seen_at < $1 AND u.seen_at <> $2`)
	case SeenNever:
		f.add(`u.seen_at = $2`)
	}
	f.match("u.search_text", q.Text)
	return f
}

// What one search costs is bounded: so many words, of so many bytes each, which
// is more than any text it looks in has.
const (
	maxWords = 8
	maxWord  = 10_000
)

// match adds that every word of a text is in a folded column.
func (f *filter) match(column, text string) {
	words := foldWords(text)
	for _, word := range words[:min(len(words), maxWords)] {
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word[:min(len(word), maxWord)])
		f.add(column+` LIKE ? ESCAPE '\'`, "%"+escaped+"%")
	}
}
