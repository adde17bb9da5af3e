package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// How an export is sent.
const (
	exportBlock   = 64 << 10         // bytes that are sent at once
	exportParts   = 3                // in memory at most, each of one slice of users, so that an export of any size takes as much memory
	exportPause   = 30 * time.Second // for the client to take a block; App.exportPause in tests
	exportLongest = 15 * time.Minute // after which it breaks off, so that a slow client does not keep its place
)

// An exportSender sends a file as it is made: a goroutine sends one part while the next is
// being made, as reading users and sending them take about as long. It is the
// [directory.ExportSink] of a request.
type exportSender struct {
	app     *App
	ctx     context.Context // of the request, limited to exportLongest
	cancel  context.CancelCauseFunc
	w       *echo.Response
	control *http.ResponseController
	format  exportFormat
	name    string // of the file
	add     func(b []byte, u *directory.Exported) ([]byte, error)
	seen    *trackedExport
	permit  *users.Permit
	last    time.Time // by the clock of the network

	part  exportPart
	begun bool
	full  chan exportPart // to be sent; nil when there are no more
	empty chan exportPart // to be filled again
	sent  chan struct{}   // closed when all is sent
	out   exportFile      // of the goroutine that sends, as are the next two
	users int             // that have been sent
	fault error           // why the rest could not be
}

// An exportPart is a part of the file with the ends of its users' rows.
type exportPart struct {
	bytes []byte
	ends  []int
	last  bool // the file is whole after it
}

// sendExport answers with the users that form asks for in a format, as they are read. What
// goes wrong before the first byte is returned. After it, the connection is aborted, so that
// a client does not take half a file for a whole one.
func (a *App) sendExport(c echo.Context, form exportForm, format exportFormat) error {
	return a.sendFile(c, format.fileName(directory.View(form.View)), form.Export, format, func(s *exportSender) error {
		return a.directory.Export(s.ctx, actor(c), form.query(zoneOf(viewer(c))), format.domain(), s)
	})
}

// sendFile answers with a file of that name, which export sends; known is the name by which the
// page follows the export.
func (a *App) sendFile(c echo.Context, name, known string, format exportFormat, export func(*exportSender) error) error {
	requestOf(c.Request()).worker.release() // its memory is bounded, and clients are slow
	limited, stop := context.WithTimeoutCause(c.Request().Context(), exportLongest, directory.ErrExportLate)
	defer stop()
	ctx, cancel := context.WithCancelCause(limited)
	defer cancel(nil)
	s := &exportSender{
		app: a, ctx: ctx, cancel: cancel, w: c.Response(), control: http.NewResponseController(c.Response()),
		format: format, name: name, add: format.rows(format.columns), last: time.Now().Add(exportLongest),
		seen: a.exporting.begin(exportKey{actor(c).Key, known}),
	}
	defer s.stop()
	broken := true
	defer func() { a.exporting.end(s.seen, broken) }()
	err := export(s)
	broken = err != nil
	if err != nil && s.begun {
		a.breakOff(c, err)
	}
	return err
}

// Begin implements [directory.ExportSink].
func (s *exportSender) Begin(total int, permit *users.Permit) error {
	s.app.exporting.update(s.seen, func(e *trackedExport) { e.total, e.begun = directory.Total{N: total}, true })
	s.permit = permit
	return nil
}

// Add implements [directory.ExportSink].
func (s *exportSender) Add(u *directory.Exported) (err error) {
	s.part.bytes, err = s.add(s.part.bytes, u)
	s.part.ends = append(s.part.ends, len(s.part.bytes))
	return err
}

// Send implements [directory.ExportSink]: it hands the part over.
func (s *exportSender) Send() error {
	if !s.begun {
		s.begin()
	}
	s.full <- s.part
	s.part = <-s.empty
	s.part.bytes, s.part.ends = s.part.bytes[:0], s.part.ends[:0]
	return context.Cause(s.ctx)
}

