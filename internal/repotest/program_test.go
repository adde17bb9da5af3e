package repotest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// program returns the path of the console's program as it is released, version 1.2.3, built
// once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../../bin/repotest/console")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=1.2.3", "-o", path, "../../cmd/console")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the console: %w\n%s", err, out)
	}
	return path, nil
})

// consoleCommand returns the program with arguments and an empty environment.
func consoleCommand(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{}
	return cmd
}

// help returns the help text of a command, of the program as a whole without arguments.
func help(t *testing.T, command ...string) string {
	t.Helper()
	out, err := consoleCommand(t.Context(), t, append(command, "--help")...).CombinedOutput()
	if err != nil {
		t.Fatalf("console %s --help: %v\n%s", strings.Join(command, " "), err, out)
	}
	return string(out)
}

var (
	subcommand  = regexp.MustCompile(`(?m)^   ([a-z-]+) {2,}\S`)
	settingLine = regexp.MustCompile(`(?m)^ +--([a-z-]+) (.*)\[\$(CONSOLE_[A-Z_]+)\]$`)
	withDefault = regexp.MustCompile(`\(default: ([^)]*)\)`)
)

// subcommands returns the names of the commands that a help text lists.
func subcommands(help string) []string {
	_, list, _ := strings.Cut(help, "\nCOMMANDS:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var names []string
	for _, c := range subcommand.FindAllStringSubmatch(list, -1) {
		names = append(names, c[1])
	}
	return names
}

// A setting is a setting of a command as its help shows it.
type setting struct {
	fallback string // empty: none
	required bool
	files    bool // may be in a file, which CONSOLE_…_FILE names
	variable string
}

// settings returns the settings in a help text, by name.
func settings(help string) map[string]setting {
	all := map[string]setting{}
	for _, line := range settingLine.FindAllStringSubmatch(help, -1) {
		s := setting{variable: line[3], required: strings.Contains(line[2], "(required)"), files: strings.Contains(line[2], line[3]+"_FILE names")}
		if d := withDefault.FindStringSubmatch(line[2]); d != nil {
			s.fallback = d[1]
		}
		all[line[1]] = s
	}
	return all
}

// variables returns the environment variables that the program reads, of a command and the
// commands below it.
func variables(t *testing.T, command ...string) []string {
	t.Helper()
	text := help(t, command...)
	var names []string
	for _, s := range settings(text) {
		names = append(names, s.variable)
		if s.files {
			names = append(names, s.variable+"_FILE")
		}
	}
	for _, c := range subcommands(text) {
		names = append(names, variables(t, append(slices.Clone(command), c)...)...)
	}
	return names
}

// defaultDrain returns how long the console drains by default.
func defaultDrain(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(settings(help(t, "serve"))["drain"].fallback)
	if err != nil {
		t.Fatal("console serve --help shows no default of --drain: ", err)
	}
	return d
}
