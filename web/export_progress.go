package web

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// How long ended exports are tracked, how many exports are, and how often a page asks for one
// that is not tracked, or not yet.
const (
	exportTrackedFor  = time.Minute
	maxTrackedExports = 1000
	maxExportTries    = 5
	maxExportID       = 64 // bytes
)

// An exportTracker has the progress of running and recently ended exports, for the pages that
// show it. It may drop any of them, and has none that another console sends.
type exportTracker struct {
	now func() time.Time

	mu  sync.Mutex
	all map[exportKey]*trackedExport
}

// An exportKey identifies an export: its actor, and the name that the page gave it.
type exportKey struct {
	actor users.Key
	name  string
}

// A trackedExport is the progress of an export.
type trackedExport struct {
	total  directory.Total // zero until it has begun
	begun  bool
	sent   int       // users
	ended  time.Time // zero while it is under way
	failed bool
}

// begin starts to track an export and returns it for update. One whose name no page of the
// console would make is not tracked.
func (s *exportTracker) begin(key exportKey) *trackedExport {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := new(trackedExport)
	if key.name == "" || len(key.name) > maxExportID {
		return seen
	}
	for other, e := range s.all {
		if !e.ended.IsZero() && s.now().Sub(e.ended) > exportTrackedFor || len(s.all) >= maxTrackedExports {
			delete(s.all, other)
		}
	}
	if s.all == nil {
		s.all = make(map[exportKey]*trackedExport)
	}
	s.all[key] = seen
	return seen
}

// update changes a tracked export.
func (s *exportTracker) update(seen *trackedExport, change func(*trackedExport)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(seen)
}

// end marks an export as ended.
func (s *exportTracker) end(seen *trackedExport, failed bool) {
	s.update(seen, func(e *trackedExport) { e.ended, e.failed = s.now(), failed })
}

// find returns the progress of an export, if it is tracked.
func (s *exportTracker) find(key exportKey) (trackedExport, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, ok := s.all[key]
	if !ok || !seen.ended.IsZero() && s.now().Sub(seen.ended) > exportTrackedFor {
		return trackedExport{}, false
	}
	return *seen, true
}

// exportProgress serves GET /users/export/progress: a fragment with the progress of one of the
// viewer's exports, which polls until the export has ended.
func (a *App) exportProgress(c echo.Context) error {
	name := truncate("export", c.QueryParam("export"))
	seen, known := a.exporting.find(exportKey{actor(c).Key, name})
	if known {
		return render(c, http.StatusOK, views.ExportProgressPart(seen.progress(name)))
	}
	// It may not have started yet, or another console sends it, which may get the next request.
	// If it stays unknown, the browser's own progress bar is all there is.
	var m views.ExportProgress
	switch tries, err := strconv.Atoi(c.QueryParam("tries")); {
	case err != nil || tries < 0:
	case tries < maxExportTries:
		m.Again = progressPath(name, tries+1)
	default:
		m.Unknown = words.ProgressUnknown
	}
	return render(c, http.StatusOK, views.ExportProgressPart(m))
}

// progress shows the progress of an export.
func (e trackedExport) progress(name string) views.ExportProgress {
	m := views.ExportProgress{Sent: strconv.Itoa(e.sent), All: strconv.Itoa(max(e.total.N, 1))}
	sent := numbers.Counted(e.sent, "user", "users")
	switch {
	case e.failed && !e.begun: // a page says why
		return views.ExportProgress{}
	case e.failed:
		m.Failed = "The export broke off after " + sent + ". The file is not whole: delete it, then export again."
	case !e.ended.IsZero():
		m.Done = "Done: " + sent + " exported. The file is where your browser keeps its downloads."
	case !e.begun:
		m.All, m.Text, m.Again = "", "Looking for the users …", progressPath(name, 0)
	default:
		m.Text, m.Again = numbers.Grouped(e.sent)+" of "+words.TotalUsers(e.total), progressPath(name, 0)
	}
	return m
}

// progressPath returns the address of the progress of an export; tries counts the requests that
// did not find it.
func progressPath(name string, tries int) string {
	return addressOf("/users/export/progress", url.Values{"export": {name}, "tries": {strconv.Itoa(tries)}})
}
