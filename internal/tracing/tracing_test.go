package tracing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/tracing"
)

// read returns the settings of an environment, and the errors in it.
func read(env map[string]string) (tracing.Settings, []string) {
	var mistakes []string
	s := tracing.Read(func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}, func(format string, args ...any) { mistakes = append(mistakes, fmt.Sprintf(format, args...)) })
	return s, mistakes
}

// TestRead checks when spans are exported.
func TestRead(t *testing.T) {
	t.Parallel()
	const at = "http://127.0.0.1:4318"
	tests := map[string]struct {
		env map[string]string
		on  bool
	}{
		"no variable":               {nil, false},
		"only a name":               {map[string]string{"OTEL_SERVICE_NAME": "x"}, false},
		"an endpoint":               {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at}, true},
		"one for traces only":       {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": at + "/traces"}, true},
		"an endpoint, but none":     {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_TRACES_EXPORTER": "none"}, false},
		"an endpoint, but disabled": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_SDK_DISABLED": "true"}, false},
		"disabled with a bad value": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_SDK_DISABLED": "perhaps"}, true},
		"the default endpoint":      {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true},
		"two":                       {map[string]string{"OTEL_TRACES_EXPORTER": "console, otlp"}, true},
		"the default protocol":      {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, true},
		"another one for metrics": {
			map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, true,
		},
	}
	for name, test := range tests {
		got, mistakes := read(test.env)
		if got.On() != test.on || len(mistakes) > 0 {
			t.Errorf("%s: got %t with mistakes %q, want %t", name, got.On(), mistakes, test.on)
		}
	}
}

// open returns a tracer for an environment, and its output.
func open(t *testing.T, env map[string]string) (*tracing.Tracer, *bytes.Buffer) {
	t.Helper()
	s, mistakes := read(env)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	var out bytes.Buffer
	tracer, err := tracing.Open(t.Context(), s, tracing.Config{
		Version: "1.2.3", Engine: "sqlite", Out: &out, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tracer, &out
}

// traceRequest creates the spans of a request with a statement.
func traceRequest(t *testing.T, tracer *tracing.Tracer, method string, status int, err error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/users/canary?canary=1", nil)
	ctx, end := tracer.Request(r, false)
	tracer.Statement(ctx, "SELECT")(err)
	end("/users/:id", status)
}

// TestSpans checks the spans of a failed request with an invented method.
func TestSpans(t *testing.T) {
	t.Parallel()
	tracer, out := open(t, map[string]string{"OTEL_TRACES_EXPORTER": "console"})
	traceRequest(t, tracer, "BREW", http.StatusServiceUnavailable, errors.New("canary"))
	tracer.Statement(t.Context(), "outside of a request")(nil)
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{`"_OTHER /users/:id"`, `"SELECT"`, `"Code":"Error"`, `"1.2.3"`, `"db.system.name"`} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %s in\n%s", want, text)
		}
	}
	for _, hidden := range []string{"canary", "BREW", "outside"} {
		if strings.Contains(text, hidden) {
			t.Errorf("got %q in\n%s", hidden, text)
		}
	}
}

// failingTransport is a transport that always fails.
type failingTransport struct{}

func (failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("request %s: connection refused", r.URL)
}

// TestCalls checks the span of a failed request, whose error contains the URL.
func TestCalls(t *testing.T) {
	t.Parallel()
	tracer, out := open(t, map[string]string{"OTEL_TRACES_EXPORTER": "console"})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://id.example.com/tenant/token?canary=1", nil)
	if traceRequest, err := tracer.Calls(failingTransport{}).RoundTrip(r); err == nil {
		_ = traceRequest.Body.Close()
		t.Error("got no error")
	}
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, `"provider token"`) || !strings.Contains(text, `"Code":"Error"`) || strings.Contains(text, "canary") {
		t.Errorf("got\n%s", text)
	}
	if slices.ContainsFunc([]string{"Traceparent", "Tracestate", "Baggage"}, func(name string) bool { return r.Header.Get(name) != "" }) {
		t.Error("the trace context was sent to the provider")
	}
}

// TestCloseGivesUp exports to a collector that never responds: neither requests nor Close wait.
func TestCloseGivesUp(t *testing.T) {
	t.Parallel()
	closing := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-closing }))
	defer hangs.Close()
	defer close(closing)
	tracer, _ := open(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": hangs.URL})
	for range 5000 { // more than the queue holds
		traceRequest(t, tracer, http.MethodGet, http.StatusOK, nil)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := tracer.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline's error", err)
	}
}

// BenchmarkRequest measures the cost of tracing a request with five statements.
func BenchmarkRequest(b *testing.B) {
	s, _ := read(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
	tracer, err := tracing.Open(b.Context(), s, tracing.Config{Engine: "sqlite", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/users", nil)
	for b.Loop() {
		ctx, end := tracer.Request(r, false)
		for range 5 {
			tracer.Statement(ctx, "SELECT")(nil)
		}
		end("/users", http.StatusOK)
	}
}
