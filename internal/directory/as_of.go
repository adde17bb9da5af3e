package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// RolesKept are the roles of which [Service.AsOf] says who had them. Role user is that of all
// others.
var RolesKept = []users.Role{users.RoleAuditor, users.RoleAdmin, users.RoleOwner}

// An AsOfQuery asks who had one of some roles before a moment.
type AsOfQuery struct {
	Day    users.Date // for the event of an export
	Before time.Time  // the first instant after the day
	Roles  []users.Role
	After  users.Key // cursor, as an AsOfPage has it
	Limit  int       // rows; 0 means users.DefaultLimit; at most users.MaxLimit
}

// An AsOfRow is a user as of a moment.
type AsOfRow struct {
	User users.User  // as it was
	Now  *users.User // nil if the user is deleted
}

// An AsOfPage is one page of users, by key.
type AsOfPage struct {
	Rows   []AsOfRow
	Next   users.Key // cursor for After; empty on the last page
	Erased bool      // of a deleted user in its range the role is not known, as it has been erased
}

// asOfSlice is how many users are replayed at once.
const asOfSlice = 200

// AsOf returns users who had one of the roles at a moment, with the status that they had: users of
// today from whose records the events since then are taken back, and users deleted since then. It
// is a long read. It returns a [*users.ForbiddenError], and an [*users.InvalidError] on role.
func (s *Service) AsOf(ctx context.Context, actor users.Actor, q AsOfQuery) (page AsOfPage, err error) {
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return AsOfPage{}, err
	}
	if err := q.check(); err != nil {
		return AsOfPage{}, err
	}
	limit := users.PageSize(q.Limit)
	err = s.users.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		page, err = q.read(ctx, r, limit)
		return err
	})
	if err != nil {
		return AsOfPage{}, fmt.Errorf("roles as of %s: %w", q.Day, err)
	}
	return page, nil
}

// check returns an [*users.InvalidError] unless q asks for roles that AsOf knows.
func (q AsOfQuery) check() error {
	unknown := func(r users.Role) bool { return !slices.Contains(RolesKept, r) }
	if len(q.Roles) == 0 || slices.ContainsFunc(q.Roles, unknown) {
		return users.Invalid("role", "Choose one or more of auditor, admin and owner.")
	}
	return nil
}

