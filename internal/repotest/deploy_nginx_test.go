//go:build nginx

package repotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNginxReads has nginx test its example, without the certificate. `make docs-test` serves
// with it.
func TestNginxReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := regexp.MustCompile(`(?m)^\s*ssl_certificate(_key)? .*$`).ReplaceAllString(read(t, filepath.Join(proxyDir, "nginx.conf")), "")
	server = strings.ReplaceAll(server, " ssl http2", "")
	whole := "pid " + dir + "/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" + server + "}\n"
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "nginx", "-t", "-c", filepath.Join(dir, "nginx.conf"), "-e", "stderr").CombinedOutput(); err != nil {
		t.Errorf("nginx -t: %v\n%s", err, out)
	}
}
