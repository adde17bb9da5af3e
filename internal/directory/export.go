package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// An Exported is a user in an export. Its times are zero for never.
type Exported struct {
	ID          users.ID
	Name        string
	Kind        users.Kind
	Role        users.Role
	Status      users.Status
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SeenAt      time.Time
	TimeZone    string
	PictureURL  string
	Channels    []byte // JSON object of channel to bool; valid until the next user
	Types       []byte // JSON object of type to bool; valid until the next user
	Department  string
	Title       string
	Manager     users.ID // empty for none and for a deleted one
	Labels      string   // with a comma between
	Note        string
	Purpose     string
	Responsible users.ID
	ReviewOn    users.Date
}

// An ExportFormat is the kind of file that an export makes.
type ExportFormat struct {
	Name    string // in the event of the export
	Most    int    // users that such a file can hold; 0: any number
	Columns string // that the file has, with a comma between, in the event; empty for all
}

// An ExportSink writes the file of an export and sends it. One goroutine calls its methods.
type ExportSink interface {
	// Begin is called first, after the export is recorded. The sink checks the permit before it
	// sends anything.
	Begin(total int, permit *users.Permit) error

	// Add adds a user, without retaining u or waiting for the client: a statement is open.
	Add(u *Exported) error

	// Send sends the users added so far, now or by the time of End. No statement is open.
	Send() error

	// End is called last, with the error if there was one. It waits until everything is sent and
	// returns how many users were sent, and why the file is incomplete: [ErrReaderGone],
	// [ErrReaderSlow], [ErrExportLate], a [*users.RevokedError] or any other error.
	End(err error) (sent int, _ error)
}

// Export sends all users that q selects to sink, in its order, regardless of its cursors and
// limit. One statement reads the list of users. Their rows are read afterwards, 1,000 at a time,
// so that no statement is open while the sink waits for the client: each user who exists
// throughout is sent once, as of when the row is read; users deleted meanwhile are left out.
//
// The history records the export before the first user is sent and, as an event of the console,
// how it ended.
//
// Export returns a [*users.ForbiddenError], an [*users.InvalidError] on an unknown filter or, if there are
// too many users for it, on the format, [users.ErrExporting] while the actor or too many others
// export, and the errors of sink.
func (s *Service) Export(ctx context.Context, actor users.Actor, q Query, format ExportFormat, sink ExportSink) error {
	end, err := s.BeginExport(ctx, actor)
	if err != nil {
		return err
	}
	defer end()
	q = q.withDefaults()
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	list, err := p.exportList(ctx, s.db.LongReads(), s.config.ExportSlice)
	if err != nil {
		return fmt.Errorf("list users to export: %w", err)
	}
	if format.Most > 0 && list.total > format.Most {
		return users.Invalid("format", "This format holds at most %s users, and %s match. Choose another format, or add filters.",
			numbers.Grouped(format.Most), numbers.Grouped(list.total))
	}
	began, err := s.users.ExportBegan(ctx, actor, q.exportFields(p.newest, format, list.total))
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	sent, err := sink.End(s.exportRows(ctx, list, s.users.Permit(actor, users.ActExport), sink))
	s.users.ExportEnded(ctx, actor, users.ExportResult{Export: began, Sent: sent, Of: list.total, End: ExportEndOf(err)})
	return err
}

// BeginExport reserves the slots of an export, which the caller frees by end. It returns a
// [*users.ForbiddenError] and [users.ErrExporting].
func (s *Service) BeginExport(ctx context.Context, actor users.Actor) (end func(), err error) {
	if err := actor.May(users.ActExport, users.User{}); err != nil {
		return nil, err
	}
	if !s.exports.begin(actor) {
		return nil, users.ErrExporting
	}
	free, err := s.users.LongExport(ctx, actor.Key)
	if err != nil {
		s.exports.end(actor.Key)
		return nil, err
	}
	return func() {
		free()
		s.exports.end(actor.Key)
	}, nil
}

// An ExportSize is how many users an export would hold, and whether the newest come first.
type ExportSize struct {
	Total  Total
	Newest bool
}

// maxCounted is how many users are counted before an export.
const maxCounted = 100_000

// ExportSize returns the size of an export of q: exact up to 100,000 users and wherever the
// database keeps the count; zero if counting took too long. Its errors are those of
// [Service.Export].
func (s *Service) ExportSize(ctx context.Context, actor users.Actor, q Query) (ExportSize, error) {
	if err := actor.May(users.ActExport, users.User{}); err != nil {
		return ExportSize{}, err
	}
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return ExportSize{}, fmt.Errorf("count users to export: %w", err)
	}
	var total Total
	err = s.users.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		total, err = p.count(p.context(ctx), r, maxCounted)
		return err
	})
	if users.ReadCancelled(err) {
		return ExportSize{Newest: p.newest}, nil
	}
	return ExportSize{total, p.newest}, err
}

// exportPlan returns the plan of all users that q selects.
func (s *Service) exportPlan(ctx context.Context, q Query) (plan, error) {
	q = q.withDefaults()
	q.After, q.Before, q.whole = "", "", true
	sel, err := s.selection(ctx, q)
	if err != nil {
		return plan{}, err
	}
	return sel.plan(sel.context(ctx), s.reads(), q, place{})
}

// count counts the users of p, up to most of them.
func (p plan) count(ctx context.Context, r database.Reader, most int) (Total, error) {
	if n, kept := p.kept(); kept {
		return Total{N: n}, nil
	}
	all := []candidateQuery{{limit: most, numbers: func(f *database.Filter) string { return p.all(f, `u.number`) }}}
	if err := countEach(ctx, r, all); err != nil {
		return Total{}, err
	}
	if all[0].n > most {
		return Total{most, true}, nil
	}
	return Total{N: all[0].n}, nil
}

// exportFields returns the fields of the event that an export of q begins.
func (q Query) exportFields(newest bool, format ExportFormat, total int) []users.Change {
	sort := q.Sort
	if newest {
		sort = "-created"
	}
	all := []users.Change{{Field: "format", New: format.Name}, {Field: "columns", New: format.Columns}, {Field: "q", New: q.Text}}
	if len(q.Keys) > 0 {
		all = append(all, users.Change{Field: "selected", New: strconv.Itoa(len(q.Keys))})
	}
	for _, f := range q.filters() {
		all = append(all, users.Change{Field: f.name, New: string(f.values)})
	}
	all = append(all, users.Change{Field: "view", New: string(q.View)}, users.Change{Field: "sort", New: string(sort)}, users.Change{Field: "users", New: strconv.Itoa(total)})
	return slices.DeleteFunc(all, func(c users.Change) bool { return c.New == "" })
}
