//go:build promtool

package metrics_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPromtoolReads has promtool check the alert rules and run their tests.
func TestPromtoolReads(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check", "rules", rulesFile}, {"test", "rules", filepath.Join("testdata", "alerts_test.yml")}} {
		if out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
