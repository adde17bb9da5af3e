package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/api"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// A protocol is an API below a path prefix. It shares the middleware of the pages (request id, log
// line, headers, limits of time and memory, recover), but has no session, no cookie, no
// cross-origin check and no redirect.
type protocol struct {
	prefix string // a path; it stands for itself and for all below it
	http.Handler
	fail func(http.ResponseWriter, *http.Request, error) // answers with an error of a middleware
}

// newProtocols returns the protocols that are served besides the pages.
func (a *App) newProtocols() ([]protocol, error) {
	v1, err := api.New(api.Config{
		Users: a.users, Directory: a.directory, History: a.history, BaseURL: a.baseURL, OrgName: a.org, OrgID: a.orgID, Log: a.log, Now: a.now, Rate: a.tokenRate,
		Frame: api.Frame{Info: requestInfo, Note: noteRoute, Body: readAPIBody, Release: releaseWorker, Stream: sendDirectlyTo, Admit: a.admitProgram, Failed: a.logError},
	})
	if err != nil {
		return nil, err
	}
	a.api = v1
	return []protocol{
		{"/v1", v1, v1.Fail},
		{"/.well-known/roboto.json", v1, v1.Fail},
	}, nil
}

// API returns the handler of /v1.
func (a *App) API() *api.Handler { return a.api }

// admitProgram limits what programs may ask for without a token, by network.
func (a *App) admitProgram(r *http.Request) time.Duration {
	return a.programs.take(requestOf(r).address)
}

// protocolOf returns the protocol of the path of r, or nil if that is one of a page.
func (a *App) protocolOf(r *http.Request) *protocol {
	path := singleSlash(r.URL.Path)
	for i := range a.protocols {
		p := &a.protocols[i]
		if rest, ok := strings.CutPrefix(path, p.prefix); ok && (rest == "" || rest[0] == '/') {
			return p
		}
	}
	return nil
}

// singleSlash returns a path without the second of two leading slashes: a client whose
// endpoint ends with a slash sends //v1/users.
func singleSlash(path string) string {
	if strings.HasPrefix(path, "//") {
		return path[1:]
	}
	return path
}

// byPrefix hands requests of a protocol to its handler, and all others to the pages.
func (a *App) byPrefix(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := a.protocolOf(r)
		if p == nil {
			pages.ServeHTTP(w, r)
			return
		}
		if path := singleSlash(r.URL.Path); path != r.URL.Path {
			single := *r.URL
			single.Path, single.RawPath = path, singleSlash(r.URL.RawPath)
			r = r.WithContext(r.Context())
			r.URL = &single
		}
		p.ServeHTTP(w, r)
	})
}

// requestInfo is the Info of an [api.Frame].
func requestInfo(r *http.Request) api.RequestInfo {
	known := requestOf(r)
	return api.RequestInfo{RequestID: known.id, Address: known.address.String(), UserAgent: userAgent(r)}
}

// noteRoute is [api.Frame.Note].
func noteRoute(r *http.Request, route string, user users.Key) {
	known := requestOf(r)
	known.route, known.user = route, user
}

// readAPIBody is [api.Frame.Body].
func readAPIBody(w http.ResponseWriter, r *http.Request, limit int) ([]byte, error) {
	if r.ContentLength > int64(limit) {
		return nil, httperror.ErrTooLarge
	}
	known, share := requestOf(r), strangerBodies
	if known.user != "" {
		share = allBodies
	}
	body, err := readBody(w.(*response), r, share)
	known.bodyRead = err == nil
	return body, err
}

// releaseWorker is [api.Frame.Release].
func releaseWorker(r *http.Request) { requestOf(r).worker.release() }

// sendDirectlyTo is [api.Frame.Stream].
func sendDirectlyTo(w http.ResponseWriter) { w.(*response).direct = true }

// logError logs an error that a request is answered with, where it is a fault, a refusal, or
// because of a database or provider that is not available.
func (a *App) logError(r *http.Request, err error, status int) {
	known := requestOf(r)
	line := []any{"request", known.id, "method", shownMethod(r), "route", known.route, "user", known.user, "error", words.Shorten(words.Plain(err.Error()), maxLogged)}
	switch {
	case r.Context().Err() != nil: // the client has gone
		a.log.Debug("abandoned", line...)
	case status == http.StatusInternalServerError:
		a.log.Error("fault", line...)
	case errors.Is(err, users.ErrUnknown):
		a.log.Warn("unknown whether it was done", line...)
	case status == http.StatusServiceUnavailable:
		a.log.Warn("unavailable", line...)
	case status == http.StatusForbidden:
		a.log.Warn("refused", line...)
	}
}
