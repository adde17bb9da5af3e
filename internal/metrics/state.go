package metrics

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A State is where the numbers are read of what is the case.
type State struct {
	Database      func() database.Stats                          // asks the database nothing
	Sizes         func(ctx context.Context) (users.Sizes, error) // asks it
	NotReady      func(ctx context.Context) string               // asks it; empty if the console is ready
	Connections   func() int                                     // of clients
	RequestMemory func() int64                                   // bytes that requests hold, of those that are limited
	Expires       func() time.Time                               // of the console's certificate; nil: it has none
	Now           func() time.Time                               // nil: time.Now
	Log           *slog.Logger                                   // of what cannot be read
}

const (
	// keptFor is how long what the database has answered is good: whoever asks for the
	// numbers, however often, does not load it.
	keptFor = 10 * time.Second

	// answerWithin is how long the database may take to answer. The numbers that it
	// does not give are left out.
	answerWithin = 2 * time.Second
)

// Watch has the numbers of what is the case read from s.
func (m *Metrics) Watch(s State) {
	if s.Now == nil {
		s.Now = time.Now
	}
	m.registry.MustRegister(&state{State: s})
}

// What is read when somebody asks.
var (
	ready      = described("ready", "1 if the console is ready to answer, 0 if /readyz says why not.")
	sessions   = described("sessions", "Sessions that may be used.")
	people     = described("users", "Users of the directory.", "kind", "status")
	tokens     = described("tokens", "API tokens that have not ended and are not disabled.")
	ending     = described("tokens_ending", "API tokens of active users that end within so many days, and that no other has replaced.", "days")
	damaged    = described("indexes_damaged", "Indexes that are damaged and have to be rebuilt; nothing is searched by them until then.")
	unindexed  = described("audit_unindexed_events", "Events that the index of the audit log does not have: newer than those in it, or older.", "age")
	inUse      = described("database_connections", "Connections that are open to the database.", "pool", "state")
	most       = described("database_connections_max", "Connections that may be open to the database.", "pool")
	waits      = described("database_waits_total", "How often a connection was waited for.", "pool")
	waitTime   = described("database_wait_seconds_total", "Time that was waited for connections.", "pool")
	file       = described("sqlite_file_bytes", "Size of the database file. SQLite alone.")
	wal        = described("sqlite_wal_bytes", "Size of the log beside the database file. SQLite alone.")
	clients    = described("connections", "Connections of clients, of 2,048 at most.")
	memory     = described("request_memory_bytes", "Bytes of forms and buffered responses, of 33,554,432 at most.")
	expiration = described("certificate_expires_timestamp_seconds", "When the certificate of --tls-cert expires, in seconds since 1970.")
)

// described returns the description of a number that is read.
func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("console_"+name, help, labels, nil)
}

// A state reads the numbers of what is the case. It is a [prometheus.Collector].
type state struct {
	State

	mu    sync.Mutex
	at    time.Time // when the database was last asked
	ready bool
	sizes *users.Sizes // nil if it did not answer
}

// Describe implements [prometheus.Collector].
func (s *state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ready, sessions, people, tokens, ending, damaged, unindexed, inUse, most, waits, waitTime, file, wal, clients, memory, expiration} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (s *state) Collect(to chan<- prometheus.Metric) {
	stats := s.Database()
	for pool, p := range stats.Pools {
		to <- gauge(inUse, float64(p.InUse), pool, "in_use")
		to <- gauge(inUse, float64(p.Idle), pool, "idle")
		to <- gauge(most, float64(p.MaxOpenConnections), pool)
		to <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(p.WaitCount), pool)
		to <- prometheus.MustNewConstMetric(waitTime, prometheus.CounterValue, p.WaitDuration.Seconds(), pool)
	}
	if stats.Files != nil {
		to <- gauge(file, float64(stats.Files.Main))
		to <- gauge(wal, float64(stats.Files.WAL))
	}
	to <- gauge(clients, float64(s.Connections()))
	to <- gauge(memory, float64(s.RequestMemory()))
	if s.Expires != nil {
		to <- gauge(expiration, float64(s.Expires().Unix()))
	}
	s.collectAnswers(to)
}

// collectAnswers hands on what the database has to be asked for.
func (s *state) collectAnswers(to chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.at.IsZero() || now.Sub(s.at).Abs() >= keptFor {
		s.ask()
		s.at = now
	}
	isReady := 0.0
	if s.ready {
		isReady = 1
	}
	to <- gauge(ready, isReady)
	if s.sizes == nil {
		return
	}
	to <- gauge(sessions, float64(s.sizes.Sessions))
	to <- gauge(tokens, float64(s.sizes.Tokens))
	for _, e := range s.sizes.Ending {
		to <- gauge(ending, float64(e.Tokens), strconv.Itoa(e.Days))
	}
	to <- gauge(damaged, float64(len(s.sizes.Damaged)))
	to <- gauge(unindexed, float64(s.sizes.Behind), "newer")
	to <- gauge(unindexed, float64(s.sizes.Lacking), "older")
	for _, size := range s.sizes.Users {
		to <- gauge(people, float64(size.Users), string(size.Kind), string(size.Status))
	}
}

// ask asks the database.
func (s *state) ask() {
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	s.ready, s.sizes = s.NotReady(ctx) == "", nil
	if !s.ready {
		return // it has been logged why
	}
	sizes, err := s.Sizes(ctx)
	if err != nil {
		s.Log.WarnContext(ctx, "metrics", "error", err)
		return
	}
	s.sizes = &sizes
}

// gauge returns a number that may go up and down.
func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
