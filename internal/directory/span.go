package directory

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Span is a filter on a time: "<90d" is less than 90 days ago, ">90d" more (for when users
// were last seen: not since then, which includes never seen users created before),
// ">90d,never" both of that and never seen; "2026-01-31" that day, ">2026-01-31" after it, ">=2026-01-31" on it or after, likewise < and
// <=, "2026-01-01..2026-01-31" all of January, and "never", for when users were last seen.
type Span string

// Spans that the pages offer.
const (
	SeenRecently Span = "<90d"
	SeenLongAgo  Span = ">90d"
	SeenNever    Span = "never"
)

// spanHint describes a Span in messages.
const spanHint = "a number of days ago, like <90d or >90d, or a day, like >2026-01-31"

// minYear is the first year of a Span.
const minYear = 1900

// maxDays is the highest number of days of a Span.
const maxDays = 36_500

// daysAgo returns the beginning of the day that many days before now, in UTC, so that it is the
// same for all viewers.
func daysAgo(now time.Time, days int) time.Time {
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
}

// A timeRange is a condition on a column that holds a time.
type timeRange struct {
	column column
	from   time.Time // zero: any time, but not never
	before time.Time // zero: no end
	never  bool      // never only
	unseen bool      // never, too
}

// notSeenSince returns the ranges of users who were created before a time and have not been
// seen since.
func notSeenSince(at time.Time) []timeRange {
	return []timeRange{{column: bySeen, before: at, unseen: true}, {column: byCreated, before: at}}
}

// and returns the intersection of two ranges of one column, or false if it is empty.
func (r timeRange) and(o timeRange) (timeRange, bool) {
	if r.never || o.never {
		return timeRange{column: r.column, never: true}, (r.never || r.unseen) && (o.never || o.unseen)
	}
	r.unseen = r.unseen && o.unseen
	if o.from.After(r.from) {
		r.from = o.from
	}
	if r.before.IsZero() || !o.before.IsZero() && o.before.Before(r.before) {
		r.before = o.before
	}
	return r, r.before.IsZero() || r.from.Before(r.before)
}

// intersect returns the intersection of the ranges of each column, or false if one is empty.
func intersect(all []timeRange) (each []timeRange, ok bool) {
	ok = true
	for _, r := range all {
		i := slices.IndexFunc(each, func(e timeRange) bool { return e.column == r.column })
		if i < 0 {
			each = append(each, r)
			continue
		}
		var some bool
		each[i], some = each[i].and(r)
		ok = ok && some
	}
	return each, ok
}

// Understood reports whether s is a filter on when users were last seen, or else
// on when they were created.
func (s Span) Understood(seen bool) bool {
	c := byCreated
	if seen {
		c = bySeen
	}
	_, ok := s.rangeOf(c, time.Now(), time.UTC)
	return ok
}

// rangeOf returns the range of s on a column, with the days of a time zone. It reports false if
// s is no Span.
func (s Span) rangeOf(c column, now time.Time, zone *time.Location) (timeRange, bool) {
	r := timeRange{column: c}
	text := strings.ToLower(string(s))
	if text == string(SeenNever) && c == bySeen {
		r.never = true
		return r, true
	}
	if earlier, ok := strings.CutSuffix(text, ","+string(SeenNever)); ok && c == bySeen {
		r, ok = Span(earlier).rangeOf(c, now, zone)
		r.unseen = true
		return r, ok && r.from.IsZero() && !r.before.IsZero()
	}
	sign := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
	text = text[len(sign):]
	if number, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.Atoi(number)
		if err != nil || days < 0 || days > maxDays || strings.HasPrefix(number, "+") {
			return r, false
		}
		return r.ago(sign, daysAgo(now, days))
	}
	first, last, ranged := strings.Cut(text, "..")
	if !ranged {
		last = first
	}
	from, _ := users.Date(first).In(zone)
	begin, to := users.Date(last).In(zone)
	if from.IsZero() || to.IsZero() || ranged && sign != "" || begin.Before(from) || from.Year() < minYear {
		return r, false
	}
	return r.on(sign, from, to)
}

// ago returns r for a sign and a time that many days ago.
func (r timeRange) ago(sign string, at time.Time) (timeRange, bool) {
	switch sign {
	case "<", "<=":
		r.from = at
	case ">", ">=":
		r.before = at
	default:
		return r, false
	}
	return r, true
}

// on returns r for a sign and the days between from and to.
func (r timeRange) on(sign string, from, to time.Time) (timeRange, bool) {
	switch sign {
	case "":
		r.from, r.before = from, to
	case ">":
		r.from = to
	case ">=":
		r.from = from
	case "<":
		r.before = from
	case "<=":
		r.before = to
	default:
		return r, false
	}
	return r, true
}

// condition returns r in SQL, hidden from the query planner if another index gives the rows in
// their order.
func (r timeRange) condition(f *database.Filter, hidden bool) string {
	column := string(r.column)
	if hidden {
		column = `COALESCE(` + column + `, ` + column + `)`
	}
	if r.never {
		return column + ` = ` + f.Arg(database.Time(users.NeverSeen))
	}
	var all []string
	if !r.unseen {
		from := r.from
		if !from.After(users.NeverSeen) { // a range of time excludes never
			from = users.NeverSeen.Add(time.Microsecond)
		}
		all = append(all, column+` >= `+f.Arg(database.Time(from)))
	}
	if !r.before.IsZero() {
		all = append(all, column+` < `+f.Arg(database.Time(r.before)))
	}
	return database.AllOf(all)
}
