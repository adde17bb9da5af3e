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

// A State holds the functions that gauges are read with.
type State struct {
	Database      func() database.Stats                          // makes no query
	Sizes         func(ctx context.Context) (users.Sizes, error) // queries the database
	NotReady      func(ctx context.Context) string               // queries the database; empty if the console is ready
	Connections   func() int                                     // open connections of clients
	RequestMemory func() int64                                   // bytes of the memory budget in use
	Expires       func() time.Time                               // expiry of the console's certificate; nil without one
	Now           func() time.Time                               // nil: time.Now
	Log           *slog.Logger                                   // for failed queries
}

const (
	// cacheFor is how long results of the database are cached, so that frequent scrapes do not
	// load it.
	cacheFor = 10 * time.Second

	// queryTimeout limits the queries of a scrape. Gauges that time out are omitted.
	queryTimeout = 2 * time.Second
)

// Watch registers the gauges read from s.
func (m *Metrics) Watch(s State) {
	if s.Now == nil {
		s.Now = time.Now
	}
	m.registry.MustRegister(&state{State: s})
}

// The gauges.
var (
	ready      = describe("ready", "1 if the console is ready, 0 if not; /readyz says why.")
	sessions   = describe("sessions", "Valid sessions.")
	people     = describe("users", "Users of the directory.", "kind", "status")
	tokens     = describe("tokens", "API tokens that are neither expired, revoked nor disabled.")
	ending     = describe("tokens_ending", "API tokens of active users that expire within so many days and have not been rotated.", "days")
	damaged    = describe("indexes_damaged", "Corrupt indexes, which are not used until they are rebuilt.")
	unindexed  = describe("audit_unindexed_events", "Events missing in the index of the audit log: newer or older than the indexed ones.", "age")
	inUse      = describe("database_connections", "Open connections to the database.", "pool", "state")
	most       = describe("database_connections_max", "Maximum of open connections to the database.", "pool")
	waits      = describe("database_waits_total", "Number of waits for a connection.", "pool")
	waitTime   = describe("database_wait_seconds_total", "Total time of waits for a connection.", "pool")
	file       = describe("sqlite_file_bytes", "Size of the database file. SQLite only.")
	wal        = describe("sqlite_wal_bytes", "Size of the write-ahead log. SQLite only.")
	clients    = describe("connections", "Connections of clients, at most 2,048.")
	memory     = describe("request_memory_bytes", "Bytes of forms and buffered responses, at most 33,554,432.")
	expiration = describe("certificate_expires_timestamp_seconds", "Expiry of the certificate of --tls-cert, in seconds since 1970.")
)

// describe returns the description of a gauge.
func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("console_"+name, help, labels, nil)
}

// A state reads the gauges at scrape time. It is a [prometheus.Collector].
type state struct {
	State

	mu    sync.Mutex
	at    time.Time // when the database was last queried
	ready bool
	sizes *users.Sizes // nil if the query failed
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
	s.collectCached(to)
}

// collectCached sends the gauges that need queries, from the cache if it is fresh.
func (s *state) collectCached(to chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); s.at.IsZero() || now.Sub(s.at).Abs() >= cacheFor {
		s.query()
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

// query refreshes the cache.
func (s *state) query() {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	s.ready, s.sizes = s.NotReady(ctx) == "", nil
	if !s.ready {
		return // NotReady has logged why
	}
	sizes, err := s.Sizes(ctx)
	if err != nil {
		s.Log.WarnContext(ctx, "metrics", "error", err)
		return
	}
	s.sizes = &sizes
}

// gauge returns a gauge with a value.
func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
