//go:build docker

package repotest

import (
	"os/exec"
	"testing"
)

// TestDockerReads has Compose read its file.
func TestDockerReads(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "docker", "compose", "--env-file", ".env.example", "config", "--quiet")
	cmd.Dir = composeDir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("docker compose config: %v\n%s", err, out)
	}
}
