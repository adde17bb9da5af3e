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
	longReadLimit = 10 * time.Second // for a search or a count, including the wait for a connection
)

// Why a search or a count was cancelled.
var (
	// ErrSuperseded means that newer reads of the same person replaced this one.
	ErrSuperseded = errors.New("superseded by newer reads of the same person")

	// ErrReadTooLong means that the read exceeded its deadline.
	ErrReadTooLong = errors.New("the read took too long")
)

// longReads limits the long reads: searches of the audit log, exports, counts of many users. They
// run on [database.DB.LongReads]. Each person has maxLongReads at most, so that the requests of
// one person leave connections to the others.
type longReads struct {
	limit     time.Duration // for a search or a count
	cancelled func(error)   // called with ErrSuperseded or ErrReadTooLong; may be nil

	mu     sync.Mutex
	people map[Key]*personReads
}

// personReads are the long reads of one person.
type personReads struct {
	slots chan struct{} // one value for each read that may use a connection
	reads []*longRead   // not superseded, oldest first
	calls int           // with a reference to this struct, which is removed after the last
}

// A longRead is one search, count or export.
type longRead struct {
	export bool // never superseded
	cancel context.CancelCauseFunc
}

// search calls read for a search or a count, once fewer than maxLongReads of the actor use
// connections. The context of read ends at the deadline and when newer reads supersede it: then
// search returns [ErrReadTooLong] or [ErrSuperseded], otherwise the error of read.
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
		err = cause // rather than the database's error
	}
	if l.cancelled != nil && ReadCancelled(err) {
		l.cancelled(err)
	}
	return err
}

// export reserves one of the actor's slots for an export, which is never superseded and has no
// deadline here. The caller calls end after the export. export returns
// [ErrExporting] while the actor exports, or the error of ctx.
func (l *longReads) export(ctx context.Context, actor Key) (end func(), err error) {
	return l.begin(ctx, actor, &longRead{export: true})
}

// begin adds a read of the actor and waits for a slot.
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

// add adds a read of the actor. Beyond maxLongReads it supersedes the oldest.
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
		oldest := slices.IndexFunc(p.reads, func(r *longRead) bool { return !r.export }) // one is no export: there is one export at most
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

// LongRead calls read for a search or a count with the connections for long reads, once fewer than
// two of the actor use one. It returns [ErrSuperseded] when the actor has begun two newer ones,
// [ErrReadTooLong] at the deadline, otherwise the error of read.
func (s *Service) LongRead(ctx context.Context, actor Key, read func(context.Context, database.Reader) error) error {
	return s.long.search(ctx, actor, func(ctx context.Context) error { return read(ctx, s.db.LongReads()) })
}

// LongExport reserves one of the actor's slots for long reads for an export, which is never
// superseded. The caller calls end after the export. LongExport returns [ErrExporting] while
// the actor exports, or the error of ctx.
func (s *Service) LongExport(ctx context.Context, actor Key) (end func(), err error) {
	return s.long.export(ctx, actor)
}
