package web

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/api"
	"github.com/roboto-ai/console/web/words"
)

// Config is what an [App] is made of. Users, Directory, History, Provider and BaseURL are required.
type Config struct {
	Users     *users.Service
	Directory *directory.Service
	History   *history.Service
	Provider  *auth.Provider
	BaseURL   *url.URL // where people reach the console; links and cookies follow it, never a request's Host

	OrgName         string         // default "Console"
	OrgID           string         // on the platform; part of the data that people download
	PictureHosts    []string       // hosts that pictures are shown from
	TrustedProxies  []netip.Prefix // peers whose X-Forwarded-For is believed
	SessionLifetime time.Duration  // of the session's cookie; default users.DefaultSessionLifetime
	Unpaced         bool           // one person may make any number of changes: for tests and measurements
	TokenRate       int            // requests a second by each token, ten times that at once; default api.DefaultRate
	SessionRecheck  time.Duration  // after which the provider is asked to confirm a session; zero: never
	Version, Commit string         // of the program, shown to signed-in users
	Demo            bool           // says so on every page, and serves /_ui
	Log             *slog.Logger   // default slog.Default()
	Watch           Watch          // callbacks for metrics and traces
	Now             func() time.Time
}

// An App is the console over HTTP.
type App struct {
	users        *users.Service
	directory    *directory.Service
	history      *history.Service
	provider     *auth.Provider
	baseURL      *url.URL
	org, orgID   string
	version      string
	commit       string
	pictureHosts pictureHosts
	proxies      []netip.Prefix
	demo         bool
	log          *slog.Logger
	watch        Watch
	now          func() time.Time

	store     sessions.Store
	recheck   time.Duration // see Config.SessionRecheck
	lifetime  time.Duration // of the session's cookie; the session itself may end sooner
	table     []route       // all of them, as routes added them
	echo      *echo.Echo
	protocols []protocol // what is served besides pages
	api       *api.Handler
	tokenRate int // see Config.TokenRate; 0 for no limit
	handler   http.Handler
	budget    *budget
	pools     pools
	starts    *networkLimiter // of sign-ins
	programs  *networkLimiter // of calls of the API without a token
	returns   *networkLimiter // from the provider
	forms     *limiter        // kept for those who are signed out
	kept      *limiter        // of the size of these
	exports   *limiter        // of the directory
	changes   *limiter        // through pages; nil for no limit
	logouts   *limiter        // by the provider, which were refused
	exporting *exportTracker
	todoCount todoCount
	uploads   chan struct{} // that are being read

	exportPause time.Duration // for a client to take a block of an export; 0: exportPause

	draining atomic.Bool
}

// New returns the console. It makes no request and starts no goroutine.
func New(c Config) (*App, error) {
	if c.Users == nil || c.Directory == nil || c.History == nil || c.Provider == nil || c.BaseURL == nil || c.BaseURL.Host == "" {
		return nil, errors.New("web: Users, Directory, History, Provider and an absolute BaseURL are required")
	}
	a := &App{
		users: c.Users, directory: c.Directory, history: c.History, provider: c.Provider, baseURL: c.BaseURL, org: c.OrgName, orgID: c.OrgID, version: c.Version, commit: c.Commit, pictureHosts: c.PictureHosts,
		proxies: c.TrustedProxies, demo: c.Demo, log: c.Log, watch: c.Watch, now: c.Now, lifetime: c.SessionLifetime, recheck: c.SessionRecheck,
	}
	a.setDefaults()
	// The limiters and the session store use what setDefaults has filled in.
	a.kept = newLimiter(keptPace, a.now)
	a.programs = newNetworkLimiter(a.now)
	a.starts, a.returns, a.forms = newNetworkLimiter(a.now), newNetworkLimiter(a.now), newLimiter(formPace, a.now)
	a.budget = &budget{size: budgetSize, refused: a.overBudget}
	a.uploads = make(chan struct{}, maxUploads)
	a.pools = pools{pages: newPool(pageWorkers), forms: newPool(formWorkers), calls: newPool(callWorkers)}
	if !c.Unpaced {
		a.changes = newLimiter(changePace, a.now)
		a.tokenRate = cmp.Or(c.TokenRate, api.DefaultRate)
	}
	a.exports, a.exporting = newLimiter(exportPace, a.now), &exportTracker{now: a.now}
	a.logouts = newLimiter(badLogoutPace, a.now)
	a.store = auth.NewStore(sessionRows{a.users}, auth.StoreOptions{Name: a.cookieName(sessionCookie), Secure: a.secure(), Lifetime: a.lifetime})
	a.echo = a.newEcho()
	var err error
	if a.protocols, err = a.newProtocols(); err != nil {
		return nil, err
	}
	handler, err := a.withMiddleware(a.echo)
	if err != nil {
		return nil, err
	}
	a.handler = handler
	return a, nil
}

// setDefaults fills in what the config leaves out.
func (a *App) setDefaults() {
	if a.org == "" {
		a.org = "Console"
	}
	if a.lifetime == 0 {
		a.lifetime = users.DefaultSessionLifetime
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.now == nil {
		a.now = time.Now
	}
}

// Handler returns the handler of all requests.
func (a *App) Handler() http.Handler { return a.handler }

// Drain makes readiness fail from now on, so that a proxy sends no new requests.
// Requests are still answered; those of programs that wait for an event are answered at once.
func (a *App) Drain() {
	a.draining.Store(true)
	a.api.Drain()
}

// secure reports whether people reach the console over https.
func (a *App) secure() bool { return a.baseURL.Scheme == "https" }

// newEcho returns the router with every route.
func (a *App) newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(logWriter{a.log})
	e.IPExtractor = func(r *http.Request) string { return requestOf(r).address.String() }
	e.HTTPErrorHandler = a.serveError
	e.Use(a.recognise, a.noOptions)
	a.routes(e)
	return e
}

// withMiddleware wraps the router in the middleware of every request, from the innermost to the
// outermost. An error or panic of any of them has a request id, a log line and the headers.
func (a *App) withMiddleware(router http.Handler) (http.Handler, error) {
	// It checks Sec-Fetch-Site, or else Origin, so forms need no CSRF token.
	crossOrigin := http.NewCrossOriginProtection()
	if err := crossOrigin.AddTrustedOrigin(a.baseURL.Scheme + "://" + a.baseURL.Host); err != nil { // whatever Host a proxy sends
		return nil, err
	}
	crossOrigin.SetDenyHandler(http.HandlerFunc(a.denyCrossOrigin))

	handler := rawPath(router) // innermost, so that no other middleware sees the rewritten path
	if a.demo {
		handler = a.redirectHost(handler)
	}
	handler = crossOrigin.Handler(handler)
	handler = a.limitRates(handler)
	handler = a.byPrefix(handler) // API requests leave here
	handler = a.checkFraming(handler)
	handler = a.recoverPanics(handler)
	handler = a.pooled(handler)
	handler = a.buffer(handler) // inner handlers write to its response
	handler = a.securityHeaders(handler)
	handler = a.logRequests(handler)
	return a.identify(handler), nil
}

// logWriter writes the rare log lines of Echo itself to a slog.Logger.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.Warn("echo", "text", words.Plain(string(p)))
	return len(p), nil
}
