package tracing

import (
	"context"
	"net/http"
	"path"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// untraced are paths without spans: a proxy requests them every few seconds.
var untraced = map[string]bool{"/healthz": true, "/readyz": true}

// Request starts the span of a request. If it came through a trusted proxy, the span continues
// the proxy's trace. Request returns the span's context, and a function that ends the span with
// the route's pattern, which may be empty, and the status.
func (t *Tracer) Request(r *http.Request, fromProxy bool) (context.Context, func(route string, status int)) {
	ctx := r.Context()
	if untraced[r.URL.Path] {
		return ctx, func(string, int) {}
	}
	if fromProxy {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	method := knownMethod(r.Method)
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method)))
	return ctx, func(route string, status int) {
		if route != "" {
			span.SetName(method + " " + route)
			span.SetAttributes(attribute.String("http.route", route))
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// knownMethod returns a method, or OpenTelemetry's "_OTHER" for an unknown one.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}

// endNothing is returned when there is no span to end.
func endNothing(error) {}

// Statement starts the span of a database statement, named by its keyword. Outside a request it
// starts none. The returned function ends the span.
func (t *Tracer) Statement(ctx context.Context, operation string) func(error) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return endNothing
	}
	_, span := t.tracer.Start(ctx, operation, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("db.system.name", t.engine), attribute.String("db.operation.name", operation)))
	return func(err error) {
		if err != nil { // the error's text may contain values
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Calls returns a transport that creates a span for each request. It sends no trace context.
func (t *Tracer) Calls(next http.RoundTripper) http.RoundTripper { return tracedTransport{t, next} }

// A tracedTransport creates a span for each request.
type tracedTransport struct {
	tracer *Tracer
	next   http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The span is named by the last element of the path,
// such as "token".
func (c tracedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := c.tracer.tracer.Start(r.Context(), "provider "+path.Base(r.URL.Path), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Hostname())))
	defer span.End()
	res, err := c.next.RoundTrip(r.WithContext(ctx))
	if err != nil { // the error's text contains the URL
		span.SetStatus(codes.Error, "")
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", res.StatusCode))
	if res.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
	return res, nil
}
