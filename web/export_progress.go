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

// How long and how many exports are known that have come to an end, and how often
// one is asked for that is not known, or not yet.
const (
	exportRemembered = time.Minute
	maxExportsKnown  = 1000
	maxExportTries   = 5
	maxExportID      = 64 // bytes
)

// exportsSeen are the exports under way, and those that were of late, for the
// pages that watch them. It can lose any of them, and knows none that another console
// sends: all it does is tell.
type exportsSeen struct {
	now func() time.Time

	mu  sync.Mutex
	all map[exportKey]*exportSeen
}

// An exportKey is whose export it is, and the name that their page gave it.
type exportKey struct {
	actor users.Key
	name  string
}

// An exportSeen is how far an export has come.
type exportSeen struct {
	total  directory.Total // zero until it has begun
	begun  bool
	sent   int       // users
	ended  time.Time // zero while it is under way
	failed bool
}

// begin returns an export to note in how far it has come, by update. A name that
// no page of ours would make is known to nobody.
func (s *exportsSeen) begin(key exportKey) *exportSeen {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := new(exportSeen)
	if key.name == "" || len(key.name) > maxExportID {
		return seen
	}
	for other, e := range s.all {
		if !e.ended.IsZero() && s.now().Sub(e.ended) > exportRemembered || len(s.all) >= maxExportsKnown {
			delete(s.all, other)
		}
	}
	if s.all == nil {
		s.all = make(map[exportKey]*exportSeen)
	}
	s.all[key] = seen
	return seen
}

// update changes what is known of an export.
func (s *exportsSeen) update(seen *exportSeen, change func(*exportSeen)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(seen)
}

// end notes that an export has come to its end.
func (s *exportsSeen) end(seen *exportSeen, failed bool) {
	s.update(seen, func(e *exportSeen) { e.ended, e.failed = s.now(), failed })
}

// find returns how far an export has come, if that is known.
func (s *exportsSeen) find(key exportKey) (exportSeen, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, ok := s.all[key]
	if !ok || !seen.ended.IsZero() && s.now().Sub(seen.ended) > exportRemembered {
		return exportSeen{}, false
	}
	return *seen, true
}

// exportProgress serves GET /users/export/progress: a fragment that tells how far
// an export of the viewer's has come, and asks again until it has ended.
func (a *App) exportProgress(c echo.Context) error {
	name := cut("export", c.QueryParam("export"))
	seen, known := a.exporting.find(exportKey{actor(c).Key, name})
	if known {
		return render(c, http.StatusOK, views.ExportProgressPart(seen.progress(name)))
	}
	// It may not have been asked for yet, or another console sends it, which is asked the
	// next time perhaps. Where it stays unknown, the browser itself knows how it goes.
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

// progress tells how far an export has come.
func (e exportSeen) progress(name string) views.ExportProgress {
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

// progressPath returns the address that tells how far an export has come; tries
// is how often it has been asked for in vain.
func progressPath(name string, tries int) string {
	return addressOf("/users/export/progress", url.Values{"export": {name}, "tries": {strconv.Itoa(tries)}})
}
