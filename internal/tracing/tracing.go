// Package tracing tells by OpenTelemetry where the time of a request goes: a span for
// the request, and in it one for each statement of the database and each call to the
// OpenID provider.
//
// Spans are named by patterns and first words. No path, no query, no header, no value
// of a statement and no text of an error ever gets into one. Who is not a trusted
// proxy cannot have a request counted as part of a trace of theirs.
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

// A Tracer makes spans and sends them off, in batches and behind what makes them: with
// nobody to take them they are dropped. Its methods may be called from several
// goroutines at once.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	engine   string // of the database, as OpenTelemetry names it
}

// Config says what the spans tell of the program, and where it writes.
type Config struct {
	Version string       // of the console
	Engine  string       // of the database: sqlite or postgresql
	Out     io.Writer    // for spans that are to go to the console
	Log     *slog.Logger // of spans that could not be sent
}

// Open begins to send spans as s says.
func Open(ctx context.Context, s Settings, c Config) (*Tracer, error) {
	about, err := describe(ctx, s, c)
	if err != nil {
		return nil, err
	}
	options := []sdk.TracerProviderOption{sdk.WithResource(about)}
	for _, name := range s.exporters {
		exporter, err := s.exporter(ctx, name, c)
		if err != nil {
			return nil, fmt.Errorf("send spans by %s: %w", name, err)
		}
		options = append(options, sdk.WithBatcher(logged{exporter, c.Log}))
	}
	provider := sdk.NewTracerProvider(options...)
	return &Tracer{provider: provider, tracer: provider.Tracer("console"), engine: c.Engine}, nil
}

// describe returns what all spans tell of the program. What the environment says goes
// before what we do.
func describe(ctx context.Context, s Settings, c Config) (*resource.Resource, error) {
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "console"), attribute.String("service.version", c.Version)),
		resource.WithFromEnv(),
	)
	if errors.Is(err, resource.ErrPartialResource) { // some of what the environment says cannot be read
		c.Log.Warn("traces", "error", err)
		err = nil
	}
	if err != nil || s.service == "" {
		return about, err
	}
	return resource.Merge(about, resource.NewSchemaless(attribute.String("service.name", s.service)))
}

// exporter returns what takes the spans.
func (s Settings) exporter(ctx context.Context, name string, c Config) (sdk.SpanExporter, error) {
	if name == exportConsole {
		return stdouttrace.New(stdouttrace.WithWriter(c.Out))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(s.endpoint))
}

// logged is an exporter whose failures are logged by us: the library itself would hand
// them to one function for the whole program.
type logged struct {
	sdk.SpanExporter
	log *slog.Logger
}

// ExportSpans implements [sdk.SpanExporter].
func (l logged) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := l.SpanExporter.ExportSpans(ctx, spans); err != nil {
		l.log.WarnContext(ctx, "traces were not sent", "spans", len(spans), "error", err)
	}
	return nil
}

// Close sends what is left, until ctx is done, and ends the sending.
func (t *Tracer) Close(ctx context.Context) error {
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}
