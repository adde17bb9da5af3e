package web

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
)

// How an export is sent.
const (
	exportBlock   = 64 << 10         // bytes that are sent at once
	exportBlocks  = 4                // under way at most, so that an export of any size takes as much memory
	exportPause   = 30 * time.Second // for which the client may take nothing
	exportLongest = 15 * time.Minute // after which it breaks off, so that nobody holds a moment of the database for ever
)

var errExportLate = errors.New("the export took too long")

// An exportFormat is a kind of file that the directory is exported to.
type exportFormat struct {
	value, label, hint string
	file, mediaType    string
	head               string // before the first user
	rows               func() func(b []byte, u *users.Exported) ([]byte, error)
}

// exportFormats are all of them. What a program reads has no byte order mark: it
// would be a part of the first column's name.
var exportFormats = []exportFormat{
	{"csv", "CSV", "For most programs.", "users.csv", "text/csv; charset=utf-8", csvHead(), csvRows},
	{"excel", "CSV for Excel", "The same, with a mark by which Excel reads accents and other scripts right.",
		"users.csv", "text/csv; charset=utf-8", byteOrderMark + csvHead(), csvRows},
	{"jsonl", "JSON Lines", "For programs: one JSON object a line, with the names of the API.",
		"users.jsonl", "application/jsonl; charset=utf-8", "", jsonRows},
}

// formatLabel returns a format as it is shown.
func formatLabel(value string) string {
	for _, f := range exportFormats {
		if f.value == value {
			return f.label
		}
	}
	return value
}

// An exportSender sends a file as it is made. Whoever makes it fills one block
// while a goroutine sends those before, as reading users and sending them take
// about as long.
type exportSender struct {
	app     *App
	w       *echo.Response
	control *http.ResponseController
	format  exportFormat
	seen    *exportSeen
	cancel  context.CancelCauseFunc // of what makes the file, when it cannot be sent

	block exportPart      // being filled
	begun bool            // the first block is on its way
	full  chan exportPart // to be sent; nil when there is no more
	empty chan []byte     // to be filled again
	sent  chan struct{}   // closed when all is sent
	fault error           // why it could not be; read when sent is closed
}

// An exportPart is a block, with how many users it holds.
type exportPart struct {
	bytes []byte
	users int
}

// sendExport answers with the users that form asks for in a format, as they are
// read. What goes wrong before the first byte is returned; after it, the connection
// is broken off, so that half a file is never taken for a whole one.
func (a *App) sendExport(c echo.Context, form exportForm, format exportFormat) error {
	limited, stop := context.WithTimeoutCause(c.Request().Context(), exportLongest, errExportLate)
	defer stop()
	ctx, cancel := context.WithCancelCause(limited)
	defer cancel(nil)
	s := &exportSender{
		app: a, w: c.Response(), control: http.NewResponseController(c.Response()), format: format, cancel: cancel,
		seen:  a.exporting.begin(exportKey{actor(c).Key, form.Export}),
		block: exportPart{bytes: make([]byte, 0, exportBlock+exportBlock/4)},
	}
	defer s.stop()
	broken := true
	defer func() { a.exporting.end(s.seen, broken) }()
	err := a.users.Export(ctx, actor(c), form.query(zoneOf(viewer(c))), form.Format, s.ready, s.adder(ctx))
	err = s.finish(ctx, err)
	broken = err != nil
	if err != nil && s.begun {
		a.breakOff(c, err)
	}
	return err
}

// ready begins the file, in which so many users will be.
func (s *exportSender) ready(total users.Total) error {
	s.app.exporting.update(s.seen, func(e *exportSeen) { e.total, e.begun = total, true })
	s.block.bytes = append(s.block.bytes, s.format.head...)
	return nil
}

// adder returns what adds a user to the file.
func (s *exportSender) adder(ctx context.Context) func(*users.Exported) error {
	add := s.format.rows()
	return func(u *users.Exported) (err error) {
		if s.block.bytes, err = add(s.block.bytes, u); err != nil {
			return err
		}
		s.block.users++
		if len(s.block.bytes) < exportBlock {
			return nil
		}
		return s.turn(ctx)
	}
}

// turn hands over the block that is full, and begins another.
func (s *exportSender) turn(ctx context.Context) error {
	if !s.begun {
		s.begin()
	}
	s.full <- s.block
	s.block = exportPart{bytes: (<-s.empty)[:0]}
	return context.Cause(ctx)
}

// begin makes the answer a file, and begins to send it.
func (s *exportSender) begin() {
	s.begun = true
	sendDirectly(s.w)
	s.full, s.empty, s.sent = make(chan exportPart, exportBlocks), make(chan []byte, exportBlocks), make(chan struct{})
	for range exportBlocks - 1 {
		s.empty <- make([]byte, 0, cap(s.block.bytes))
	}
	h := s.w.Header()
	h.Set("Content-Type", s.format.mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+s.format.file+`"`)
	// The request has been read. What is left of the time for that would end the
	// export: net/http takes it for a client that has gone.
	_ = s.control.SetReadDeadline(time.Time{})
	go s.send(s.full, time.Now().Add(exportLongest)) // by the clock of the network, whatever that of the console says
}

// send sends the blocks. After one that cannot be sent it takes the others and
// sends none of them.
func (s *exportSender) send(full <-chan exportPart, last time.Time) {
	defer close(s.sent)
	for part := range full {
		if s.fault == nil {
			if s.fault = s.write(part, last); s.fault != nil {
				s.cancel(s.fault)
			}
		}
		s.empty <- part.bytes
	}
}

// write sends one block, in time.
func (s *exportSender) write(part exportPart, last time.Time) error {
	deadline := time.Now().Add(exportPause)
	if deadline.After(last) {
		deadline = last
	}
	if err := s.control.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if _, err := s.w.Write(part.bytes); err != nil {
		return err
	}
	s.app.exporting.update(s.seen, func(e *exportSeen) { e.sent += part.users })
	return nil
}

// finish sends what is left, unless making it has ended with err, and waits until
// all is sent. It returns why the file is not whole.
func (s *exportSender) finish(ctx context.Context, err error) error {
	if err == nil {
		err = s.turn(ctx)
	}
	s.stop()
	if s.fault != nil {
		return s.fault
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause // rather than what the database makes of it
	}
	return err
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
	line := []any{"request", requestOf(c.Request()).id, "user", requestOf(c.Request()).user, "error", plainText(err.Error())}
	switch gone := c.Request().Context().Err() != nil; {
	case gone && !errors.Is(err, os.ErrDeadlineExceeded): // whoever asked has gone
		a.log.Debug("abandoned export", line...)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, errExportLate):
		a.log.Warn("export broken off", line...)
	default:
		a.log.Error("export broken off", line...)
	}
	panic(http.ErrAbortHandler)
}
