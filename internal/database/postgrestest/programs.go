package postgrestest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Directory is the environment variable for the directory of PostgreSQL's programs. The default
// is the newest version of Debian's.
const Directory = "CONSOLE_TEST_POSTGRES"

// A program is a program of PostgreSQL with its arguments.
type program struct {
	path string
	args []string
}

// command returns the program of that name.
func command(name string, args ...string) program {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(dirs)
	if dir := os.Getenv(Directory); dir != "" {
		dirs = []string{dir}
	}
	if len(dirs) == 0 {
		return program{name, args} // from PATH
	}
	return program{filepath.Join(dirs[len(dirs)-1], name), args}
}

// run runs the program as the user who runs servers.
func (p program) run() error {
	c := exec.Command(p.path, p.args...)
	c.Dir, c.SysProcAttr = "/", attributes()
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(p.path), err, out)
	}
	return nil
}

// Run runs one of PostgreSQL's programs, such as pg_dump, as the user who runs servers.
func Run(name string, args ...string) error { return command(name, args...).run() }

// statusOf returns the words after a name in a process's status.
func statusOf(text []byte, name string) []string {
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.Fields(value)
		}
	}
	return nil
}
