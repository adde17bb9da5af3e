//go:build kubectl

package repotest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKubectlReads has kubectl build the manifests.
func TestKubectlReads(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{kubernetesDir, filepath.Join(kubernetesDir, "migrate")} {
		out, err := exec.CommandContext(t.Context(), "kubectl", "kustomize", dir).CombinedOutput()
		if err != nil {
			t.Errorf("kubectl kustomize %s: %v\n%s", dir, err, out)
			continue
		}
		if !strings.Contains(string(out), "image: registry.example.com/console:1.0.0") {
			t.Errorf("%s: the image was not set", dir)
		}
	}
}
