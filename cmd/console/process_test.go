package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asProgram makes the test program the console: its arguments are then the console's.
const asProgram = "CONSOLE_TEST_AS_PROGRAM"

func init() {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram)
		main()
	}
}

// process returns the console as a process of its own, which is not started.
func process(args ...string) *exec.Cmd { return processWith(asProgram+"=1", args...) }

// processWith is process for a console with a variable, which makes the test program
// one.
func processWith(variable string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), variable)
	return cmd
}

// processSays runs the console as a process of its own, which must succeed, and
// returns what it says.
func processSays(t *testing.T, args ...string) string {
	t.Helper()
	out, err := process(args...).CombinedOutput()
	if err != nil {
		t.Errorf("console %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
