//go:build systemd_analyze

package repotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSystemdReads has systemd read the units: it knows every setting, and rates the exposure
// of each service as low.
func TestSystemdReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, err := os.Executable() // systemd wants the file to exist
	if err != nil {
		t.Fatal(err)
	}
	var units []string
	for _, file := range filesIn(t, filepath.Join(deployDir, "systemd")) {
		if filepath.Ext(file) == "" {
			continue // a script
		}
		text := strings.ReplaceAll(read(t, file), "/usr/local/bin/console", program)
		units = append(units, filepath.Join(dir, filepath.Base(file)))
		if err := os.WriteFile(units[len(units)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		append([]string{"verify"}, units...),
		{"security", "--offline=yes", "--threshold=15", filepath.Join(dir, "console.service")},
		{"security", "--offline=yes", "--threshold=10", filepath.Join(dir, "console-backup.service")},
	} {
		if out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput(); err != nil {
			t.Errorf("systemd-analyze %v: %v\n%s", args, err, out)
		}
	}
}
