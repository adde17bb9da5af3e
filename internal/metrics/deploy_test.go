package metrics_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	rulesFile     = "../../deploy/prometheus/alerts.yml"
	dashboardFile = "../../deploy/grafana/console.json"
)

// rules is the part of the alert rules that the tests read.
type rules struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Expr        string            `yaml:"expr"`
			For         string            `yaml:"for"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

// dashboard is the part of the dashboard that the tests read.
type dashboard struct {
	UID           string  `json:"uid"`
	Title         string  `json:"title"`
	SchemaVersion int     `json:"schemaVersion"`
	Panels        []panel `json:"panels"`
	Templating    struct {
		List []struct {
			Name  string `json:"name"`
			Type  string `json:"type"`
			Query any    `json:"query"`
		} `json:"list"`
	} `json:"templating"`
}

// A panel is a panel or row of the dashboard.
type panel struct {
	ID         int                        `json:"id"`
	Title      string                     `json:"title"`
	Type       string                     `json:"type"`
	GridPos    struct{ X, Y, W, H int }   `json:"gridPos"`
	Datasource struct{ Type, UID string } `json:"datasource"`
	Targets    []struct {
		RefID      string                     `json:"refId"`
		Expr       string                     `json:"expr"`
		Datasource struct{ Type, UID string } `json:"datasource"`
	} `json:"targets"`
}

var (
	ours   = regexp.MustCompile(`\bconsole_\w+`)
	others = regexp.MustCompile(`\b(?:go|process)_\w+`)
	labels = regexp.MustCompile(`(?:by|without) \(([^)]*)\)|(\w+) *(?:=~|!~|!=|=) *"`)
)

// checkExpr checks that the metrics and labels of an expression exist.
func checkExpr(t *testing.T, where, expr string) {
	t.Helper()
	known, text := names(t), scrape(t, newWatched(t, &console{}))
	for _, name := range ours.FindAllString(expr, -1) {
		if !known[name] {
			t.Errorf("%s: there is no metric %s", where, name)
		}
	}
	for _, name := range others.FindAllString(expr, -1) {
		if !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("%s: there is no metric %s", where, name)
		}
	}
	allowed := []string{"job", "instance", "le", "goversion", "version"}
	for _, m := range exported(t) {
		allowed = append(allowed, m.labels...)
	}
	for _, found := range labels.FindAllStringSubmatch(expr, -1) {
		for name := range strings.SplitSeq(found[1]+found[2], ",") {
			if !slices.Contains(allowed, strings.TrimSpace(name)) {
				t.Errorf("%s: there is no label %q in %s", where, name, expr)
			}
		}
	}
}

// TestAlerts checks each alert rule, and that docs/observation.md says what to do.
func TestAlerts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var got rules
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../docs/observation.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, group := range got.Groups {
		for _, rule := range group.Rules {
			n++
			checkExpr(t, rule.Alert, rule.Expr)
			if rule.Alert == "" || rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s: no name, severity, summary or description", rule.Alert)
			}
			if !strings.Contains(string(docs), "`"+rule.Alert+"`") {
				t.Errorf("%s: docs/observation.md does not mention it", rule.Alert)
			}
		}
	}
	if n < 7 {
		t.Errorf("found only %d rules", n)
	}
}

// readDashboard returns the dashboard.
func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDashboard checks that the dashboard is valid and shows every metric.
func TestDashboard(t *testing.T) {
	t.Parallel()
	d := readDashboard(t)
	if d.UID != "console" || d.Title == "" || d.SchemaVersion == 0 {
		t.Errorf("uid %q, title %q, schema version %d", d.UID, d.Title, d.SchemaVersion)
	}
	if list := d.Templating.List; len(list) == 0 || list[0].Name != "datasource" || list[0].Type != "datasource" || list[0].Query != "prometheus" {
		t.Error("there is no variable for the data source")
	}
	ids, shown := map[int]bool{}, ""
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.GridPos.W < 1 || p.GridPos.H < 1 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d, %q: duplicate ID, no title or no position", p.ID, p.Title)
		}
		ids[p.ID] = true
		shown += p.check(t)
	}
	for _, m := range exported(t) {
		if !strings.Contains(shown, m.name) && m.name != "console_certificate_expires_timestamp_seconds" { // has an alert
			t.Errorf("no panel shows %s", m.name)
		}
	}
}

// check checks a panel and returns its expressions.
func (p panel) check(t *testing.T) (shown string) {
	t.Helper()
	if p.Type == "row" {
		return ""
	}
	if len(p.Targets) == 0 {
		t.Errorf("%s: no targets", p.Title)
	}
	for _, target := range p.Targets {
		checkExpr(t, p.Title, target.Expr)
		if target.Datasource.UID != "${datasource}" || target.RefID == "" || !strings.Contains(target.Expr, `instance=~"$instance"`) {
			t.Errorf("%s: %q does not use the variables", p.Title, target.Expr)
		}
		shown += target.Expr + "\n"
	}
	return shown
}

// TestPanelsDoNotOverlap checks the positions of the panels.
func TestPanelsDoNotOverlap(t *testing.T) {
	t.Parallel()
	taken := map[[2]int]string{}
	for _, p := range readDashboard(t).Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok {
					t.Fatalf("%s overlaps %s", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}
