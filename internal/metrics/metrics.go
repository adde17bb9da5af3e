// Package metrics exports the console's metrics to Prometheus.
//
// Counters and histograms are updated by calls of [Metrics]; gauges are read at scrape time,
// those from the database at most every ten seconds. The cardinality of labels is bounded: no
// label contains a user, an address or a path that a client can choose.
package metrics

import (
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/roboto-ai/console/internal/users"
)

// Metrics are the metrics of one console. Its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests     *prometheus.CounterVec
	durations    *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	signIns      *prometheus.CounterVec
	logouts      *prometheus.CounterVec
	rechecks     *prometheus.CounterVec
	changes      *prometheus.CounterVec
	waits        prometheus.Histogram
	waitsTooLong prometheus.Counter
	overBudget   *prometheus.CounterVec
	closed       *prometheus.CounterVec
	damaged      prometheus.Counter
	cancelled    *prometheus.CounterVec
	tokenAuths   *prometheus.CounterVec
}

// Upper bounds of histogram buckets, in seconds.
var (
	requestBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	waitBuckets    = []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 2.5, 5}
)

// Outcomes are the possible values of the label outcome, by counter.
type Outcomes struct{ SignIns, Logouts, Rechecks []string }

// New returns the metrics of a console of that version. Counters start at zero for each of the
// outcomes, so that a rate includes the first event.
func New(version string, o Outcomes) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Requests handled. Status 499: the client closed the connection first.", "route", "method", "status"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "console_request_duration_seconds", Help: "Duration of requests.", Buckets: requestBuckets,
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "console_requests_in_flight", Help: "Requests being handled.",
		}),
		logouts:  counters("backchannel_logouts_total", "Logout tokens received from the provider, by outcome.", "outcome"),
		rechecks: counters("session_rechecks_total", "Sessions checked again at the provider (--session-recheck), by outcome.", "outcome"),
		signIns:  counters("sign_ins_total", "Completed sign-ins: signed_in, or the reason of the refusal.", "outcome"),
		changes:  counters("changes_total", "Audit events written, by action.", "action"),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "console_write_wait_seconds", Help: "Time that writes waited for the write lock.", Buckets: waitBuckets,
		}),
		waitsTooLong: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "console_write_waits_too_long_total", Help: "Writes abandoned because the wait for the write lock was too long.",
		}),
		overBudget: counters("over_budget_total", "Requests refused with 503 because too much memory was in use, by what exceeded the budget: body, response or request; or because no worker was free for 30 seconds: worker.", "what"),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "console_database_damaged_total", Help: "Statements that failed because the database is corrupt.",
		}),
		cancelled:  counters("reads_cancelled_total", "Audit log searches and counts cancelled: superseded by a newer one of the same person, or too long.", "reason"),
		tokenAuths: counters("token_authentications_total", "Authentications with API tokens: accepted, or the state of the refused token.", "outcome"),
		closed:     counters("connections_closed_total", "Connections closed at the limit: waiting (the longest idle one), full (a new one) or header (one with a large header).", "why"),
	}
	m.initialize(o)
	m.registry.MustRegister(m.cancelled, m.tokenAuths, m.overBudget, m.closed, m.requests, m.durations, m.inFlight, m.signIns, m.logouts, m.rechecks, m.changes, m.waits, m.waitsTooLong, m.damaged,
		buildInfo(version), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// initialize sets the counters of all known label values to zero.
func (m *Metrics) initialize(o Outcomes) {
	actions := make([]string, len(users.Actions))
	for i, action := range users.Actions {
		actions[i] = string(action)
	}
	states := make([]string, len(users.TokenStates))
	for i, state := range users.TokenStates {
		states[i] = tokenOutcome(state)
	}
	for counter, values := range map[*prometheus.CounterVec][]string{
		m.signIns: o.SignIns, m.logouts: o.Logouts, m.rechecks: o.Rechecks, m.changes: actions, m.tokenAuths: states,
		m.overBudget: {"body", "response", "request", "worker"}, m.closed: {"waiting", "full", "header"}, m.cancelled: {superseded, tooLong},
	} {
		for _, value := range values {
			counter.WithLabelValues(value)
		}
	}
}

// counters returns a counter with labels.
func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "console_" + name, Help: help}, labels)
}

// buildInfo returns a gauge of 1 whose labels are the version of the program and of Go.
func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "console_build_info", Help: "Always 1; the labels are the versions of the console and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// RequestBegan counts a request in flight.
func (m *Metrics) RequestBegan() { m.inFlight.Inc() }

// RequestEnded counts a handled request by the pattern of its route, which may be empty.
func (m *Metrics) RequestEnded(method, route string, status int, took time.Duration) {
	m.inFlight.Dec()
	if route == "" {
		route = "unknown"
	}
	m.requests.WithLabelValues(route, knownMethod(method), knownStatus(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// methods are the methods used as label values.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// knownMethod returns a method, or "other" for one that a client invented.
func knownMethod(method string) string {
	if slices.Contains(methods, method) {
		return method
	}
	return "other"
}

// knownStatus returns a status as text, or "other".
func knownStatus(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return strconv.Itoa(status)
}

// LogoutReceived counts a logout token by outcome.
func (m *Metrics) LogoutReceived(outcome string) { m.logouts.WithLabelValues(outcome).Inc() }

// SessionRechecked counts a session checked again at the provider, by outcome.
func (m *Metrics) SessionRechecked(outcome string) { m.rechecks.WithLabelValues(outcome).Inc() }

// SignInEnded counts a sign-in by outcome.
func (m *Metrics) SignInEnded(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// Changed counts an audit event.
func (m *Metrics) Changed(action users.Action) { m.changes.WithLabelValues(string(action)).Inc() }

// Authenticated counts an authentication with an API token by the token's state.
func (m *Metrics) Authenticated(state users.TokenState) {
	m.tokenAuths.WithLabelValues(tokenOutcome(state)).Inc()
}

// tokenOutcome returns the outcome of an authentication.
func tokenOutcome(state users.TokenState) string {
	if state == users.TokenLive {
		return "accepted"
	}
	return string(state)
}

// Waited counts how long a write waited for the write lock, and whether it was abandoned.
func (m *Metrics) Waited(waited time.Duration, tooLong bool) {
	m.waits.Observe(waited.Seconds())
	if tooLong {
		m.waitsTooLong.Inc()
	}
}

// OverBudget counts a request refused because the memory budget was used up.
func (m *Metrics) OverBudget(what string) { m.overBudget.WithLabelValues(what).Inc() }

// ConnectionClosed counts a connection closed at the limit.
func (m *Metrics) ConnectionClosed(why string) { m.closed.WithLabelValues(why).Inc() }

// Values of the label reason.
const (
	superseded = "superseded"
	tooLong    = "too_long"
)

// ReadCancelled counts a cancelled search or count, as reported by [users.Config].
func (m *Metrics) ReadCancelled(err error) {
	reason := tooLong
	if errors.Is(err, users.ErrSuperseded) {
		reason = superseded
	}
	m.cancelled.WithLabelValues(reason).Inc()
}

// Damaged counts a statement that failed because the database is corrupt.
func (m *Metrics) Damaged() { m.damaged.Inc() }

// Handler returns the handler of GET /metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	return mux
}
