package main

import (
	"context"
	"database/sql/driver"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/metrics"
	"github.com/roboto-ai/console/internal/server"
	"github.com/roboto-ai/console/internal/tracing"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// telemetrySettings are the settings of metrics.
func (c *config) telemetrySettings() []*setting {
	return []*setting{
		{name: "metrics-listen", category: inNetwork, read: into(&c.metricsListen, readListen),
			usage: "`ADDRESS` to hand metrics to Prometheus at, host:port; none are kept without"},
		{name: "metrics-hosts", category: inNetwork, read: into(&c.metricsHosts, readHosts),
			usage: "`HOSTS` under which Prometheus asks for metrics, separated by commas, beside IP addresses, names without a dot and names of private domains such as .svc or .internal"},
	}
}

// checkTelemetry checks the settings of metrics and reads those of traces, which are the standard
// variables of OpenTelemetry.
func (c *config) checkTelemetry(env lookup) {
	if c.metricsListen != "" && c.metricsListen == c.listen && !strings.HasSuffix(c.listen, ":0") {
		c.mistakes.add("--metrics-listen is the same as --listen: metrics are for an address of their own, which the public cannot reach")
	}
	c.traces = tracing.Read(tracing.Lookup(env), c.mistakes.add)
}

// A telemetry holds the metrics and the tracer of a console. A nil telemetry has neither.
type telemetry struct {
	metrics  *metrics.Metrics // nil: none are kept
	listener net.Listener     // of the metrics
	hosts    []string         // allowed Host headers, beside those of server.OnlyHosts
	tracer   *tracing.Tracer  // nil: no traces are sent
	log      *slog.Logger
}

// startTelemetry starts the metrics and traces that the settings ask for.
func (p *program) startTelemetry(ctx context.Context, c *config, log *slog.Logger) (o *telemetry, err error) {
	o = &telemetry{log: log, hosts: metricsHosts(c)}
	if c.metricsListen != "" {
		o.metrics = metrics.New(versionText(), metrics.Outcomes{
			SignIns: web.SignInOutcomes(), Logouts: web.LogoutOutcomes(), Rechecks: web.RecheckOutcomes(),
		})
		if o.listener, err = server.Listen(ctx, "--metrics-listen", c.metricsListen); err != nil {
			return nil, err
		}
	}
	if c.traces.On() {
		o.tracer, err = tracing.Open(ctx, c.traces, tracing.Config{
			Version: versionText(), Engine: engine(c.database), Out: p.stdout, Log: log,
		})
	}
	if err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// engine returns the name of a database engine in OpenTelemetry's semantic conventions.
func engine(url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return "sqlite"
	}
	return "postgresql"
}

// flushTimeout is how long sending the remaining traces may take.
const flushTimeout = 5 * time.Second

// close sends the remaining traces.
func (o *telemetry) close() {
	if o.listener != nil {
		_ = o.listener.Close() // its server may have closed it
	}
	if o.tracer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	if err := o.tracer.Close(ctx); err != nil {
		o.log.Warn("traces", "error", err)
	}
}

// database returns the callbacks of the database.
func (o *telemetry) database() (w database.Observer) {
	if o.metrics != nil {
		w.Waited, w.Damaged = o.metrics.Waited, o.metrics.Damaged
	}
	return w
}

// connector returns the wrapper that traces the statements of the database, nil without traces.
func (o *telemetry) connector() func(driver.Connector) driver.Connector {
	if o.tracer == nil {
		return nil
	}
	return database.ObserveStatements(o.tracer.Statement)
}

// directory returns c with the callbacks of the directory.
func (o *telemetry) directory(c users.Config) users.Config {
	if o.metrics != nil {
		c.Changed, c.ReadCancelled, c.Authenticated = o.metrics.Changed, o.metrics.ReadCancelled, o.metrics.Authenticated
	}
	return c
}

// provider returns the wrapper that traces requests to the provider, nil without traces.
func (o *telemetry) provider() func(http.RoundTripper) http.RoundTripper {
	if o == nil || o.tracer == nil {
		return nil
	}
	return o.tracer.Calls
}

// web returns the callbacks of the pages.
func (o *telemetry) web() (w web.Watch) {
	w.Importing = collectFor
	if o == nil {
		return w
	}
	if o.metrics != nil || o.tracer != nil {
		w.Request = o.request
	}
	if o.metrics != nil {
		w.SignIn, w.OverBudget = o.metrics.SignInEnded, o.metrics.OverBudget
		w.Logout, w.Recheck = o.metrics.LogoutReceived, o.metrics.SessionRechecked
	}
	return w
}

// connLimit returns the limit of the console's connections. Metrics count those it closes.
func (o *telemetry) connLimit() *server.ConnLimit {
	l := &server.ConnLimit{Crowded: collectFor}
	if o.metrics != nil {
		l.Closed = o.metrics.ConnectionClosed
	}
	return l
}

// metricsHosts returns the names by which metrics are asked for, beside those that
// [server.OnlyHosts] allows anyway.
func metricsHosts(c *config) []string {
	host, _, _ := net.SplitHostPort(c.metricsListen)
	return append(slices.Clone(c.metricsHosts), host)
}

// request begins the span and the metrics of a request. The returned function ends them.
func (o *telemetry) request(r *http.Request, fromProxy bool) (context.Context, func(web.Answered)) {
	ctx, spanned := r.Context(), func(string, int) {}
	if o.tracer != nil {
		ctx, spanned = o.tracer.Request(r, fromProxy)
	}
	if o.metrics != nil {
		o.metrics.RequestBegan()
	}
	return ctx, func(a web.Answered) {
		spanned(a.Route, a.Status)
		if o.metrics != nil {
			o.metrics.RequestEnded(a.Method, a.Route, a.Status, a.Took)
		}
	}
}

// registerGauges registers the functions that metrics call for gauges when they are scraped.
func (o *telemetry) registerGauges(db *database.DB, directory *users.Service, app *web.App, source *certificate.Source, limit *server.ConnLimit) {
	if o.metrics == nil {
		return
	}
	state := metrics.State{
		Database: db.Stats, Sizes: directory.Sizes, NotReady: app.NotReady, Log: o.log,
		Connections: limit.Count, RequestMemory: app.MemoryHeld,
	}
	if source != nil {
		state.Expires = source.Expires
	}
	o.metrics.Watch(state)
}

// serve runs the console's server until ctx is done and it has drained. The server of the
// metrics runs as long, so that they are scraped while the console drains.
func (o *telemetry) serve(ctx context.Context, public server.Server, drain func(context.Context)) error {
	both, serving := errgroup.WithContext(ctx)
	running, ended := context.WithCancel(context.WithoutCancel(ctx))
	both.Go(func() error {
		defer ended()
		return public.Serve(serving, drain)
	})
	if o.metrics != nil {
		both.Go(func() error {
			return server.Server{Listener: o.listener, Handler: server.OnlyHosts(o.hosts, o.metrics.Handler()), Log: o.log}.Serve(running, func(context.Context) {})
		})
	}
	return both.Wait()
}
