// Package api is /v1, the platform's API as its SDK speaks it: HTTP requests of programs
// become calls of [users.Service], and what comes back becomes JSON. It has request and
// response structs of its own. Rules, permissions and events are those of the domain, and
// the answer to an error is that of [httperror.ForAPI].
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
	// About returns what the server knows of a request.
	About func(*http.Request) About
	// Note sets the route and the user of the log line and of the metrics. The route is a
	// pattern of ours, such as "/v1/users/id/{id}", and never a path of a client.
	Note func(r *http.Request, route string, user users.Key)
	// Body reads the body of a request of at most limit bytes, within the limits of time
	// and memory. It returns [httperror.ErrTooLarge], [httperror.ErrSlowBody],
	// [httperror.ErrBusy] or [httperror.ErrBadForm].
	Body func(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error)
	// Stream has an answer sent as it is written, rather than buffered. It is called
	// before anything is written; the caller keeps memory and time bounded.
	Stream func(http.ResponseWriter)
	// Admit returns zero if a client may call now what needs no token and takes work, and
	// otherwise how long it has to wait, by its network.
	Admit func(*http.Request) time.Duration
	// Failed logs an error that is answered with that status.
	Failed func(r *http.Request, err error, status int)
}

// About is what the server knows of a request.
type About struct {
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
	baseURL   string // without a slash at its end
	org       struct{ ID, Name string }
	routes    []route
	rates     rates  // of requests
	refusals  rates  // of refusals that are recorded
	streams   places // of answers that are sent in blocks
	waiters   places // of clients that wait for the next event
	turns     turns  // of calls that are worked on
	draining  context.Context
	drain     context.CancelFunc
}

// defaultOrg is the id of the org where the config has none.
const defaultOrg = "console"

// New returns the handler of the API.
func New(c Config) (*Handler, error) {
	f := c.Frame
	if c.Users == nil || c.Directory == nil || c.History == nil || c.BaseURL == nil || c.Log == nil || c.Now == nil || f.About == nil || f.Note == nil || f.Body == nil || f.Stream == nil || f.Admit == nil || f.Failed == nil {
		return nil, errors.New("api: the config is not complete")
	}
	h := &Handler{
		users: c.Users, directory: c.Directory, history: c.History, log: c.Log, now: c.Now, frame: f, rates: rates{limit: rate.Limit(c.Rate), burst: burstSeconds * c.Rate, now: c.Now},
		refusals: rates{limit: rate.Every(refusalsEvery), burst: refusalsAtOnce, now: c.Now},
		streams:  places{most: maxStreams, each: maxStreamsEach}, waiters: places{most: maxWaiters, each: maxWaitersEach}, turns: newTurns(maxTurns),
	}
	h.baseURL = strings.TrimSuffix(c.BaseURL.String(), "/")
	h.org.ID, h.org.Name = cmp.Or(c.OrgID, defaultOrg), cmp.Or(c.OrgName, "Console")
	h.draining, h.drain = context.WithCancel(context.Background())
	h.routes = h.allRoutes()
	return h, nil
}

// Drain answers clients that wait for an event, as the console is about to stop.
func (h *Handler) Drain() { h.drain() }

// Fail answers a request with an error, and logs what is to be logged of it. The server
// calls it, too, for errors of its own.
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
		RequestID: h.frame.About(r).RequestID,
	})
}
