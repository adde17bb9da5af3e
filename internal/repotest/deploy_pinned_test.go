package repotest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPinned checks that actions and images are pinned by digest, as a tag can be moved. The image
// of the console itself is the operator's own.
func TestPinned(t *testing.T) {
	t.Parallel()
	fetched := regexp.MustCompile(`(?m)^\s*-?\s*(?:uses|image): (\S+)|^FROM (\S+)`)
	pinned := regexp.MustCompile(`^(\S+@[0-9a-f]{40}|\S+@sha256:[0-9a-f]{64}|scratch|\$\{CONSOLE_IMAGE\S*)$`)
	workflows := filesIn(t, "../../.github/workflows")
	found := 0
	for _, file := range append(workflows, "../../Dockerfile", filepath.Join(composeDir, "compose.yaml")) {
		for _, m := range fetched.FindAllStringSubmatch(read(t, file), -1) {
			found++
			if name := m[1] + m[2]; !pinned.MatchString(name) {
				t.Errorf("%s: %s is not named by digest", file, name)
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d actions and images, want those of two workflows, the Dockerfile and Compose", found)
	}
	for _, file := range workflows {
		text := read(t, file)
		if n := strings.Count(text, "actions/checkout@"); n == 0 || n != strings.Count(text, "persist-credentials: false") {
			t.Errorf("%s: a checkout keeps its token where later steps can read it", file)
		}
	}
}
