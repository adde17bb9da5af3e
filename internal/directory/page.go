package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A page is a part of a list as it was read.
type page struct {
	users   []users.User // in the order of the list
	places  []cursor     // of the users
	more    bool         // there are further rows in the direction of the place
	end     bool         // its last row is the last of the list
	total   int          // rows of all pages
	counted bool         // total is known
}

// read reads the page of p that begins at a place.
func (p plan) read(ctx context.Context, r database.Reader, at place) (page, error) {
	var f database.Filter
	var x listScan
	got := page{users: make([]users.User, 0, p.limit+1), places: make([]cursor, 0, p.limit+1)}
	query, into := p.query(&f, at), x.into(p)
	rows, err := r.QueryContext(ctx, query, f.Args...)
	if err != nil {
		return page{}, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := errors.Join(rows.Scan(into...), x.scanned(p)); err != nil {
			return page{}, err
		}
		got.users, got.places = append(got.users, x.User), append(got.places, x.cursor)
	}
	if err := rows.Err(); err != nil {
		return page{}, err
	}
	n := len(got.users)
	got.total, got.more, got.counted = x.total, n > p.limit, p.candidates != nil
	got.end = !at.back && !got.more && n > 0
	if !at.key() && !got.more {
		got.total, got.counted = n, true
	}
	if got.more {
		got.users, got.places = got.users[:p.limit], got.places[:p.limit]
	}
	if at.back {
		slices.Reverse(got.users)
		slices.Reverse(got.places)
	}
	return got, nil
}

// listing returns the page as a [Listing] of q.
func (g page) listing(q Query, at place) Listing {
	l := Listing{From: int(at.position) + 1}
	switch {
	case at.back && g.more:
		l.From = max(int(at.position)-len(g.users), 2)
	case at.back:
		l.From = 1
	}
	if len(g.users) == 0 {
		return l
	}
	l.Users = g.users
	for i := range g.places {
		g.places[i].position = uint64(l.From + i)
	}
	if g.more || at.back {
		l.Next = q.cursorAt(g.places[len(g.places)-1])
	}
	if at.back && g.more || !at.back && at.key() {
		l.Previous = q.cursorAt(g.places[0])
	}
	return l
}

// query returns the query of the page at a place, with one row more than fits. Each row begins
// with the number of rows of all pages, if that is counted, and with its place, 0 for the users
// who come first, if there may be some.
func (p plan) query(f *database.Filter, at place) string {
	limit := ` LIMIT ` + f.Arg(p.limit+1)
	with, head := ``, ``
	if p.candidates != nil {
		with, head = `WITH hits AS MATERIALIZED (`+p.hits(f)+`) `, `(SELECT COUNT(*) FROM hits), `
	}
	if p.pins() {
		head += `p.place, `
	}
	columns, persons := leanColumns, ``
	if !p.lean {
		columns, persons = columns+listColumns, listPersons
	}
	if p.full {
		columns += fullColumns
	}
	if p.isOneScan(at) {
		s := p.scans(f)[0]
		where := database.AllOf(append(s.conditions, p.details(f, p.column, p.exact)...))
		return `SELECT u.number, ` + string(p.column) + `, ` + columns + ` FROM ` + s.tables + ` WHERE ` + where + p.within(at) + limit
	}
	return with + `SELECT ` + head + `u.number, p.sort, ` + columns + `
		FROM (SELECT number, sort, place FROM (` + p.parts(f, at, limit) + `) AS parts ORDER BY ` + p.order(at, ``) + limit + `) AS p
		JOIN users u ON u.number = p.number` + persons + ` ORDER BY ` + p.order(at, `p.`)
}

// isOneScan reports whether one scan has the rows of the page at a place in their order: there is
// nothing to merge, and no join, so that it need not look each of them up a second time.
func (p plan) isOneScan(at place) bool {
	return p.lean && p.candidates == nil && !p.pins() && !at.key() && len(p.scans(new(database.Filter))) == 1
}

// order returns the order of the rows of a table, read from a place on.
func (p plan) order(at place, table string) string {
	first, then := ` ASC`, ` ASC`
	if at.back {
		first = ` DESC`
	}
	if p.descending != at.back {
		then = ` DESC`
	}
	return table + `place` + first + `, ` + table + `sort` + then + `, ` + table + `number` + then
}

// hits is the query of the candidates that match.
func (p plan) hits(f *database.Filter) string {
	place := `1`
	if p.pins() {
		place = `CASE WHEN ` + p.pinned(f) + ` THEN 0 ELSE 1 END`
	}
	return `SELECT u.number, ` + string(p.column) + ` AS sort, ` + place + ` AS place
		FROM (` + p.candidates(f) + `) AS c CROSS JOIN users u
		WHERE u.number = c.number AND ` + database.AllOf(append(p.outside(f), p.details(f, "", p.exact)...))
}

