package directory

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

const (
	exportSlice = 1000             // users read by one statement, by default
	exportWait  = 30 * time.Second // deadline of one statement, including the wait for a connection
)

// An exportList is the numbers of the users to export, in order, as of one moment.
type exportList struct {
	slices [][]int64
	total  int
	newest time.Time // when the newest of them was created
}

// exportList reads the list of p in slices of the given size. It returns [users.ErrReadTooLong] after
// [exportWait].
func (p plan) exportList(ctx context.Context, r database.Reader, size int) (list exportList, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, exportWait, users.ErrReadTooLong)
	defer cancel()
	defer func() {
		if err != nil && errors.Is(context.Cause(ctx), users.ErrReadTooLong) {
			err = users.ErrReadTooLong
		}
	}()
	var f database.Filter
	rows, err := r.QueryContext(p.context(ctx), p.export(&f, `u.number, u.created_at`), f.Args...)
	if err != nil {
		return exportList{}, err
	}
	defer rows.Close()
	var number int64
	var created database.Time
	slice := make([]int64, 0, size)
	for rows.Next() {
		if err := rows.Scan(&number, &created); err != nil {
			return exportList{}, err
		}
		if len(slice) == size {
			list.slices, slice = append(list.slices, slice), make([]int64, 0, size)
		}
		slice = append(slice, number)
		list.total++
		if at := time.Time(created); at.After(list.newest) {
			list.newest = at
		}
	}
	list.slices = append(list.slices, slice)
	return list, rows.Err()
}

// exportRows sends the users of a list to sink.
func (s *Service) exportRows(ctx context.Context, list exportList, permit *users.Permit, sink ExportSink) error {
	if err := sink.Begin(list.total, permit); err != nil {
		return err
	}
	for i, slice := range list.slices {
		list.slices[i] = nil // frees its memory
		if err := s.exportSlice(ctx, slice, list.newest, sink.Add); err != nil {
			return err
		}
		if err := sink.Send(); err != nil {
			return err
		}
	}
	return nil
}

// exportColumns are the columns that [exportScan.into] scans, in its order.
const exportColumns = `u.user_id, u.name, u.kind, u.role, u.status, u.created_at, u.updated_at, u.seen_at, u.time_zone, u.picture_url,
	u.channels, u.types, u.purpose, r.user_id, u.review_on, u.department, u.title, m.user_id, u.labels, u.note`

// exportSlice calls add with the users of a slice, in its order. SQLite reuses the number of a
// deleted user if it was the highest: a user created after newest has such a number and is left
// out.
func (s *Service) exportSlice(ctx context.Context, numbers []int64, newest time.Time, add func(*Exported) error) error {
	ctx, cancel := context.WithTimeout(ctx, exportWait)
	defer cancel()
	var f database.Filter
	listed := searcherOf(s.db.Engine()).list(f.Arg(joined64(numbers)))
	rows, err := s.db.LongReads().QueryContext(ctx, `SELECT `+exportColumns+` FROM (`+listed+`) AS l CROSS JOIN users u
		LEFT JOIN users r ON r.key = u.responsible_key LEFT JOIN users m ON m.key = u.manager_key
		WHERE u.number = l.number AND u.created_at <= `+f.Arg(database.Time(newest))+` ORDER BY l.place`, f.Args...)
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
		if err := add(x.user()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// joined64 joins numbers by commas.
func joined64(numbers []int64) string {
	b := make([]byte, 0, 8*len(numbers))
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

// export is the query of columns of all users of p in its order, the one
// with the user_id that is searched for first. A LIMIT that limits nothing keeps the order of a
// part of a UNION.
func (p plan) export(f *database.Filter, columns string) string {
	if p.candidates != nil {
		return p.all(f, columns) + ` ORDER BY ` + p.order(place{}, `p.`)
	}
	if p.exactID == "" {
		return p.all(f, columns) + p.within(place{})
	}
	first := p
	first.newest, first.exact = false, false
	return first.all(f, columns) + ` AND u.user_id = ` + f.Arg(p.exactID) + ` UNION ALL SELECT * FROM (` +
		p.all(f, columns) + ` AND u.user_id <> ` + f.Arg(p.exactID) + p.within(place{}) + ` LIMIT ` + f.Arg(math.MaxInt64) + `) AS others`
}

// all is the query of columns of all users of p, without an order. A few candidates are sorted
// then; otherwise an index has the order, and the first row comes at once.
func (p plan) all(f *database.Filter, columns string) string {
	if p.candidates != nil {
		return `SELECT ` + columns + ` FROM (` + p.hits(f) + `) AS p CROSS JOIN users u WHERE u.number = p.number`
	}
	one := indexScan{tables: `users u`}
	if p.newest {
		one = p.scans(f)[0]
	} else {
		one.conditions = p.outside(f)
	}
	conditions := append(one.conditions, p.details(f, p.column, p.exact)...)
	return `SELECT ` + columns + ` FROM ` + one.tables + ` WHERE ` + database.AllOf(conditions)
}

// An exportScan is one row of an export, in the types of the driver.
type exportScan struct {
	Exported
	name, picture, purpose, responsible, date sql.NullString
	department, title, manager, labels, note  sql.NullString
	channels, types                           sql.RawBytes
}

// into returns where to scan exportColumns to.
func (x *exportScan) into() []any {
	return []any{(*string)(&x.ID), &x.name, (*string)(&x.Kind), (*string)(&x.Role), (*string)(&x.Status),
		(*database.Time)(&x.CreatedAt), (*database.Time)(&x.UpdatedAt), (*database.Time)(&x.SeenAt), &x.TimeZone, &x.picture,
		&x.channels, &x.types, &x.purpose, &x.responsible, &x.date,
		&x.department, &x.title, &x.manager, &x.labels, &x.note}
}

// user returns the row as a user.
func (x *exportScan) user() *Exported {
	x.Name, x.PictureURL, x.Purpose = x.name.String, x.picture.String, x.purpose.String
	x.Responsible, x.ReviewOn = users.ID(x.responsible.String), users.Date(x.date.String)
	x.Department, x.Title, x.Manager = x.department.String, x.title.String, users.ID(x.manager.String)
	x.Labels, x.Note = x.labels.String, x.note.String
	x.Channels, x.Types = x.channels, x.types
	if x.SeenAt.Equal(users.NeverSeen) {
		x.SeenAt = time.Time{}
	}
	return &x.Exported
}
