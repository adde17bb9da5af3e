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

// How an answer of any length is sent.
const (
	streamBlock   = 64 << 10         // bytes that are sent at once
	streamPause   = 30 * time.Second // for the client to take a block
	streamLongest = 15 * time.Minute // for all of it
)

// A stream is an answer of any length. Up to one block is answered like any other; what is
// longer is sent block by block, while the caller has the right to it.
type stream struct {
	c       *call
	control *http.ResponseController
	media   string
	permit  *users.Permit
	buffer  bytes.Buffer
	json    *json.Encoder // into buffer, each value with a line end
	begun   bool
	give    func()    // gives back its place, once begun
	last    time.Time // by which all has to be sent
}

// stream returns an answer of the media type for those who may do act.
func (c *call) stream(media string, act users.Act) *stream {
	c.endTurn()
	s := &stream{c: c, control: http.NewResponseController(c.w), media: media, permit: c.h.users.Permit(c.actor, act), last: time.Now().Add(streamLongest)}
	s.json = json.NewEncoder(&s.buffer)
	s.json.SetEscapeHTML(false)
	return s
}

// send writes an answer by write, which ends in time if send has begun to send it. The
// error of write is returned if nothing was sent, so that it is answered as any other; after
// that the connection is broken off, so that nobody takes a part of the answer for all of it.
func (s *stream) send(write func() error) (any, error) {
	defer func() {
		if s.give != nil {
			s.give()
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

// log logs why an answer is broken off.
func (s *stream) log(err error) {
	level := slog.LevelError
	if _, revoked := errors.AsType[*users.RevokedError](err); revoked || errors.Is(err, os.ErrDeadlineExceeded) {
		level = slog.LevelWarn
	} else if errors.Is(err, errGone) || s.c.ctx().Err() != nil {
		level = slog.LevelDebug
	}
	s.c.h.log.Log(context.Background(), level, "answer broken off", "request", s.c.about.RequestID, "route", s.c.route.Pattern, "user", s.c.actor.Key, "error", err)
}

// errGone is why an answer is not sent to its end: the client does not take it any more.
var errGone = errors.New("the client has gone")

// flush sends what is in the buffer if that is at least one block.
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

// begin takes a place and sends the header.
func (s *stream) begin() (err error) {
	if s.give, err = s.c.h.streams.take(s.c.actor.Key); err != nil {
		return s.c.tooMany(time.Second)
	}
	if err := s.permit.Check(s.c.ctx()); err != nil {
		return err
	}
	s.begun, s.c.sent = true, true
	s.c.h.frame.Stream(s.c.w)
	s.c.w.Header().Set("Content-Type", s.media)
	_ = s.control.SetReadDeadline(time.Time{}) // net/http takes it for a client that has gone
	return nil
}

// write sends the buffer in blocks.
func (s *stream) write() error {
	for s.buffer.Len() > 0 {
		if err := s.permit.Check(s.c.ctx()); err != nil {
			return err
		}
		deadline := time.Now().Add(streamPause)
		if deadline.After(s.last) {
			deadline = s.last
		}
		_ = s.control.SetWriteDeadline(deadline) // not supported by a recorder
		if _, err := s.c.w.Write(s.buffer.Next(streamBlock)); err != nil {
			return errors.Join(errGone, err)
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
	s.c.sent = true
	s.c.w.Header().Set("Content-Type", s.media)
	s.c.w.WriteHeader(http.StatusOK)
	_, _ = s.c.w.Write(s.buffer.Bytes()) // the client has gone, or the memory is spent, which the frame answers
	return nil
}
