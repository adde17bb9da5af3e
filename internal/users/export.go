package users

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// maxExports is how many exports may be under way at once, each by somebody else:
// it keeps a connection for as long as its reader takes, and others want to read, too.
const maxExports = 2

// exporters are those whose exports are under way.
type exporters struct {
	mu  sync.Mutex
	all []Key
}

// begin reports whether the actor may export now, and counts them in if so.
func (e *exporters) begin(actor Key) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) >= maxExports || slices.Contains(e.all, actor) {
		return false
	}
	e.all = append(e.all, actor)
	return true
}

// end counts the actor out.
func (e *exporters) end(actor Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = slices.DeleteFunc(e.all, func(k Key) bool { return k == actor })
}

// An Exported is a user as an export holds it. Its times are zero for never, its
// texts empty for none.
type Exported struct {
	ID          ID
	Name        string
	Kind        Kind
	Role        Role
	Status      Status
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SeenAt      time.Time
	TimeZone    string
	PictureURL  string
	Channels    []byte // JSON object of channel to bool; valid until the next user
	Types       []byte // JSON object of type to bool; valid until the next user
	Purpose     string
	Responsible ID
	ReviewOn    Date
}

// exportColumns are the columns that [Exported.into] scans, in its order.
const exportColumns = `u.user_id, u.name, u.kind, u.role, u.status, u.created_at, u.updated_at, u.seen_at, u.time_zone, u.picture_url,
	u.channels, u.types, u.purpose, r.user_id, u.review_on`

// Export reads all users that q asks for, in its order, whatever its place and
// limit: all as they were at one moment, however long it takes and whoever changes
// them meanwhile. ready is called once it is decided, and recorded in the history,
// that they are exported in that format, with how many they are; then each, with
// one user after the other, whom it must not keep. What either returns ends the
// export.
//
// Export returns a [*ForbiddenError], an [*InvalidError] on a filter it does not
// know, [ErrExporting] while the actor or too many others export, and what ready and
// each return.
func (s *Service) Export(ctx context.Context, actor Actor, q Query, format string, ready func(Total) error, each func(*Exported) error) error {
	if err := actor.May(ActExport, User{}); err != nil {
		return err
	}
	if !s.exports.begin(actor.Key) {
		return ErrExporting
	}
	defer s.exports.end(actor.Key)
	end, err := s.long.export(ctx, actor.Key)
	if err != nil {
		return err
	}
	defer end()
	q = q.tidy()
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	total, err := p.number(ctx, s.db.LongReads(), math.MaxInt32)
	if err != nil {
		return fmt.Errorf("count users to export: %w", err)
	}
	if err := s.recordExport(ctx, actor, q, p.newest, format, total); err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	if err := ready(total); err != nil {
		return err
	}
	return p.exportEach(ctx, s.db.LongReads(), each)
}

// An ExportSize is how many users an export would hold, and whether the newest would
// come first.
type ExportSize struct {
	Total  Total
	Newest bool
}

// ExportSize returns what an export of q would be like: exact up to 100,000 users, and
// beyond where the database keeps the count; without a total where counting took too long.
// Its errors are those of [Service.Export].
func (s *Service) ExportSize(ctx context.Context, actor Actor, q Query) (ExportSize, error) {
	if err := actor.May(ActExport, User{}); err != nil {
		return ExportSize{}, err
	}
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return ExportSize{}, fmt.Errorf("count users to export: %w", err)
	}
	var total Total
	err = s.searchLong(ctx, actor.Key, func(ctx context.Context, r reader) error {
		total, err = p.number(ctx, r, maxCounted)
		return err
	})
	if cancelled(err) {
		return ExportSize{Newest: p.newest}, nil
	}
	if err == nil && total.How != Exactly {
		var e estimate
		if e, err = s.estimate(ctx, actor, p.selection, q.tidy()); err == nil {
			total = roundedTotal(e.n, maxCounted)
		}
	}
	return ExportSize{total, p.newest}, err
}

// exportPlan returns how all users that q asks for are read.
func (s *Service) exportPlan(ctx context.Context, q Query) (plan, error) {
	q = q.tidy()
	q.After, q.Before = "", ""
	sel, err := s.selection(ctx, q)
	if err != nil {
		return plan{}, err
	}
	return sel.plan(ctx, s.reads(), q, place{})
}

