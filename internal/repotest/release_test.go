package repotest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestRelease checks the program as it is released: its size, its version, its exit status and
// that it stops on a signal.
func TestRelease(t *testing.T) {
	t.Parallel()
	program, err := program()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is small", func(t *testing.T) { isSmall(t, program) })
	t.Run("knows its version", func(t *testing.T) { knowsItsVersion(t, program) })
	t.Run("stops when told to", func(t *testing.T) { stopsWhenTold(t, program) })
	t.Run("says its mistakes", func(t *testing.T) { saysMistakes(t, program) })
}

// isSmall checks the size of a download. The linker keeps every exported method in it,
// because two dependencies call methods by names that it cannot know: html/template, for the
// response mode form_post of the demo's provider (zitadel/oidc), and go-deepcopy in excelize.
// Without both, and with the build tags urfave_cli_no_template and grpcnotrace, it would be
// some 5 MB smaller; the tags alone save 0.1 MB. Reading workbooks takes 1.5 MB of it.
func isSmall(t *testing.T, program string) {
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	const limit = 42_000_000
	if info.Size() > limit {
		t.Errorf("the program has %d bytes, want at most %d", info.Size(), limit)
	}
}

// knowsItsVersion checks that the linker sets the version.
func knowsItsVersion(t *testing.T, program string) {
	out, err := exec.CommandContext(t.Context(), program, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "console 1.2.3 ") {
		t.Errorf("version: got %q, %v", out, err)
	}
}

// stopsWhenTold checks that the program stops on SIGTERM, without an error.
func stopsWhenTold(t *testing.T, program string) {
	cmd := exec.CommandContext(t.Context(), program, "serve", "--listen", "127.0.0.1:0", "--drain", "0s",
		"--database", databasetest.URL(t), "--owners", "owner@example.com", "--base-url", "https://console.example.com",
		"--oidc-issuer", "https://id.example.com", "--oidc-client-id", "console")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("it printed nothing: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v, want exit status 0", err)
	}
}

// saysMistakes checks the exit status for mistakes in the settings.
func saysMistakes(t *testing.T, program string) {
	cmd := exec.CommandContext(t.Context(), program, "serve", "--listen", "x")
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != 2 || !strings.Contains(string(out), "there are 4 mistakes") {
		t.Errorf("got status %d (%v) and\n%s\nwant 2 and four mistakes", got, err, out)
	}
}
