// Package api serves /v1, the platform's API as its SDK uses it: it turns HTTP requests of
// programs into calls of the domain, and the results into JSON. It has request and response
// structs of its own. Rules, permissions and events are those of the domain; the answer to an
// error is that of [httperror.ForAPI].
//
// A [Handler] is mounted by package web, whose frame gives it a request id, a log line,
// limits of time and memory, and recovers from panics. There are no sessions, no cookies
// and no redirects.
package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
)

// Config is what a [Handler] is made of. All fields but OrgName and OrgID are required.
type Config struct {
	Users          *users.Service
	Directory      *directory.Service
	History        *history.Service
	BaseURL        *url.URL // where clients reach the console
	OrgName, OrgID string
	Log            *slog.Logger
	Now            func() time.Time
	Rate           int // requests a second for each token, and ten times that at once; zero: no limit
	Frame          Frame
}

// A Frame is what the server around a [Handler] does for it.
type Frame struct {
	// Info returns what the server knows of a request.
	Info func(*http.Request) RequestInfo
	// Note sets the route and the user of the log line and of the metrics. The route is a
	// pattern such as "/v1/users/id/{id}", never a path that a client sent.
	Note func(r *http.Request, route string, user users.Key)
	// Body reads the body of a request of at most limit bytes, within the limits of time
	// and memory. It returns [httperror.ErrTooLarge], [httperror.ErrSlowBody],
	// [httperror.ErrBusy] or [httperror.ErrBadForm].
	Body func(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error)
	// Release lets another call be handled, before the answer of this one waits for its client
	// or for an event.
	Release func(*http.Request)
	// Stream turns off the buffering of an answer. It is called before anything is written;
	// the caller bounds memory and time.
	Stream func(http.ResponseWriter)
	// Admit limits calls without a token by the network of the client. It returns zero, or how
	// long the client has to wait.
	Admit func(*http.Request) time.Duration
	// Failed logs an error that is answered with a status.
	Failed func(r *http.Request, err error, status int)
}

// A RequestInfo is what the server knows of a request.
type RequestInfo struct {
	RequestID string
	Address   string // of the client
	UserAgent string // as text that can be shown
}

// A Handler serves the API.
type Handler struct {
	users     *users.Service
	directory *directory.Service
	history   *history.Service
	log       *slog.Logger
	now       func() time.Time
	frame     Frame
	baseURL   string // without a trailing slash
	org       struct{ ID, Name string }
	routes    []route
	rates     rates // of requests
	refusals  rates // of recorded refusals
	streams   slots // of streams
	waiters   slots // of calls that wait for an event
	draining  context.Context
	drain     context.CancelFunc
}

// defaultOrg is the id of the org where the config has none.
const defaultOrg = "console"

// New returns the handler of the API.
func New(c Config) (*Handler, error) {
	f := c.Frame
	if c.Users == nil || c.Directory == nil || c.History == nil || c.BaseURL == nil || c.Log == nil || c.Now == nil || f.Info == nil || f.Note == nil || f.Body == nil || f.Release == nil || f.Stream == nil || f.Admit == nil || f.Failed == nil {
		return nil, errors.New("api: the config is not complete")
	}
	h := &Handler{
		users: c.Users, directory: c.Directory, history: c.History, log: c.Log, now: c.Now, frame: f, rates: rates{limit: rate.Limit(c.Rate), burst: burstSeconds * c.Rate, now: c.Now},
		refusals: rates{limit: rate.Every(refusalsEvery), burst: refusalsAtOnce, now: c.Now},
		streams:  slots{most: maxStreams, each: maxStreamsEach}, waiters: slots{most: maxWaiters, each: maxWaitersEach},
	}
	h.baseURL = strings.TrimSuffix(c.BaseURL.String(), "/")
	h.org.ID, h.org.Name = cmp.Or(c.OrgID, defaultOrg), cmp.Or(c.OrgName, "Console")
	h.draining, h.drain = context.WithCancel(context.Background())
	h.routes = h.allRoutes()
	return h, nil
}

// Drain ends calls that wait for an event. The server calls it before it stops.
func (h *Handler) Drain() { h.drain() }

// Fail logs an error and answers a request with it. The server calls it for errors of its
// own.
func (h *Handler) Fail(w http.ResponseWriter, r *http.Request, err error) {
	a := httperror.ForAPI(err)
	a.Status = httperror.Unanswered(r, a.Status)
	h.frame.Failed(r, err, a.Status)
	if a.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 6750 section 3
	}
	if a.Status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "5")
	}
	h.write(w, a.Status, failure{
		Error:     failureDetail{a.Code, a.Message},
		RequestID: h.frame.Info(r).RequestID,
	})
}
