// Package metrics keeps the numbers that tell an operator how the console fares, and
// hands them to Prometheus.
//
// What happens is told to a [Metrics] by whoever wires the program; what is the case
// it reads when it is asked, of the database no more often than every ten seconds.
// Labels take few values, whatever clients send: no number here names a user, an
// address or a path. The package knows nothing of how pages are served.
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

// Metrics are the numbers of one console. Its methods may be called from several
// goroutines at once.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	signIns   *prometheus.CounterVec
	logouts   *prometheus.CounterVec
	rechecks  *prometheus.CounterVec
	changes   *prometheus.CounterVec
	waits     prometheus.Histogram
	givenUp   prometheus.Counter
	over      *prometheus.CounterVec
	closed    *prometheus.CounterVec
	damaged   prometheus.Counter
	cancelled *prometheus.CounterVec
	secrets   *prometheus.CounterVec
}

// Limits of the buckets of time, in seconds.
var (
	requestBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	waitBuckets    = []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 2.5, 5}
)

// Outcomes are the ways in which what is counted by its outcome can end.
type Outcomes struct{ SignIns, Logouts, Rechecks []string }

// New returns the numbers of a console of that version, with the outcomes that there can
// be. All of these begin at zero, so that a rate can be told of the first.
func New(version string, o Outcomes) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Requests answered. Status 499: the client left before.", "route", "method", "status"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "console_request_duration_seconds", Help: "Time it took to answer requests.", Buckets: requestBuckets,
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "console_requests_in_flight", Help: "Requests being answered.",
		}),
		logouts:  counters("backchannel_logouts_total", "Logout tokens of the provider that were received, by what became of them.", "outcome"),
		rechecks: counters("session_rechecks_total", "Sessions of which the provider was asked again whether the person is signed in there, by what it said.", "outcome"),
		signIns:  counters("sign_ins_total", "Sign-ins that have ended, by how: signed_in, or why not.", "outcome"),
		changes:  counters("changes_total", "Events of the history that were written, by their action.", "action"),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "console_write_wait_seconds", Help: "Time that changes and bookkeeping waited for their turn to write.", Buckets: waitBuckets,
		}),
		givenUp: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "console_write_waits_too_long_total", Help: "Changes and bookkeeping that were given up because the wait to write was too long.",
		}),
		over: counters("over_budget_total", "Requests refused with 503 because too much memory was in use, by what did not fit: body, response or request.", "what"),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "console_database_damaged_total", Help: "Statements that ended because a page or an index of the database is damaged.",
		}),
		cancelled: counters("reads_cancelled_total", "Searches of the audit log and counts that were cancelled: superseded by newer ones of the same person, or too long.", "reason"),
		secrets:   counters("token_authentications_total", "Secrets of API tokens that programs came with, by what became of them: accepted, or the state for which the token was refused.", "outcome"),
		closed:    counters("connections_closed_total", "Connections closed because there were too many: waiting, the one that had waited longest for its client, full, a new one, or header, one with a large header.", "why"),
	}
	m.beginAtZero(o)
	m.registry.MustRegister(m.cancelled, m.secrets, m.over, m.closed, m.requests, m.durations, m.inFlight, m.signIns, m.logouts, m.rechecks, m.changes, m.waits, m.givenUp, m.damaged,
		buildInfo(version), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// beginAtZero gives each counter the values of its label that there can be.
func (m *Metrics) beginAtZero(o Outcomes) {
	actions := make([]string, len(users.Actions))
	for i, action := range users.Actions {
		actions[i] = string(action)
	}
	states := make([]string, len(users.TokenStates))
	for i, state := range users.TokenStates {
		states[i] = tokenOutcome(state)
	}
	for counter, values := range map[*prometheus.CounterVec][]string{
		m.signIns: o.SignIns, m.logouts: o.Logouts, m.rechecks: o.Rechecks, m.changes: actions, m.secrets: states,
		m.over: {"body", "response", "request"}, m.closed: {"waiting", "full", "header"}, m.cancelled: {superseded, tooLong},
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

// buildInfo is 1, and says by its labels which program runs.
func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "console_build_info", Help: "Always 1; its labels are the version of the console and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// RequestBegan counts a request that has come in.
func (m *Metrics) RequestBegan() { m.inFlight.Inc() }

// RequestEnded counts a request that was answered, by the pattern of its route, which
// is empty where there is none.
func (m *Metrics) RequestEnded(method, route string, status int, took time.Duration) {
	m.inFlight.Dec()
	if route == "" {
		route = "unknown"
	}
	m.requests.WithLabelValues(route, knownMethod(method), knownStatus(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// methods are those that are told by name.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// knownMethod returns the name of a method: clients may make up others.
func knownMethod(method string) string {
	if slices.Contains(methods, method) {
		return method
	}
	return "other"
}

// knownStatus returns a status as text.
func knownStatus(status int) string {
	if status < 100 || status > 599 {
		return "other"
	}
	return strconv.Itoa(status)
}

// LogoutReceived counts a logout token of the provider by what became of it.
func (m *Metrics) LogoutReceived(outcome string) { m.logouts.WithLabelValues(outcome).Inc() }

// SessionRechecked counts a session of which the provider was asked again, by what it said.
func (m *Metrics) SessionRechecked(outcome string) { m.rechecks.WithLabelValues(outcome).Inc() }

// SignInEnded counts a sign-in by how it ended.
func (m *Metrics) SignInEnded(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// Changed counts an event of the history.
func (m *Metrics) Changed(action users.Action) { m.changes.WithLabelValues(string(action)).Inc() }

// Authenticated counts a secret of an API token that a program came with.
func (m *Metrics) Authenticated(state users.TokenState) {
	m.secrets.WithLabelValues(tokenOutcome(state)).Inc()
}

// tokenOutcome returns what became of a secret.
func tokenOutcome(state users.TokenState) string {
	if state == users.TokenLive {
		return "accepted"
	}
	return string(state)
}

// Waited counts how long a change waited for its turn to write, and whether that was
// too long.
func (m *Metrics) Waited(waited time.Duration, tooLong bool) {
	m.waits.Observe(waited.Seconds())
	if tooLong {
		m.givenUp.Inc()
	}
}

// OverBudget counts a request that was refused because too much memory was in use.
func (m *Metrics) OverBudget(what string) { m.over.WithLabelValues(what).Inc() }

// ConnectionClosed counts a connection that was closed because there were too many.
func (m *Metrics) ConnectionClosed(why string) { m.closed.WithLabelValues(why).Inc() }

// Why a read was cancelled.
const (
	superseded = "superseded"
	tooLong    = "too_long"
)

// ReadCancelled counts a search of the audit log or a count that was cancelled, as
// [users.Config] reports it.
func (m *Metrics) ReadCancelled(err error) {
	reason := tooLong
	if errors.Is(err, users.ErrSuperseded) {
		reason = superseded
	}
	m.cancelled.WithLabelValues(reason).Inc()
}

// Damaged counts a statement that ended because the database is damaged.
func (m *Metrics) Damaged() { m.damaged.Inc() }

// Handler returns what answers Prometheus, at /metrics alone.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	return mux
}
