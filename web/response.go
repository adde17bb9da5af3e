package web

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/accept"
	"github.com/roboto-ai/console/web/httperror"
)

// How long a client may take for a response that is buffered.
const (
	sendPiece   = 32 << 10         // bytes that are written at once
	sendStalled = 15 * time.Second // without one piece being accepted
	sendLongest = time.Minute      // for all of it
	lingerFor   = 2 * time.Second  // to read the rest of an unread body before the connection is closed
)

// A response is the [http.ResponseWriter] of one request. It buffers what the handler
// writes until the handler has returned, then compresses and sends it. So a client that
// does not read holds no more than the compressed bytes, which are counted against
// the budget, and a fault in the middle of a page is answered as a fault.
//
// A response that is direct is sent as it is written: exports and static files.
type response struct {
	http.ResponseWriter
	request *http.Request
	hold    *reservation
	outer   http.Header // as it was before the handler

	form      int // bytes of the request, with its form once it is read
	status    int
	body      *bytes.Buffer // nil until something is written: a request that waits needs none
	packed    []byte        // what is sent of body, once it is whole
	err       error         // httperror.ErrBusy if the body is not whole
	uncounted bool          // the body does not count against the budget

	direct bool
	sent   bool           // the header is
	stream io.WriteCloser // compresses; nil if the body is sent as it is
}

// bodies are buffers for responses.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepBuffer is the size up to which a buffer is used again.
const keepBuffer = 512 << 10

// buffer answers requests through a [response]. It refuses what exceeds the limits of
// the budget with 503.
func (a *App) buffer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held, err := a.budget.begin()
		if err != nil {
			a.sendBusy(w, r)
			return
		}
		defer held.end()
		head := headBytes(r)
		if err := held.resize(head, largeHeads); err != nil {
			a.overBudget(budgetRequest)
			a.sendBusy(w, r)
			return
		}
		res := &response{
			ResponseWriter: w, request: r, hold: held, outer: maps.Clone(w.Header()),
			form: head, status: http.StatusOK,
		}
		defer res.recycle()
		next.ServeHTTP(res, r)
		if res.err != nil && !res.sent {
			a.log.Warn("unavailable", "request", requestOf(r).id, "route", requestOf(r).route, "error", res.err)
			res.reset()
			a.sendBusy(res.ResponseWriter, r)
			return
		}
		res.finish()
	})
}

// sendBusy answers 503 without using the budget.
func (a *App) sendBusy(w http.ResponseWriter, r *http.Request) {
	retryAfter(w.Header(), retrySoon)
	w.Header().Set("Connection", "close")
	if p := a.protocolOf(r); p != nil {
		p.fail(w, r, httperror.ErrBusy)
		return
	}
	http.Error(w, "The console has too many requests at the moment. Try again in a few seconds.", http.StatusServiceUnavailable)
}

// WriteHeader implements [http.ResponseWriter].
func (w *response) WriteHeader(status int) {
	w.status = status
	if w.direct && !w.sent {
		w.beginDirect()
	}
}