// begin makes the answer a file, and begins to send it.
func (s *exportSender) begin() {
	s.begun = true
	sendDirectly(s.w)
	s.full, s.empty, s.sent = make(chan exportPart, exportParts), make(chan exportPart, exportParts), make(chan struct{})
	for range exportParts - 1 {
		s.empty <- exportPart{}
	}
	h := s.w.Header()
	h.Set("Content-Type", s.format.mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+s.name+`"`)
	// The request has been read. What is left of the time for that would end the
	// export: net/http takes it for a client that has gone.
	_ = s.control.SetReadDeadline(time.Time{})
	go s.send(s.full)
}

// send sends the parts. After one that cannot be sent it takes the others and sends none of
// them.
func (s *exportSender) send(full <-chan exportPart) {
	defer close(s.sent)
	for part := range full {
		if s.fault == nil {
			if s.fault = s.write(part); s.fault != nil {
				s.cancel(s.fault)
			}
		}
		s.empty <- part
	}
}

// write sends a part, block by block, while the actor has the right to it.
func (s *exportSender) write(part exportPart) error {
	if s.out == nil {
		err := s.timely(func() (err error) { s.out, err = s.format.open(s.w, s.format.columns); return err })
		if err != nil {
			return err
		}
	}
	rows := 0
	for from := 0; from < len(part.bytes); {
		to := min(from+exportBlock, len(part.bytes))
		if err := s.timely(func() error { _, err := s.out.Write(part.bytes[from:to]); return err }); err != nil {
			return err
		}
		before := rows
		for rows < len(part.ends) && part.ends[rows] <= to {
			rows++
		}
		s.users += rows - before
		s.app.exporting.update(s.seen, func(e *trackedExport) { e.sent = s.users })
		from = to
	}
	if part.last {
		return s.timely(s.out.Close)
	}
	return nil
}

// timely checks that the actor may have more and calls write, for which there is as much
// time as the client has for one block. Its errors are those of [directory.ExportSink].
func (s *exportSender) timely(write func() error) error {
	if err := s.permit.Check(s.ctx); err != nil {
		return err
	}
	deadline, late := time.Now().Add(cmp.Or(s.app.exportPause, exportPause)), directory.ErrReaderSlow
	if deadline.After(s.last) {
		deadline, late = s.last, directory.ErrExportLate
	}
	if err := s.control.SetWriteDeadline(deadline); err != nil {
		return err
	}
	switch err := write(); {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return late
	case err != nil:
		return errors.Join(directory.ErrReaderGone, err)
	}
	return nil
}

// End implements [directory.ExportSink].
func (s *exportSender) End(err error) (sent int, _ error) {
	if err == nil {
		s.part.last = true
		err = s.Send()
	}
	s.stop()
	switch cause := context.Cause(s.ctx); {
	case s.fault != nil:
		return s.users, s.fault
	case errors.Is(cause, context.Canceled): // only the request's context has this cause
		return s.users, directory.ErrReaderGone
	case cause != nil:
		return s.users, cause // rather than what the database makes of it
	}
	return s.users, err
}

// stop waits until all is sent that was handed over.
func (s *exportSender) stop() {
	if s.full != nil {
		close(s.full)
		s.full = nil
		<-s.sent
	}
}

// breakOff ends an answer that has begun and cannot be ended well, so that the
// client sees that it is not whole.
func (a *App) breakOff(c echo.Context, err error) {
	line := []any{"request", requestOf(c.Request()).id, "user", requestOf(c.Request()).user, "error", words.Plain(err.Error())}
	_, revoked := errors.AsType[*users.RevokedError](err)
	switch {
	case errors.Is(err, directory.ErrReaderGone):
		a.log.Debug("abandoned export", line...)
	case revoked, errors.Is(err, directory.ErrReaderSlow), errors.Is(err, directory.ErrExportLate):
		a.log.Warn("export broken off", line...)
	default:
		a.log.Error("export broken off", line...)
	}
	panic(http.ErrAbortHandler)
}
