package doctor_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/doctor"
)

var update = flag.Bool("update", false, "write the table of docs/doctor.md")

// The table of checks in docs/doctor.md is between these lines.
const (
	begin = "<!-- The table is written by go test ./internal/doctor -run TestDocs -update. -->\n"
	end   = "<!-- End of the table. -->\n"
)

// TestDocs checks that docs/doctor.md lists all checks.
func TestDocs(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "doctor.md")
	page, err := os.ReadFile(path)
	must(t, err)
	before, rest, _ := strings.Cut(string(page), begin)
	got, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s has no place for the table", path)
	}
	want := table()
	if *update {
		must(t, os.WriteFile(path, []byte(before+begin+want+end+after), 0o644))
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/doctor.md is not current; run go test ./internal/doctor -run TestDocs -update (-want +got):\n%s", diff)
	}
}

// TestDocsShowTheReport checks that the JSON example in docs/doctor.md is a report.
func TestDocsShowTheReport(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "doctor.md"))
	must(t, err)
	_, rest, _ := strings.Cut(string(page), "```json\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("there is no example")
	}
	want, err := json.MarshalIndent(doctor.NewReport([]doctor.Finding{
		{Check: "client", Level: doctor.Wrong, Found: "The provider does not accept client ID and secret.",
			Fix: "Compare --oidc-client-id with the provider's, and make a new secret there for --oidc-client-secret: the old one may have expired."},
		{Check: "clock", Level: doctor.OK, Found: "This machine's clock and the provider's agree."},
	}), "", "  ")
	must(t, err)
	if diff := cmp.Diff(string(want)+"\n", example); diff != "" {
		t.Errorf("the example (-want +got):\n%s", diff)
	}
}

// table returns the checks as a Markdown table.
func table() string {
	var b strings.Builder
	b.WriteString("| check | checks that |\n|---|---|\n")
	for _, c := range doctor.Checks {
		name := c.Name
		if c.SignIn {
			name += " *"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, c.Description)
	}
	return b.String()
}