// Write implements [http.ResponseWriter]. It returns httperror.ErrBusy if the budget is spent.
func (w *response) Write(p []byte) (int, error) {
	if w.direct {
		return w.writeDirect(p)
	}
	if w.err != nil {
		return 0, w.err
	}
	if w.body == nil {
		w.body = bodies.Get().(*bytes.Buffer)
	}
	if n := w.form + w.body.Len() + len(p); n > freeBytes && !w.uncounted {
		if w.err = w.hold.resize(n, responseShare(n)); w.err != nil {
			w.hold.budget.refused(budgetResponse)
			return 0, w.err
		}
	}
	return w.body.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// drop drops what was written.
func (w *response) drop() {
	w.recycle()
	_ = w.hold.resize(w.form, allResponses) // it is less
	w.status, w.err = http.StatusOK, nil
}

// reset drops what was written, and the headers that were set with it.
func (w *response) reset() {
	w.drop()
	clear(w.Header())
	maps.Copy(w.Header(), w.outer)
}

// sendDirectly has a response sent as it is written, rather than buffered. The caller
// keeps memory and deadlines bounded. It is called before anything is written.
func sendDirectly(r *echo.Response) { r.Writer.(*response).direct = true }

// beginDirect sends the header of a direct response.
func (w *response) beginDirect() {
	h := w.Header()
	if h.Get("Content-Length") == "" {
		if coding := w.coding(); coding != "" {
			w.stream = compressTo(w.ResponseWriter, coding)
			h.Set("Content-Encoding", coding)
		}
	}
	w.sendHeader()
}

// writeDirect sends a part of a direct response.
func (w *response) writeDirect(p []byte) (int, error) {
	if !w.sent {
		w.beginDirect()
	}
	if w.stream != nil {
		return w.stream.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// coding returns the content coding that the body is to be compressed by; "" if it is not.
// It says in the header that this depends on the request.
func (w *response) coding() string {
	h := w.Header()
	if h.Get("Content-Encoding") != "" || !compressible(h.Get("Content-Type")) {
		return ""
	}
	addVary(h, "Accept-Encoding")
	return accept.Coding(w.request.Header, codingZstd, codingGzip)
}

// compressible reports whether a media type is text. All others that are served are
// compressed already.
func compressible(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.HasPrefix(mediaType, "application/json")
}

// pack compresses what is buffered, where the client accepts that.
func (w *response) pack() {
	if w.direct || w.err != nil || w.body == nil || w.packed != nil {
		return
	}
	w.packed = w.body.Bytes()
	if coding := w.coding(); coding != "" && len(w.packed) >= minCompressed {
		w.packed = compress(w.packed, coding)
		w.Header().Set("Content-Encoding", coding)
		w.recycle()
	}
}

// finish sends what is buffered, or the end of what is sent directly.
func (w *response) finish() {
	if w.direct {
		if w.stream != nil {
			_ = w.stream.Close() // the client has gone, if it fails
		}
		if !w.sent {
			w.sendHeader()
		}
		return
	}
	w.pack()
	body := w.packed
	if !w.uncounted {
		_ = w.hold.resize(len(body), allResponses) // it is less, as the form is done with
	}
	h := w.Header()
	if bodyAllowed(w.status) && (len(body) > 0 || h.Get("Content-Length") == "") {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.sendHeader()
	w.send(body)
}

// bodyAllowed reports whether a response of that status may have a body (RFC 9110
// section 6.4.1).
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// sendHeader sends the header. The connection is closed after a request whose body was
// not read: net/http would otherwise wait for all of it before the response.
func (w *response) sendHeader() {
	w.sent = true
	control, patience := http.NewResponseController(w.ResponseWriter), sendStalled
	if w.direct {
		patience = sendLongest
	}
	_ = control.SetWriteDeadline(time.Now().Add(patience)) // not supported by a recorder, as the next
	if r := w.request; r.ContentLength != 0 && !requestOf(r).bodyRead {
		w.Header().Set("Connection", "close")
		_ = control.SetReadDeadline(time.Now().Add(lingerFor))
	}
	w.ResponseWriter.WriteHeader(w.status)
}

// send sends the body in pieces, each of which the client has to accept in time.
func (w *response) send(body []byte) {
	control := http.NewResponseController(w.ResponseWriter)
	last := time.Now().Add(sendLongest)
	for len(body) > 0 {
		deadline := time.Now().Add(sendStalled)
		if deadline.After(last) {
			deadline = last
		}
		_ = control.SetWriteDeadline(deadline) // not supported by a recorder
		n, err := w.ResponseWriter.Write(body[:min(len(body), sendPiece)])
		if err != nil {
			return // the client has gone, or is too slow
		}
		body = body[n:]
	}
}

// recycle gives the buffer back.
func (w *response) recycle() {
	if w.body == nil {
		return
	}
	if w.body.Cap() <= keepBuffer {
		w.body.Reset()
		bodies.Put(w.body)
	}
	w.body = nil
}
