package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine says on what the figures were taken, with the data in dir.
func machine(ctx context.Context, dir string) string {
	facts := []string{
		time.Now().UTC().Format(time.DateOnly),
		fmt.Sprintf("%d cores of %s", runtime.NumCPU(), fallback(fieldOf("/proc/cpuinfo", "model name"), runtime.GOARCH)),
	}
	memory, _, _ := strings.Cut(fieldOf("/proc/meminfo", "MemTotal"), " ")
	if kilobytes, err := strconv.ParseFloat(memory, 64); err == nil {
		facts = append(facts, fmt.Sprintf("%.0f GB of memory", kilobytes/1e6))
	}
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	kernel := strings.Join(strings.SplitN(string(release), ".", 3)[:2], ".")
	facts = append(facts, fallback(strings.TrimSpace("Linux "+kernel), runtime.GOOS), "data on "+filesystem(dir),
		strings.Replace(runtime.Version(), "go", "Go ", 1), "console "+revision(ctx))
	return strings.Join(facts, " · ")
}

// load returns how many programs want the processors, over the last minute.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	now, _, _ := strings.Cut(string(text), " ")
	return now
}

// fallback returns text, or other where there is none.
func fallback(text, other string) string {
	if text == "" || text == "Linux" {
		return other
	}
	return text
}

// fieldOf returns the first value of that name in a file of "name: value" lines.
func fieldOf(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// filesystem returns the kind of file system that a directory is on.
func filesystem(dir string) string {
	text, err := os.ReadFile("/proc/mounts")
	path, absErr := filepath.Abs(dir)
	if err != nil || absErr != nil {
		return "a disk"
	}
	longest, kind := "", "a disk"
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line) // device, where, kind
		if len(fields) < 3 || len(fields[1]) < len(longest) {
			continue
		}
		if path == fields[1] || strings.HasPrefix(path, strings.TrimSuffix(fields[1], "/")+"/") {
			longest, kind = fields[1], fields[2]
		}
	}
	return kind
}

// revision returns the version of the code that was measured.
func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--tags", "--always", "--dirty").Output()
	if err != nil {
		return "dev"
	}
	return strings.TrimSpace(string(out))
}
