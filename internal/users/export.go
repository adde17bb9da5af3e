package users

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// maxExports is how many exports may be under way at once: each keeps a connection
// for as long as its reader takes, and others want to read, too.
const maxExports = 2

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
// know, [ErrExporting] while too many others export, and what ready and each
// return.
func (s *Service) Export(ctx context.Context, actor Actor, q Query, format string, ready func(Total) error, each func(*Exported) error) error {
	if err := actor.May(ActExport, User{}); err != nil {
		return err
	}
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
	default:
		return ErrExporting
	}
	q = q.tidy()
	q.After, q.Before, q.Limit = "", "", 1
	l, err := s.list(ctx, q) // tells what is wrong with q, and how many they are
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	if err := s.recordExport(ctx, actor, q, format, l.Total); err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	if err := ready(l.Total); err != nil {
		return err
	}
	return s.exportEach(ctx, q, each)
}

// recordExport leaves the event of an export.
func (s *Service) recordExport(ctx context.Context, actor Actor, q Query, format string, total Total) error {
	return s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		if err := tx.actor.May(ActExport, User{}); err != nil {
			return nothing, err
		}
		e := Event{Action: ActionExported, Changes: []Change{{Field: "format", New: format}}}
		for _, f := range []field{
			{"q", q.Text}, {"type", string(q.Kind)}, {"role", string(q.Role)}, {"status", string(q.Status)},
			{"seen", string(q.Seen)}, {"created", string(q.Created)}, {"view", string(q.View)}, {"sort", string(q.Sort)},
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

// exportEach calls each with all users that q asks for. They are read by one
// statement, and so as they were at one moment.
func (s *Service) exportEach(ctx context.Context, q Query, each func(*Exported) error) error {
	sel, err := s.selection(ctx, q)
	if err != nil {
		return err
	}
	p, err := sel.plan(ctx, s.reads(), q, place{})
	if err != nil {
		return err
	}
	var f filter
	rows, err := s.reads().QueryContext(ctx, p.exportQuery(&f), f.args...)
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

// exportQuery returns the query of all users of p. Where they are few they are put
// in order; otherwise an index has the order, so that the first is there at once.
func (p plan) exportQuery(f *filter) string {
	const tables = ` LEFT JOIN users r ON r.key = u.responsible_key`
	if p.candidates != nil {
		p.limit = math.MaxInt32
		return `WITH hits AS MATERIALIZED (` + p.hits(f) + `) SELECT ` + exportColumns + `
			FROM hits p CROSS JOIN users u ON u.number = p.number` + tables + ` ORDER BY ` + p.order(place{}, `p.`)
	}
	from, conditions := `users u`, p.outside(f)
	if p.newest {
		one := p.ways(f)[0]
		from, conditions = one.tables, one.conditions
	}
	conditions = append(conditions, p.details(f, p.column, p.sure)...)
	return `SELECT ` + exportColumns + ` FROM ` + from + tables + ` WHERE ` + allOf(conditions) + p.within(place{})
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
