package users

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
)

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

// An ExportFormat is the kind of file that an export makes.
type ExportFormat struct {
	Name string // as the history records it
	Most int    // users that such a file can hold; 0: any number
}

// An ExportSink makes the file of an export and sends it. Its methods are called in turn,
// by one goroutine.
type ExportSink interface {
	// Begin is called first, once the export is recorded. Nothing is sent any more when the
	// permit's check fails.
	Begin(total int, permit *Permit) error

	// Add adds a user, which it must not keep. It must not wait for the client: a statement
	// is open.
	Add(u *Exported) error

	// Send sends what was added, or has it sent by the time of End. No statement is open.
	Send() error

	// End is called last, also after an error, which it gets. It waits until everything is
	// sent and returns how many users were, and why the file is incomplete: [ErrReaderGone],
	// [ErrReaderSlow], [ErrExportLate], a [*RevokedError] or any other error.
	End(err error) (sent int, _ error)
}

// Export sends all users that q asks for, in its order, whatever its place and limit, to
// sink. Which users and in which order is decided at one moment, by one statement. Their
// rows are read afterwards, 1,000 at a time, so that no statement is open while the client
// is waited for: each user who exists from that moment until the end is sent once, as they
// are when their row is read; those who are deleted meanwhile are left out.
//
// The history records the export before the first user is sent, and afterwards how it
// ended, as an event of the console's own.
//
// Export returns a [*ForbiddenError], an [*InvalidError] on a filter that does not exist or
// on the format if there are too many users for it, [ErrExporting] while the actor or too
// many others export, and what the methods of sink return.
func (s *Service) Export(ctx context.Context, actor Actor, q Query, format ExportFormat, sink ExportSink) error {
	if err := actor.May(ActExport, User{}); err != nil {
		return err
	}
	if !s.exports.begin(actor) {
		return ErrExporting
	}
	defer s.exports.end(actor.Key)
	end, err := s.LongExport(ctx, actor.Key)
	if err != nil {
		return err
	}
	defer end()
	q = q.tidy()
	p, err := s.exportPlan(ctx, q)
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	list, err := p.exportList(ctx, s.db.LongReads(), s.config.ExportSlice)
	if err != nil {
		return fmt.Errorf("list users to export: %w", err)
	}
	if format.Most > 0 && list.total > format.Most {
		return invalid("format", "Such a file holds at most %s users, and these are %s. Choose another kind of file, or add filters.",
			numbers.Grouped(format.Most), numbers.Grouped(list.total))
	}
	began, err := s.ExportBegan(ctx, actor, q.exportFields(p.newest, format.Name, list.total))
	if err != nil {
		return fmt.Errorf("export users: %w", err)
	}
	sent, err := sink.End(s.exportRows(ctx, list, s.Permit(actor, ActExport), sink))
	s.ExportEnded(ctx, actor, ExportResult{Export: began, Sent: sent, Of: list.total, End: exportEnd(err)})
	return err
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
	err = s.LongRead(ctx, actor.Key, func(ctx context.Context, r database.Reader) error {
		total, err = p.number(ctx, r, maxCounted)
		return err
	})
	if ReadCancelled(err) {
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
	q.After, q.Before, q.whole = "", "", true
	sel, err := s.selection(ctx, q)
	if err != nil {
		return plan{}, err
	}
	return sel.plan(ctx, s.reads(), q, place{})
}

// number counts the users of p, up to most of them.
func (p plan) number(ctx context.Context, r database.Reader, most int) (Total, error) {
	if n, kept := p.kept(); kept {
		return Total{N: n}, nil
	}
	all := []source{{most: most, numbers: func(f *database.Filter) string { return p.all(f, `u.number`) }}}
	if err := countEach(ctx, r, all); err != nil {
		return Total{}, err
	}
	if all[0].n > most {
		return Total{N: most, How: MoreThan}, nil
	}
	return Total{N: all[0].n}, nil
}

// exportFields returns what an export of q holds, as its event records it.
func (q Query) exportFields(newest bool, format string, total int) []Change {
	sort := q.Sort
	if newest {
		sort = "-created"
	}
	all := []Change{{Field: "format", New: format}}
	for _, f := range []Change{
		{Field: "q", New: q.Text}, {Field: "type", New: string(q.Kind)}, {Field: "role", New: string(q.Role)}, {Field: "status", New: string(q.Status)},
		{Field: "seen", New: string(q.Seen)}, {Field: "created", New: string(q.Created)}, {Field: "view", New: string(q.View)}, {Field: "sort", New: string(sort)},
		{Field: "users", New: strconv.Itoa(total)},
	} {
		if f.New != "" {
			all = append(all, f)
		}
	}
	return all
}
