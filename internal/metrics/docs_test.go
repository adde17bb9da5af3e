package metrics_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

var update = flag.Bool("update", false, "write the table of metrics in docs/observation.md")

// A metric is an exported metric.
type metric struct {
	name, kind, help string
	labels           []string
}

var (
	helpLine   = regexp.MustCompile(`(?m)^# HELP (console_\w+) (.*)\n# TYPE \w+ (\w+)$`)
	metricLine = regexp.MustCompile(`(?m)^(console_\w+?)(?:_bucket)?\{(.*)\} `)
	labelName  = regexp.MustCompile(`(\w+)="`)
)

// exported returns all metrics of a console, by name.
func exported(t *testing.T) []metric {
	t.Helper()
	text := scrape(t, newWatched(t, &console{}))
	labels := map[string][]string{}
	for _, line := range metricLine.FindAllStringSubmatch(text, -1) {
		for _, label := range labelName.FindAllStringSubmatch(line[2], -1) {
			if !slices.Contains(labels[line[1]], label[1]) && label[1] != "le" {
				labels[line[1]] = append(labels[line[1]], label[1])
			}
		}
	}
	var all []metric
	for _, line := range helpLine.FindAllStringSubmatch(text, -1) {
		all = append(all, metric{line[1], line[3], line[2], labels[line[1]]})
	}
	if len(all) < 15 {
		t.Fatalf("found only %d metrics in\n%s", len(all), text)
	}
	return all
}

// TestMetricNames checks the names by Prometheus's rules.
func TestMetricNames(t *testing.T) {
	t.Parallel()
	problems, err := promlint.New(strings.NewReader(scrape(t, newWatched(t, &console{})))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("got %v, %v", problems, err)
	}
}

const (
	tableBegins = "<!-- Written by go test ./internal/metrics -run TestDocs -update; edit the code instead. -->\n"
	tableEnds   = "<!-- End of the table. -->\n"
)

// TestDocs checks that docs/observation.md lists all metrics.
func TestDocs(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "observation.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, began := strings.Cut(string(text), tableBegins)
	_, after, ended := strings.Cut(rest, tableEnds)
	if !began || !ended {
		t.Fatalf("docs/observation.md has no place for the table between %q and %q", tableBegins, tableEnds)
	}
	want := before + tableBegins + table(t) + tableEnds + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("docs/observation.md is not current; run go test ./internal/metrics -run TestDocs -update (-want +got):\n%s", diff)
	}
}

// table returns the metrics as a Markdown table.
func table(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("\n| metric | type | labels | description |\n|---|---|---|---|\n")
	for _, m := range exported(t) {
		labels := ""
		if len(m.labels) > 0 {
			labels = "`" + strings.Join(m.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.name, m.kind, labels, m.help)
	}
	b.WriteString("\n")
	return b.String()
}

// names returns the names of the metrics' series.
func names(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, m := range exported(t) {
		if m.kind == "histogram" {
			maps.Copy(all, map[string]bool{m.name + "_bucket": true, m.name + "_sum": true, m.name + "_count": true})
			continue
		}
		all[m.name] = true
	}
	return all
}
