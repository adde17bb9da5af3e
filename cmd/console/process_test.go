package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asProgram is the environment variable that makes the test binary the console.
const asProgram = "CONSOLE_TEST_AS_PROGRAM"

func init() {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram)
		main()
	}
}

// process returns a command that runs the console.
func process(args ...string) *exec.Cmd { return processWith(asProgram+"=1", args...) }

// processWith is process with another variable that makes the test binary the console.
func processWith(variable string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), variable)
	return cmd
}

// processSays runs the console as a process, which must succeed, and returns its output.
func processSays(t *testing.T, args ...string) string {
	t.Helper()
	out, err := process(args...).CombinedOutput()
	if err != nil {
		t.Errorf("console %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
