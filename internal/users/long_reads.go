package users

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

const (
	maxLongReads  = 2                // of one person at once
	longReadLimit = 10 * time.Second // for a search or a count, with its wait for a connection
)

// Why a search or a count was cancelled.
var (
	// ErrSuperseded says that newer reads of the same person took the place of this one.
	ErrSuperseded = errors.New("superseded by newer reads of the same person")

	// ErrReadTooLong says that the read took longer than it may.
	ErrReadTooLong = errors.New("the read took too long")
)

// longReads are the long reads under way: searches of the audit log, exports, counts of many
// users. They run on [database.DB.LongReads]. Each person has maxLongReads at most, so that
// one person, however many requests they send, leaves connections to the others.
type longReads struct {
	limit     time.Duration // for a search or a count
	cancelled func(error)   // is called with ErrSuperseded or ErrReadTooLong; nil: nothing is

	mu     sync.Mutex
	people map[Key]*personReads
}

// personReads are the long reads of one person.
type personReads struct {
	slots chan struct{} // one value for each read that may use a connection
	reads []*longRead   // that are not superseded, oldest first
	calls int           // that refer to this struct; it is forgotten after the last
}

// A longRead is one search, count or export.
type longRead struct {
	export bool // is never superseded
	cancel context.CancelCauseFunc
}

// search calls read for a search or a count of the actor, once fewer than maxLongReads of
// theirs use connections. The context of read ends at the deadline, and when newer reads of
// the actor supersede it: then search returns [ErrReadTooLong] or [ErrSuperseded], and
// otherwise what read returns.
func (l *longReads) search(ctx context.Context, actor Key, read func(context.Context) error) error {
	limited, stop := context.WithTimeoutCause(ctx, l.limit, ErrReadTooLong)
	defer stop()
	reading, cancel := context.WithCancelCause(limited)
	defer cancel(nil)
	end, err := l.begin(reading, actor, &longRead{cancel: cancel})
	if err == nil {
		defer end()
		err = read(reading)
	}
	if cause := context.Cause(reading); err != nil && cause != nil {
		err = cause // rather than what the database calls it
	}
	if l.cancelled != nil && ReadCancelled(err) {
		l.cancelled(err)
	}
	return err
}

// export takes one of the actor's places for an export, which newer reads do not supersede
// and which has no deadline here. The caller calls end after the export. export returns
// [ErrExporting] while the actor exports, or the error of ctx.
func (l *longReads) export(ctx context.Context, actor Key) (end func(), err error) {
	return l.begin(ctx, actor, &longRead{export: true})
}

// begin adds a read of the actor and waits until it may use a connection.
func (l *longReads) begin(ctx context.Context, actor Key, read *longRead) (end func(), err error) {
	p, err := l.add(actor, read)
	if err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; l.remove(actor, p, read) }, nil
	case <-ctx.Done():
		l.remove(actor, p, read)
		return nil, context.Cause(ctx)
	}
}

// add adds a read of the actor. It supersedes the oldest of more than maxLongReads.
func (l *longReads) add(actor Key, read *longRead) (*personReads, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.people[actor]
	if p == nil {
		p = &personReads{slots: make(chan struct{}, maxLongReads)}
	}
	if read.export && slices.ContainsFunc(p.reads, func(r *longRead) bool { return r.export }) {
		return nil, ErrExporting
	}
	if len(p.reads) == maxLongReads {
		oldest := slices.IndexFunc(p.reads, func(r *longRead) bool { return !r.export }) // one is: there is one export at most
		p.reads[oldest].cancel(ErrSuperseded)
		p.reads = slices.Delete(p.reads, oldest, oldest+1)
	}
	p.reads = append(p.reads, read)
	p.calls++
	if l.people == nil {
		l.people = make(map[Key]*personReads)
	}
	l.people[actor] = p
	return p, nil
}

// remove removes a read of the actor.
func (l *longReads) remove(actor Key, p *personReads, read *longRead) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.reads = slices.DeleteFunc(p.reads, func(r *longRead) bool { return r == read })
	if p.calls--; p.calls == 0 {
		delete(l.people, actor)
	}
}

// ReadCancelled reports whether err says that a long read was cancelled: [ErrSuperseded] or
// [ErrReadTooLong].
func ReadCancelled(err error) bool {
	return errors.Is(err, ErrSuperseded) || errors.Is(err, ErrReadTooLong)
}

// LongRead calls read for a search or a count of the actor, with the connections for long
// reads, once fewer than two of theirs use one. It returns [ErrSuperseded] when the actor has
// begun two newer ones, [ErrReadTooLong] at the deadline, and otherwise what read returns.
func (s *Service) LongRead(ctx context.Context, actor Key, read func(context.Context, database.Reader) error) error {
	return s.long.search(ctx, actor, func(ctx context.Context) error { return read(ctx, s.db.LongReads()) })
}

// LongExport takes one of the actor's places for long reads for an export, which newer reads do
// not supersede. The caller calls end after the export. LongExport returns [ErrExporting] while
// the actor exports, or the error of ctx.
func (s *Service) LongExport(ctx context.Context, actor Key) (end func(), err error) {
	return s.long.export(ctx, actor)
}