// read reads a page of at most limit users.
func (q AsOfQuery) read(ctx context.Context, r database.Reader, limit int) (page AsOfPage, err error) {
	var cut int64
	if err := r.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM (SELECT seq FROM events WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT 1) AS last`,
		database.Time(q.Before)).Scan(&cut); err != nil {
		return AsOfPage{}, err
	}
	for after := q.After; ; {
		keys, err := q.candidates(ctx, r, cut, after)
		if err != nil {
			return AsOfPage{}, err
		}
		rows, erased, err := q.replay(ctx, r, cut, keys)
		if err != nil {
			return AsOfPage{}, err
		}
		page.Rows, page.Erased = append(page.Rows, rows...), page.Erased || erased
		if len(page.Rows) > limit {
			page.Rows = page.Rows[:limit]
			page.Next = page.Rows[limit-1].User.Key
			return page, nil
		}
		if len(keys) < asOfSlice {
			return page, nil
		}
		after = keys[len(keys)-1]
	}
}

// candidates returns keys after one, in order, of users who may have had one of the roles: those who
// have one now, and those who got another one or were deleted since an event.
func (q AsOfQuery) candidates(ctx context.Context, r database.Reader, cut int64, after users.Key) ([]users.Key, error) {
	var f database.Filter
	roles := make([]string, len(q.Roles))
	for i, role := range q.Roles {
		roles[i] = f.Arg(role)
	}
	since, from := f.Arg(cut), f.Arg(after)
	return database.Collect(ctx, r, func(row database.Scanner) (key users.Key, err error) { return key, row.Scan(&key) },
		`SELECT key FROM (SELECT u.key FROM users u WHERE u.role IN (`+strings.Join(roles, `, `)+`) AND u.created_at < `+f.Arg(database.Time(q.Before))+`
			UNION SELECT e.target_key FROM events e WHERE e.action = '`+string(users.ActionRoleChanged)+`' AND e.seq > `+since+`
			UNION SELECT e.target_key FROM events e WHERE e.action = '`+string(users.ActionDeleted)+`' AND e.seq > `+since+`) AS candidates
		WHERE key > `+from+` ORDER BY key LIMIT `+f.Arg(asOfSlice), f.Args...)
}

// replay returns the users with those keys who had one of the roles up to an event.
func (q AsOfQuery) replay(ctx context.Context, r database.Reader, cut int64, keys []users.Key) (rows []AsOfRow, erased bool, err error) {
	if len(keys) == 0 {
		return nil, false, nil
	}
	var f database.Filter
	list := make([]string, len(keys))
	for i, key := range keys {
		list[i] = f.Arg(key)
	}
	in := `(` + strings.Join(list, `, `) + `)`
	present, err := users.UsersWhere(ctx, r, `u.key IN `+in, f.Args...)
	if err != nil {
		return nil, false, err
	}
	events, err := users.RecordEvents(ctx, r, `e.target_key IN `+in+` AND e.seq > `+f.Arg(cut), f.Args...)
	if err != nil {
		return nil, false, err
	}
	for _, key := range keys {
		row, there, unknown, err := q.replayOne(ctx, r, cut, key, present, events)
		if err != nil {
			return nil, false, err
		}
		if erased = erased || unknown; there {
			rows = append(rows, row)
		}
	}
	return rows, erased, nil
}

// replayOne takes the events on one user back, and reports whether the user had one of the roles,
// or whether that is not known as it has been erased.
func (q AsOfQuery) replayOne(ctx context.Context, r database.Reader, cut int64, key users.Key, present []users.User, events []users.Event) (row AsOfRow, there, unknown bool, err error) {
	v := users.NewReverted(nil)
	if i := slices.IndexFunc(present, func(u users.User) bool { return u.Key == key }); i >= 0 {
		row.Now = &present[i]
		v = users.NewReverted(row.Now)
	}
	deleted := false
	for _, e := range events {
		if e.Target.Key == key {
			v.Revert(e)
			deleted = deleted || e.Action == users.ActionDeleted
		}
	}
	unknown = v.Erased && v.There
	if unknown || !v.There || !slices.Contains(q.Roles, v.User.Role) {
		return row, false, unknown, nil
	}
	if deleted {
		before, err := users.StatusEvents(ctx, r, key, cut)
		if err != nil {
			return row, false, false, err
		}
		v.SetStatus(before)
	}
	row.User = v.User
	return row, true, false, nil
}

// ExportAsOf sends all users that q selects to sink, as they were, regardless of its cursor and
// limit. Its errors are those of [Service.Export].
func (s *Service) ExportAsOf(ctx context.Context, actor users.Actor, q AsOfQuery, format ExportFormat, sink ExportSink) error {
	if err := q.check(); err != nil {
		return err
	}
	if err := actor.May(users.ActSeeAudit, users.User{}); err != nil {
		return err
	}
	end, err := s.BeginExport(ctx, actor)
	if err != nil {
		return err
	}
	defer end()
	page, err := q.read(ctx, s.db.LongReads(), maxAsOf)
	if err != nil {
		return fmt.Errorf("read roles as of %s: %w", q.Day, err)
	}
	if page.Next != "" || format.Most > 0 && len(page.Rows) > format.Most {
		return users.Invalid("format", "More than %s users match. Choose fewer roles.", numbers.Grouped(maxAsOf))
	}
	roles := make([]string, len(q.Roles))
	for i, role := range q.Roles {
		roles[i] = string(role)
	}
	began, err := s.users.ExportBegan(ctx, actor, []users.Change{
		{Field: "as_of", New: string(q.Day)}, {Field: "role", New: strings.Join(roles, ",")},
		{Field: "format", New: format.Name}, {Field: "users", New: fmt.Sprint(len(page.Rows))},
	})
	if err != nil {
		return fmt.Errorf("export roles as of %s: %w", q.Day, err)
	}
	sent, err := sink.End(sendAsOf(page.Rows, s.users.Permit(actor, users.ActExport), sink))
	s.users.ExportEnded(ctx, actor, users.ExportResult{Export: began, Sent: sent, Of: len(page.Rows), End: ExportEndOf(err)})
	return err
}

// maxAsOf is how many users an export as of a day holds at most: they are held in memory.
const maxAsOf = 100_000

// sendAsOf sends users as they were to sink.
func sendAsOf(rows []AsOfRow, permit *users.Permit, sink ExportSink) error {
	if err := sink.Begin(len(rows), permit); err != nil {
		return err
	}
	for part := range slices.Chunk(rows, exportSlice) {
		for _, row := range part {
			u := row.User
			exported := Exported{ID: u.ID, Name: u.Name, Kind: u.Kind, Role: u.Role, Status: u.Status, CreatedAt: u.CreatedAt, TimeZone: u.TimeZone,
				PictureURL: u.PictureURL, Channels: []byte(`{}`), Types: []byte(`{}`), Purpose: u.Purpose, Responsible: u.Responsible.ID, ReviewOn: u.ReviewOn}
			if err := sink.Add(&exported); err != nil {
				return err
			}
		}
		if err := sink.Send(); err != nil {
			return err
		}
	}
	return nil
}
