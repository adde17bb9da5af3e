package repotest

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// settingRow matches a row of the README's table of settings: the name and the
// default.
var settingRow = regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\| ([^|]+) \\|")

// TestReadmeListsTheSettings checks that the README's table has exactly the settings of serve, with
// their defaults.
func TestReadmeListsTheSettings(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range settingRow.FindAllSubmatch(readme, -1) {
		got[string(row[1])] = string(row[2])
	}
	want := map[string]string{}
	for name, s := range settings(help(t, "serve")) {
		want[name] = shownDefault(s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md, settings and their defaults (-want +got):\n%s", diff)
	}
}

// shownDefault returns the default of a setting as the table shows it.
func shownDefault(s setting) string {
	switch {
	case s.required:
		return "required"
	case s.fallback == "":
		return "none"
	case s.fallback == "true":
		return "on"
	case s.fallback == "false":
		return "off"
	}
	return "`" + s.fallback + "`"
}
