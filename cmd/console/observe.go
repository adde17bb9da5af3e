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

// observationSettings are the settings by which others watch the console.
func (c *config) observationSettings() []*setting {
	return []*setting{
		{name: "metrics-listen", category: inNetwork, read: into(&c.metricsListen, readListen),
			usage: "`ADDRESS` to hand metrics to Prometheus at, host:port; none are kept without"},
		{name: "metrics-hosts", category: inNetwork, read: into(&c.metricsHosts, readHosts),
			usage: "`HOSTS` under which Prometheus asks for metrics, separated by commas, beside IP addresses, names without a dot and names of private domains such as .svc or .internal"},
	}
}

// checkObservation looks at where metrics and traces go. Of traces the standard
// variables of OpenTelemetry tell.
func (c *config) checkObservation(env lookup) {
	if c.metricsListen != "" && c.metricsListen == c.listen && !strings.HasSuffix(c.listen, ":0") {
		c.mistakes.add("--metrics-listen is the same as --listen: metrics are for an address of their own, which the public cannot reach")
	}
	c.traces = tracing.Read(tracing.Lookup(env), c.mistakes.add)
}

// An observation is what others watch the console by. Of a nil one nobody watches.
type observation struct {
	metrics  *metrics.Metrics // nil: none are kept
	listener net.Listener     // of the metrics
	hosts    []string         // by which they are asked for
	tracer   *tracing.Tracer  // nil: no traces are sent
	log      *slog.Logger
}

// observe begins to keep and send what the settings ask for.
func (p *program) observe(ctx context.Context, c *config, log *slog.Logger) (o *observation, err error) {
	o = &observation{log: log, hosts: metricsHosts(c)}
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

// engine names the engine of a database as OpenTelemetry does.
func engine(url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return "sqlite"
	}
	return "postgresql"
}

// flushWithin is how long sending what is left of the traces may take.
const flushWithin = 5 * time.Second

// close sends what is left of the traces.
func (o *observation) close() {
	if o.listener != nil {
		_ = o.listener.Close() // of no effect once its server has ended
	}
	if o.tracer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	if err := o.tracer.Close(ctx); err != nil {
		o.log.Warn("traces", "error", err)
	}
}

// database returns what the database is to tell.
func (o *observation) database() (w database.Watch) {
	if o.metrics != nil {
		w.Turn, w.Damaged = o.metrics.Waited, o.metrics.Damaged
	}
	return w
}

// connector returns what wraps the connectors of the database, nil for nothing.
func (o *observation) connector() func(driver.Connector) driver.Connector {
	if o.tracer == nil {
		return nil
	}
	return database.WrapStatements(o.tracer.Statement)
}

// directory has the directory of a config tell of its events.
func (o *observation) directory(c users.Config) users.Config {
	if o.metrics != nil {
		c.Changed, c.ReadCancelled, c.Authenticated = o.metrics.Changed, o.metrics.ReadCancelled, o.metrics.Authenticated
	}
	return c
}

// provider returns what is put around calls to the provider, nil for nothing.
func (o *observation) provider() func(http.RoundTripper) http.RoundTripper {
	if o == nil || o.tracer == nil {
		return nil
	}
	return o.tracer.Calls
}

// web returns what the pages are to tell.
func (o *observation) web() (w web.Watch) {
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
func (o *observation) connLimit() *server.ConnLimit {
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

// request tells of one request.
func (o *observation) request(r *http.Request, fromProxy bool) (context.Context, func(web.Answered)) {
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

// read has the metrics read what is the case.
func (o *observation) read(db *database.DB, directory *users.Service, app *web.App, source *certificate.Source, limit *server.ConnLimit) {
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

// serveWith runs the console's own server until ctx is done and it has drained, and
// that of the metrics as long: they are read while it drains, too.
func (o *observation) serveWith(ctx context.Context, public server.Server, drain func(context.Context)) error {
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