// number counts the users of p, up to most of them.
func (p plan) number(ctx context.Context, r reader, most int) (Total, error) {
	if n, kept := p.kept(); kept {
		return Total{N: n}, nil
	}
	all := []source{{most: most, numbers: func(f *filter) string { return p.all(f, `u.number`) }}}
	if err := countEach(ctx, r, all); err != nil {
		return Total{}, err
	}
	if all[0].n > most {
		return Total{N: most, How: MoreThan}, nil
	}
	return Total{N: all[0].n}, nil
}

// recordExport leaves the event of an export.
func (s *Service) recordExport(ctx context.Context, actor Actor, q Query, newest bool, format string, total Total) error {
	sort := q.Sort
	if newest {
		sort = "-created"
	}
	return s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		if err := tx.actor.May(ActExport, User{}); err != nil {
			return nothing, err
		}
		e := Event{Action: ActionExported, Changes: []Change{{Field: "format", New: format}}}
		for _, f := range []field{
			{"q", q.Text}, {"type", string(q.Kind)}, {"role", string(q.Role)}, {"status", string(q.Status)},
			{"seen", string(q.Seen)}, {"created", string(q.Created)}, {"view", string(q.View)}, {"sort", string(sort)},
		} {
			if f.value != "" {
				e.Changes = append(e.Changes, Change{Field: f.name, New: f.value})
			}
		}
		e.Changes = append(e.Changes, Change{Field: "users", New: total.String()})
		return []Event{e}, nil
	})
}

// String returns t in words, such as "about 12000".
func (t Total) String() string {
	return [...]string{Exactly: "", About: "about ", MoreThan: "more than "}[t.How] + strconv.Itoa(t.N)
}

// exportEach calls each with all users of p. They are read by one statement, and so
// as they were at one moment.
func (p plan) exportEach(ctx context.Context, r reader, each func(*Exported) error) error {
	var f filter
	rows, err := r.QueryContext(ctx, p.export(&f), f.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var x exportScan
	into := x.into()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := each(x.user()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// export is the query of all users of p in its order, the one that is searched for by
// the user_id first. A limit that is none keeps the order of a part.
func (p plan) export(f *filter) string {
	if p.candidates != nil {
		return p.all(f, exportColumns) + ` ORDER BY ` + p.order(place{}, `p.`)
	}
	if p.exact == "" {
		return p.all(f, exportColumns) + p.within(place{})
	}
	first := p
	first.newest, first.sure = false, false
	return first.all(f, exportColumns) + ` AND u.user_id = ` + f.arg(p.exact) + ` UNION ALL SELECT * FROM (` +
		p.all(f, exportColumns) + ` AND u.user_id <> ` + f.arg(p.exact) + p.within(place{}) + ` LIMIT ` + f.arg(math.MaxInt64) + `) AS others`
}

// all returns the query of columns of all users of p, in no order yet. Where
// they are few they are put in order; otherwise an index has the order, so that the
// first is there at once.
func (p plan) all(f *filter, columns string) string {
	const tables = ` LEFT JOIN users r ON r.key = u.responsible_key`
	if p.candidates != nil {
		return `SELECT ` + columns + ` FROM (` + p.hits(f) + `) AS p CROSS JOIN users u` + tables + ` WHERE u.number = p.number`
	}
	one := way{tables: `users u`}
	if p.newest {
		one = p.ways(f)[0]
	} else {
		one.conditions = p.outside(f)
	}
	conditions := append(one.conditions, p.details(f, p.column, p.sure)...)
	return `SELECT ` + columns + ` FROM ` + one.tables + tables + ` WHERE ` + allOf(conditions)
}

// An exportScan is one row of an export as the driver hands it over.
type exportScan struct {
	Exported
	name, picture, purpose, responsible, date sql.NullString
	channels, types                           sql.RawBytes
}

// into returns where to scan exportColumns to.
func (x *exportScan) into() []any {
	return []any{(*string)(&x.ID), &x.name, (*string)(&x.Kind), (*string)(&x.Role), (*string)(&x.Status),
		(*database.Time)(&x.CreatedAt), (*database.Time)(&x.UpdatedAt), (*database.Time)(&x.SeenAt), &x.TimeZone, &x.picture,
		&x.channels, &x.types, &x.purpose, &x.responsible, &x.date}
}

// user returns the row as a user.
func (x *exportScan) user() *Exported {
	x.Name, x.PictureURL, x.Purpose = x.name.String, x.picture.String, x.purpose.String
	x.Responsible, x.ReviewOn = ID(x.responsible.String), Date(x.date.String)
	x.Channels, x.Types = x.channels, x.types
	if x.SeenAt.Equal(never) {
		x.SeenAt = time.Time{}
	}
	return &x.Exported
}
