// Package filetest is what tests do to database files behind the back of the code under
// test: it damages them, and uses them from other processes, which may be killed. It does
// not import the database, so that its internal tests can use it.
package filetest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// variable is the environment variable that makes a child process of the test program: it
// holds the name of a function of [Main] and its arguments.
const variable = "DATABASE_TEST_CHILD"

// Main runs the tests, or in a child process the function that the child was started for.
func Main(m *testing.M, functions map[string]func(args []string) error) {
	words := strings.Fields(os.Getenv(variable))
	if len(words) == 0 {
		os.Exit(m.Run())
	}
	if err := functions[words[0]](words[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Child returns a child process that is to run a function of [Main] with arguments.
func Child(tb testing.TB, function string, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+strings.Join(append([]string{function}, args...), " "))
	return cmd
}

// Kill kills the process, as kill -9 does.
func Kill() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// KillAt returns a function that kills the process when it is called with that step.
func KillAt(step string) func(string) {
	return func(name string) {
		if name == step {
			Kill()
		}
	}
}

// RunKilled runs a child that is to kill itself.
func RunKilled(tb testing.TB, function string, args ...string) {
	tb.Helper()
	out, err := Child(tb, function, args...).CombinedOutput()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		tb.Fatalf("%s %v: got %v, want it to be killed; it said:\n%s", function, args, err, out)
	}
}

// Wait is for the function of a child that [Start] has started: it reports that the child
// is ready, and waits until it is to end.
func Wait() error {
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// Start starts a child and waits until it is ready. The function returned ends it.
func Start(tb testing.TB, function string, args ...string) (end func()) {
	tb.Helper()
	cmd := Child(tb, function, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = cmd.Process.Kill() }) // if it was not ended
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		tb.Fatalf("%s %v: it said %q, %v", function, args, line, err)
	}
	return func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			tb.Errorf("%s %v: %v", function, args, err)
		}
	}
}