// parts is the query of the rows of the page, and of some after them.
func (p plan) parts(f *database.Filter, at place, limit string) string {
	if p.candidates != nil {
		return `SELECT number, sort, place FROM hits WHERE ` + p.amongHits(f, at)
	}
	var parts []string
	if p.pins() && (!at.key() || at.back || at.pinned) {
		where := p.pinned(f)
		if at.pinned {
			where += ` AND (` + string(p.column) + `, u.number)` + p.beyond(f, at)
		}
		parts = append(parts, p.from(f, `users u`, `0`, p.outside(f), where, ``))
	}
	if at.back && at.pinned { // the others are after it
		return parts[0]
	}
	for _, where := range p.places(f, at) {
		for _, s := range p.scans(f) {
			parts = append(parts, p.from(f, s.tables, `1`, s.conditions, where, p.within(at)+limit))
		}
	}
	return strings.Join(parts, ` UNION ALL `)
}

// amongHits is the condition of the hits from a place on.
func (p plan) amongHits(f *database.Filter, at place) string {
	switch {
	case !at.key():
		return `TRUE`
	case at.pinned && at.back:
		return `place = 0 AND (sort, number)` + p.beyond(f, at)
	case at.pinned:
		return `(place = 1 OR (sort, number)` + p.beyond(f, at) + `)`
	case at.back:
		return `(place = 0 OR (sort, number)` + p.beyond(f, at) + `)`
	}
	return `place = 1 AND (sort, number)` + p.beyond(f, at)
}

// beyond is the right side of a comparison with the row of a place, for the rows from there on.
func (p plan) beyond(f *database.Filter, at place) string {
	sign := ` > `
	if p.descending != at.back {
		sign = ` < `
	}
	return sign + `(` + f.Arg(at.value(p.column)) + `, ` + f.Arg(at.number) + `)`
}

// places returns the conditions of the rows from a place on: those with the same value and a
// further number, and those with a further value. Each is one range of an index.
func (p plan) places(f *database.Filter, at place) []string {
	if !at.key() || at.pinned {
		return []string{`TRUE`}
	}
	sign := ` > `
	if p.descending != at.back {
		sign = ` < `
	}
	column, number := string(p.column), f.Arg(at.number)
	if p.newest {
		return []string{p.newestNumber() + sign + number}
	}
	value := f.Arg(at.value(p.column))
	return []string{column + ` = ` + value + ` AND u.number` + sign + number, column + sign + value}
}

// An indexScan reads tables in the order of an index.
type indexScan struct {
	tables     string
	conditions []string
}

// scans returns what is scanned: the index of the search, the indexes of the facets, or the
// index of everyone.
func (p plan) scans(f *database.Filter) []indexScan {
	switch everyone := p.everyone(); {
	case p.newest:
		s, _ := p.search.newest(f, p.lookup)
		s.conditions = append(p.outside(f), s.conditions...)
		return []indexScan{s}
	case p.size()*facetScanRatio >= everyone || p.column == byUpdated:
		return []indexScan{{`users u`, p.outside(f)}}
	}
	all := make([]indexScan, len(p.facets))
	for i, one := range p.facets {
		all[i] = indexScan{`users u`, []string{one.condition(f)}}
	}
	return all
}

// newestNumber returns the number that has the order of creation in such a scan.
func (p plan) newestNumber() string {
	_, number := p.search.newest(new(database.Filter), p.lookup)
	return number
}

// within returns the order of one scan from a place on.
func (p plan) within(at place) string {
	direction := ` ASC`
	if p.descending != at.back {
		direction = ` DESC`
	}
	if p.newest {
		return ` ORDER BY ` + p.newestNumber() + direction
	}
	return ` ORDER BY ` + string(p.column) + direction + `, u.number` + direction
}

// from is the query of the rows of one scan from a place on.
func (p plan) from(f *database.Filter, tables, place string, conditions []string, where, end string) string {
	conditions = append(conditions, where)
	if p.pins() && place == `1` {
		conditions = append(conditions, `NOT `+p.pinned(f))
	}
	conditions = append(conditions, p.details(f, p.column, p.exact && place == `1`)...)
	return `SELECT number, sort, place FROM (SELECT u.number, ` + string(p.column) + ` AS sort, ` + place + ` AS place
		FROM ` + tables + ` WHERE ` + database.AllOf(conditions) + end + `) AS part`
}
