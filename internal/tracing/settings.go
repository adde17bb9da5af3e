package tracing

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Settings select the exporters. The zero value exports nothing.
type Settings struct {
	exporters []string
	endpoint  string // OTLP endpoint
	service   string // service.name; empty: console
}

// On reports whether spans are exported.
func (s Settings) On() bool { return len(s.exporters) > 0 }

// Values of OTEL_TRACES_EXPORTER.
const (
	exportOTLP    = "otlp"
	exportConsole = "console"
)

// A Lookup returns the value of an environment variable and whether it is set.
type Lookup func(name string) (string, bool)

// Read reads the standard environment variables of OpenTelemetry. Spans are exported if one of
// them names an endpoint or an exporter. Other variables, such as those of headers,
// certificates, samplers and batches, are read by the OpenTelemetry library. mistaken is called
// for each invalid value.
func Read(env Lookup, mistaken func(format string, args ...any)) Settings {
	get := func(name string) string {
		value, _ := env(name)
		return strings.TrimSpace(value)
	}
	if off, err := strconv.ParseBool(get("OTEL_SDK_DISABLED")); err == nil && off {
		return Settings{}
	}
	s := Settings{service: get("OTEL_SERVICE_NAME")}
	name, address := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	s.endpoint = address
	if address == "" {
		name, address = "OTEL_EXPORTER_OTLP_ENDPOINT", get("OTEL_EXPORTER_OTLP_ENDPOINT")
		s.endpoint = strings.TrimSuffix(address, "/") + "/v1/traces"
	}
	s.exporters = exporters(get("OTEL_TRACES_EXPORTER"), address != "", mistaken)
	if !slices.Contains(s.exporters, exportOTLP) {
		return s
	}
	if address == "" {
		s.endpoint = "http://localhost:4318/v1/traces"
	} else if err := checkEndpoint(address); err != nil {
		mistaken("%s: %v", name, err)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := get(name); protocol != "" {
			checkProtocol(name, protocol, mistaken)
			break // the first overrides the second
		}
	}
	return s
}

// exporters parses OTEL_TRACES_EXPORTER. Its default is otlp if an endpoint is set.
func exporters(text string, hasEndpoint bool, mistaken func(string, ...any)) []string {
	if text == "" {
		if hasEndpoint {
			return []string{exportOTLP}
		}
		return nil
	}
	var list []string
	for name := range strings.SplitSeq(text, ",") {
		switch name = strings.TrimSpace(name); name {
		case exportOTLP, exportConsole:
			list = append(list, name)
		case "none", "":
		default:
			mistaken("OTEL_TRACES_EXPORTER: %q is not otlp, console or none", name)
		}
	}
	return list
}

// checkEndpoint returns an error if address is no URL of a collector.
func checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("not a URL like http://localhost:4318")
	}
	return nil
}

// checkProtocol reports an unsupported protocol.
func checkProtocol(name, protocol string, mistaken func(string, ...any)) {
	if protocol != "http/protobuf" {
		mistaken("%s: %q is not supported; use http/protobuf, on port 4318 of most collectors", name, protocol)
	}
}
