package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// Limits of a streamed answer.
const (
	streamBlock   = 64 << 10         // bytes of a write
	blockTimeout  = 30 * time.Second // for the client to read a block
	streamTimeout = 15 * time.Minute // for the whole answer
)

// A stream is an answer of any length. An answer of at most one block is sent as a whole; a
// longer one block by block, with a check of the caller's permission before each.
type stream struct {
	c       *call
	control *http.ResponseController
	media   string
	permit  *users.Permit
	buffer  bytes.Buffer
	json    *json.Encoder // into buffer, with a newline after each value
	begun   bool
	release func()    // of its slot, once begun
	last    time.Time // deadline of the whole answer
}

// stream returns an answer of a media type for callers with the permission act.
func (c *call) stream(media string, act users.Act) *stream {
	s := &stream{c: c, control: http.NewResponseController(c.w), media: media, permit: c.h.users.Permit(c.actor, act), last: time.Now().Add(streamTimeout)}
	s.json = json.NewEncoder(&s.buffer)
	s.json.SetEscapeHTML(false)
	return s
}

// send sends what write writes. It returns the error of write if nothing was sent yet; after that
// it aborts the connection, so that the client notices that the answer is incomplete.
func (s *stream) send(write func() error) (any, error) {
	defer func() {
		if s.release != nil {
			s.release()
		}
	}()
	err := write()
	if err == nil {
		err = s.end()
	}
	if err == nil || !s.begun {
		return nil, err
	}
	s.log(err)
	panic(http.ErrAbortHandler)
}

// log logs why an answer was aborted.
func (s *stream) log(err error) {
	level := slog.LevelError
	if _, revoked := errors.AsType[*users.RevokedError](err); revoked || errors.Is(err, os.ErrDeadlineExceeded) {
		level = slog.LevelWarn
	} else if errors.Is(err, errClientGone) || s.c.ctx().Err() != nil {
		level = slog.LevelDebug
	}
	s.c.h.log.Log(context.Background(), level, "answer aborted", "request", s.c.info.RequestID, "route", s.c.route.Pattern, "user", s.c.actor.Key, "error", err)
}

// errClientGone says that the client does not read the answer.
var errClientGone = errors.New("the client has gone")

// flush sends the buffer if it holds at least one block.
func (s *stream) flush() error {
	if s.buffer.Len() < streamBlock {
		return nil
	}
	if !s.begun {
		if err := s.begin(); err != nil {
			return err
		}
	}
	return s.write()
}

// begin acquires a slot and sets the header.
func (s *stream) begin() (err error) {
	if s.release, err = s.c.h.streams.acquire(s.c.actor.Key); err != nil {
		return s.c.tooMany(time.Second)
	}
	if err := s.permit.Check(s.c.ctx()); err != nil {
		return err
	}
	s.begun, s.c.answered = true, true
	s.c.h.frame.Release(s.c.r)
	s.c.h.frame.Stream(s.c.w)
	s.c.w.Header().Set("Content-Type", s.media)
	_ = s.control.SetReadDeadline(time.Time{}) // else its end cancels the request
	return nil
}

// write sends the buffer in blocks.
func (s *stream) write() error {
	for s.buffer.Len() > 0 {
		if err := s.permit.Check(s.c.ctx()); err != nil {
			return err
		}
		deadline := time.Now().Add(blockTimeout)
		if deadline.After(s.last) {
			deadline = s.last
		}
		_ = s.control.SetWriteDeadline(deadline) // recorders of tests do not support it
		if _, err := s.c.w.Write(s.buffer.Next(streamBlock)); err != nil {
			return errors.Join(errClientGone, err)
		}
	}
	s.buffer.Reset()
	return s.c.ctx().Err()
}

// end sends the rest.
func (s *stream) end() error {
	if s.begun {
		return s.write()
	}
	s.c.answered = true
	s.c.w.Header().Set("Content-Type", s.media)
	s.c.w.WriteHeader(http.StatusOK)
	_, _ = s.c.w.Write(s.buffer.Bytes()) // the frame handles errors
	return nil
}
