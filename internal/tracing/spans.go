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

// unwatched are the paths of requests that make no spans: a proxy asks for them every
// few seconds.
var unwatched = map[string]bool{"/healthz": true, "/readyz": true}

// Request begins the span of a request. Where a trusted proxy has handed it on, it is
// part of the trace that the proxy names. The span is that of the context which is
// returned, and ends when the other value is called with the pattern of the route,
// empty if there is none, and the status of the answer.
func (t *Tracer) Request(r *http.Request, fromProxy bool) (context.Context, func(route string, status int)) {
	ctx := r.Context()
	if unwatched[r.URL.Path] {
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

// knownMethod returns the method of a request, or what OpenTelemetry calls one that a
// client made up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}

// nobody is told how a statement ended for which there is no span.
func nobody(error) {}

// Statement begins the span of a statement of the database, of which it is told the
// first word. Outside of a request there is none.
func (t *Tracer) Statement(ctx context.Context, operation string) func(error) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return nobody
	}
	_, span := t.tracer.Start(ctx, operation, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("db.system.name", t.engine), attribute.String("db.operation.name", operation)))
	return func(err error) {
		if err != nil { // its text may hold values
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Calls returns a transport that makes a span of each call, which it hands on to next.
// The one who is called learns nothing of it.
func (t *Tracer) Calls(next http.RoundTripper) http.RoundTripper { return calls{t, next} }

type calls struct {
	tracer *Tracer
	next   http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The span is named by the last word of the
// path, such as "token".
func (c calls) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := c.tracer.tracer.Start(r.Context(), "provider "+path.Base(r.URL.Path), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Hostname())))
	defer span.End()
	answer, err := c.next.RoundTrip(r.WithContext(ctx))
	if err != nil { // its text holds the address, with all that is in it
		span.SetStatus(codes.Error, "")
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", answer.StatusCode))
	if answer.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
	return answer, nil
}
