package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/metrics"
	"github.com/roboto-ai/console/internal/users"
)

// A console is the source of the gauges in a test.
type console struct {
	now      time.Time
	asked    int // number of queries
	notReady string
	fails    error
}

// state returns the state of c.
func (c *console) state(t *testing.T) metrics.State {
	return metrics.State{
		Database: func() database.Stats {
			return database.Stats{
				Pools: map[string]sql.DBStats{"write": {MaxOpenConnections: 1, InUse: 1, WaitCount: 7, WaitDuration: 1500 * time.Millisecond}},
				Files: &database.FileStats{Main: 4096, WAL: 8192},
			}
		},
		Sizes: func(context.Context) (users.Sizes, error) {
			c.asked++
			return users.Sizes{Sessions: 3, Tokens: 9, Ending: []users.Ending{{Days: 14, Tokens: 4}, {Days: 7, Tokens: 2}, {Days: 1}}, Damaged: []string{"users_search"}, Behind: 5, Lacking: 70, Users: []users.Size{{Kind: users.KindPerson, Status: users.StatusActive, Users: 12}}}, c.fails
		},
		NotReady:    func(context.Context) string { return c.notReady },
		Connections: func() int { return 17 }, RequestMemory: func() int64 { return 65536 },
		Expires: func() time.Time { return time.Unix(1_800_000_000, 0) },
		Now:     func() time.Time { return c.now },
		Log:     slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
}

// newWatched returns metrics in which every series has a value.
func newWatched(t *testing.T, c *console) *metrics.Metrics {
	t.Helper()
	m := metrics.New("1.2.3", metrics.Outcomes{SignIns: []string{"signed_in", "uninvited"}, Logouts: []string{"accepted"}})
	m.Watch(c.state(t))
	m.RequestBegan()
	m.RequestBegan()
	m.RequestEnded("GET", "/users/:id", 200, 3*time.Millisecond)
	m.SignInEnded("signed_in")
	m.LogoutReceived("accepted")
	m.SessionRechecked("confirmed")
	m.Changed(users.ActionEdited)
	m.Authenticated(users.TokenLive)
	m.Authenticated(users.TokenExpired)
	m.Waited(20*time.Millisecond, false)
	m.Waited(5*time.Second, true)
	m.OverBudget("body")
	m.ConnectionClosed("waiting")
	m.Damaged()
	m.ReadCancelled(users.ErrSuperseded)
	m.ReadCancelled(users.ErrReadTooLong)
	m.ReadCancelled(users.ErrReadTooLong)
	return m
}

// scrape returns the response of /metrics.
func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("got status %d and %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// series are the expected lines of a scrape.
var series = []string{
	`console_requests_total{method="GET",route="/users/:id",status="200"} 1`,
	`console_request_duration_seconds_bucket{route="/users/:id",le="0.0025"} 0`,
	`console_request_duration_seconds_bucket{route="/users/:id",le="0.005"} 1`,
	`console_requests_in_flight 1`,
	`console_sign_ins_total{outcome="signed_in"} 1`,
	`console_sign_ins_total{outcome="uninvited"} 0`,
	`console_changes_total{action="user.edited"} 1`,
	`console_changes_total{action="user.deleted"} 0`,
	`console_write_wait_seconds_count 2`,
	`console_write_waits_too_long_total 1`,
	`console_over_budget_total{what="body"} 1`,
	`console_over_budget_total{what="response"} 0`,
	`console_connections_closed_total{why="waiting"} 1`,
	`console_connections_closed_total{why="full"} 0`,
	`console_connections 17`,
	`console_request_memory_bytes 65536`,
	`console_ready 1`,
	`console_sessions 3`,
	`console_indexes_damaged 1`,
	`console_tokens 9`,
	`console_tokens_ending{days="14"} 4`,
	`console_tokens_ending{days="7"} 2`,
	`console_tokens_ending{days="1"} 0`,
	`console_token_authentications_total{outcome="accepted"} 1`,
	`console_token_authentications_total{outcome="expired"} 1`,
	`console_token_authentications_total{outcome="unknown"} 0`,
	`console_audit_unindexed_events{age="newer"} 5`,
	`console_audit_unindexed_events{age="older"} 70`,
	`console_reads_cancelled_total{reason="superseded"} 1`,
	`console_reads_cancelled_total{reason="too_long"} 2`,
	`console_database_damaged_total 1`,
	`console_users{kind="person",status="active"} 12`,
	`console_database_connections{pool="write",state="in_use"} 1`,
	`console_database_connections_max{pool="write"} 1`,
	`console_database_waits_total{pool="write"} 7`,
	`console_database_wait_seconds_total{pool="write"} 1.5`,
	`console_sqlite_file_bytes 4096`,
	`console_sqlite_wal_bytes 8192`,
	`console_certificate_expires_timestamp_seconds 1.8e+09`,
	`version="1.2.3"} 1`,
	`go_goroutines `,
}

// TestScrape checks every metric.
func TestScrape(t *testing.T) {
	t.Parallel()
	got := scrape(t, newWatched(t, &console{}))
	for _, want := range series {
		if !strings.Contains(got, want) {
			t.Errorf("got no %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestClientsCannotMakeSeries checks that methods and statuses invented by clients add no
// series.
func TestClientsCannotMakeSeries(t *testing.T) {
	t.Parallel()
	m := newWatched(t, &console{})
	count := func() int { return strings.Count(scrape(t, m), "\nconsole_") }
	m.RequestEnded("other", "", 999, time.Second)
	before := count()
	for i := range 1000 {
		m.RequestEnded(fmt.Sprint("BREW", i), "", 600+i, time.Second)
	}
	if after := count(); after != before {
		t.Errorf("there are %d more series", after-before)
	}
	if got := scrape(t, m); strings.Contains(got, "BREW") || !strings.Contains(got, `{method="other",route="unknown",status="other"} 1001`) {
		t.Error("an invented method has a series of its own, or is not counted")
	}
}

// TestScrapesAreCached checks that the database is queried once in ten seconds, also when the
// clock is set back.
func TestScrapesAreCached(t *testing.T) {
	t.Parallel()
	c := &console{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	m := newWatched(t, c)
	for i, step := range []struct {
		later time.Duration
		want  int
	}{{0, 1}, {9 * time.Second, 1}, {time.Second, 2}, {-time.Hour, 3}, {5 * time.Second, 3}} {
		c.now = c.now.Add(step.later)
		for range 20 {
			scrape(t, m)
		}
		if c.asked != step.want {
			t.Errorf("step %d: got %d queries, want %d", i, c.asked, step.want)
		}
	}
}

// TestScrapeWithoutDatabase scrapes while the database is unavailable.
func TestScrapeWithoutDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*console{"not ready": {notReady: "stopping"}, "an error": {fails: errors.New("locked")}} {
		got := scrape(t, newWatched(t, c))
		if strings.Contains(got, "\nconsole_sessions ") || !strings.Contains(got, "console_requests_total{") {
			t.Errorf("%s: there are sessions, or no other metrics", name)
		}
		if want := fmt.Sprintf("\nconsole_ready %d\n", map[bool]int{true: 1}[c.notReady == ""]); !strings.Contains(got, want) {
			t.Errorf("%s: got no %q", name, want)
		}
	}
}

// TestOnlyMetricsAreServed requests other paths and methods.
func TestOnlyMetricsAreServed(t *testing.T) {
	t.Parallel()
	h := newWatched(t, &console{}).Handler()
	for request, want := range map[string]int{
		"GET /metrics": 200, "HEAD /metrics": 200, "POST /metrics": 405, "GET /": 404, "GET /metrics/x": 404, "GET /debug/pprof/": 404, "GET /users": 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", request, w.Code, want)
		}
	}
}

// BenchmarkRequest measures the cost of counting a request.
func BenchmarkRequest(b *testing.B) {
	m := metrics.New("1", metrics.Outcomes{})
	for b.Loop() {
		m.RequestBegan()
		m.RequestEnded("GET", "/users/:id", 200, 3*time.Millisecond)
	}
}
