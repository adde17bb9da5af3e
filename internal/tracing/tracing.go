// Package tracing exports OpenTelemetry traces: a span for each request, and child spans for
// its database statements and requests to the OpenID provider.
//
// Span names are route patterns and statement keywords. No span contains a path, a query, a
// header, a value of a statement or an error text. A trace context is accepted from trusted
// proxies only.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// A Tracer creates spans and exports them asynchronously in batches; spans are dropped if the
// collector is unavailable. Its methods are safe for concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	engine   string // value of db.system.name
}

// Config configures a [Tracer].
type Config struct {
	Version string       // of the console
	Engine  string       // of the database: sqlite or postgresql
	Out     io.Writer    // output of the console exporter
	Log     *slog.Logger // for failed exports
}

// Open starts a tracer with the exporters of s.
func Open(ctx context.Context, s Settings, c Config) (*Tracer, error) {
	described, err := describe(ctx, s, c)
	if err != nil {
		return nil, err
	}
	options := []sdk.TracerProviderOption{sdk.WithResource(described)}
	for _, name := range s.exporters {
		exporter, err := s.exporter(ctx, name, c)
		if err != nil {
			return nil, fmt.Errorf("create exporter %s: %w", name, err)
		}
		options = append(options, sdk.WithBatcher(loggedExporter{exporter, c.Log}))
	}
	provider := sdk.NewTracerProvider(options...)
	return &Tracer{provider: provider, tracer: provider.Tracer("console"), engine: c.Engine}, nil
}

// describe returns the resource of all spans. The environment overrides our attributes.
func describe(ctx context.Context, s Settings, c Config) (*resource.Resource, error) {
	described, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "console"), attribute.String("service.version", c.Version)),
		resource.WithFromEnv(),
	)
	if errors.Is(err, resource.ErrPartialResource) { // invalid attributes in the environment
		c.Log.Warn("traces", "error", err)
		err = nil
	}
	if err != nil || s.service == "" {
		return described, err
	}
	return resource.Merge(described, resource.NewSchemaless(attribute.String("service.name", s.service)))
}

// exporter returns the exporter of that name.
func (s Settings) exporter(ctx context.Context, name string, c Config) (sdk.SpanExporter, error) {
	if name == exportConsole {
		return stdouttrace.New(stdouttrace.WithWriter(c.Out))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(s.endpoint))
}

// A loggedExporter logs failures, which the library would report to a global error handler.
type loggedExporter struct {
	sdk.SpanExporter
	log *slog.Logger
}

// ExportSpans implements [sdk.SpanExporter].
func (l loggedExporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := l.SpanExporter.ExportSpans(ctx, spans); err != nil {
		l.log.WarnContext(ctx, "export of spans failed", "spans", len(spans), "error", err)
	}
	return nil
}

// Close exports the remaining spans until ctx is done, and stops the tracer.
func (t *Tracer) Close(ctx context.Context) error {
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("export the remaining spans: %w", err)
	}
	return nil
}
