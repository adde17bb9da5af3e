package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestServeKeepsMetrics reads the metrics of a console, and checks that its public address does
// not serve them.
func TestServeKeepsMetrics(t *testing.T) {
	t.Parallel()
	r := startServe(t, "--metrics-listen", "127.0.0.1:0", "--database", databasetest.SQLiteURL(t)) // whose file has a size
	public := "http://" + r.address(t)
	private := regexp.MustCompile(`http://127\.0\.0\.1:\d+/metrics`).FindString(r.said)
	get(t, public+"/readyz")
	get(t, public+"/no/such/path")
	if status, _ := get(t, public+"/metrics"); status != http.StatusNotFound {
		t.Errorf("on the public address: got status %d, want 404", status)
	}
	_, text := get(t, private)
	for _, want := range []string{
		`console_requests_total{method="GET",route="/readyz",status="200"} 1`,
		`console_requests_total{method="GET",route="unknown",status="404"} 2`,
		`console_changes_total{action="user.created"} 1`, // the owner
		`console_sign_ins_total{outcome="uninvited"} 0`,
		`console_users{kind="person",status="invited"} 1`,
		`console_sessions 0`,
		`console_ready 1`,
		`console_write_wait_seconds_count `,
		`console_database_connections_max{pool="write"} 1`,
		`console_sqlite_wal_bytes `,
		`console_build_info{goversion="go1.`,
		`process_start_time_seconds `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q in\n%s", want, text)
		}
	}
	if status, _ := get(t, strings.TrimSuffix(private, "/metrics")+"/users"); status != http.StatusNotFound {
		t.Errorf("a page on the address of the metrics: got status %d, want 404", status)
	}
	r.stop()
	if err := <-r.done; err != nil {
		t.Errorf("stopped: got %v, want no error", err)
	}
}

// TestTelemetryMistakes checks the mistakes in the settings of metrics and traces.
func TestTelemetryMistakes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"metrics for the public": {[]string{"--metrics-listen", "127.0.0.1:8080"}, nil, "--metrics-listen is the same as --listen"},
		"metrics nowhere":        {[]string{"--metrics-listen", "9090"}, nil, "is not host:port"},
		"traces nowhere":         {nil, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"}, "OTEL_EXPORTER_OTLP_ENDPOINT: not a URL"},
		"traces by another name": {nil, map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, `OTEL_TRACES_EXPORTER: "zipkin" is not otlp, console or none`},
		"traces over another protocol": {
			nil, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
			`OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is not supported`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(t, test.args, test.env)
			if exitStatus(err) != 2 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a mistake that says %q", err, test.want)
			}
		})
	}
}
