package tracing

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Settings say whether spans are sent, and where to. The zero value sends none.
type Settings struct {
	exporters []string
	endpoint  string // of OTLP
	service   string // name of the program in the spans; empty: console
}

// On reports whether spans are sent.
func (s Settings) On() bool { return len(s.exporters) > 0 }

// Where spans can go, as OTEL_TRACES_EXPORTER names it.
const (
	exportOTLP    = "otlp"
	exportConsole = "console"
)

// A Lookup returns the value of an environment variable and whether it is set.
type Lookup func(name string) (string, bool)

// Read reads the standard variables of OpenTelemetry. Spans are sent where one of
// them says where to, or how. Those that are not read here, such as those of headers,
// certificates, samplers and batches, are read by its library. mistaken is told of
// each that cannot be followed.
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
			break // the first goes before the second
		}
	}
	return s
}

// exporters reads a list of where spans go. Without one they go where there is an
// address.
func exporters(text string, addressed bool, mistaken func(string, ...any)) []string {
	if text == "" {
		if addressed {
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

// checkEndpoint returns what is wrong with the address of a collector.
func checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("it is not an address like http://localhost:4318")
	}
	return nil
}

// checkProtocol notes a protocol that is not spoken.
func checkProtocol(name, protocol string, mistaken func(string, ...any)) {
	if protocol != "http/protobuf" {
		mistaken("%s: %q is not spoken; use http/protobuf, at port 4318 of most collectors", name, protocol)
	}
}
