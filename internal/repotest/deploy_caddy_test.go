//go:build caddy

package repotest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestCaddyReads has Caddy validate its examples. `make docs-test` serves with them.
func TestCaddyReads(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{composeDir, proxyDir} {
		cmd := exec.CommandContext(t.Context(), "caddy", "validate", "--adapter", "caddyfile", "--config", filepath.Join(dir, "Caddyfile"))
		cmd.Env = []string{"CONSOLE_HOST=console.example.com", "HOME=" + t.TempDir()}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("caddy validate %s: %v\n%s", dir, err, out)
		}
	}
}
