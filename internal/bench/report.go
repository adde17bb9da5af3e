package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// A table is the result in Markdown.
type table struct{ rows strings.Builder }

// add adds a row. One without a goal is neither reached nor missed.
func (t *table) add(what, goal, measured string, reached bool) {
	mark := "yes"
	if goal == "" {
		mark = ""
	} else if !reached {
		mark = "**no**"
	}
	fmt.Fprintf(&t.rows, "| %s | %s | %s | %s |\n", what, goal, measured, mark)
}

func (t *table) String() string {
	return "| what | goal | measured | reached |\n|---|---|---|---|\n" + t.rows.String()
}

// beginMarks are the lines in a document after which the result of each engine stands, up
// to endMark.
var beginMarks = map[string]string{
	"sqlite":   "<!-- Written by make bench; below this line until the next mark. -->\n",
	"postgres": "<!-- Written by make bench with -engine postgres; below this line until the next mark. -->\n",
}

const endMark = "<!-- Up to here. -->\n"

// writeTo writes text between the marks of an engine in the document at path.
func writeTo(path, engine, text string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(document), beginMarks[engine])
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		return errors.New(path + " has no marks to write between")
	}
	return os.WriteFile(path, []byte(before+beginMarks[engine]+"\n"+strings.TrimSpace(text)+"\n\n"+endMark+after), 0o644)
}

// whole formats a figure without decimals.
func whole(f float64) string { return numbers.Grouped(int(f + 0.5)) }

// milliseconds formats a duration, with three digits where it is short.
func milliseconds(d time.Duration) string {
	decimals := 2
	for limit := 10 * time.Millisecond; d >= limit && decimals > 0; limit *= 10 {
		decimals--
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', decimals, 64) + " ms"
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1024) }

// machine describes what is measured and where, with the load average of the last minute.
func machine(ctx context.Context) string {
	version, _ := exec.CommandContext(ctx, "git", "describe", "--tags", "--always", "--dirty").Output()
	memory, _, _ := strings.Cut(fieldOf("/proc/meminfo", "MemTotal"), " ")
	kilobytes, _ := strconv.ParseFloat(memory, 64)
	load, _ := os.ReadFile("/proc/loadavg")
	before, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s · %d cores of %s, load %s · %.0f GB of memory · Go %s · console %s", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(),
		fieldOf("/proc/cpuinfo", "model name"), before, kilobytes/1e6, strings.TrimPrefix(runtime.Version(), "go"), strings.TrimSpace(string(version)))
}

// fieldOf returns the first value of that name in a file of lines "name: value", empty
// where there is none.
func fieldOf(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
