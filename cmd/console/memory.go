package main

import (
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
)

// memoryShare is the share of a memory limit that the Go runtime may use. The rest is for
// SQLite's page cache and other memory outside the heap.
const memoryShare = 0.8

// GOGC: how much garbage may gather before it is collected, in percent of the live heap.
// With few connections that heap is small and a page leaves more garbage than it: at
// GOGC=100, collecting took a sixth of a page's time. Many connections hold much memory, of
// which such a share would exceed 32 KiB for each. A percentage, unlike a memory limit,
// cannot make the runtime collect without end.
const (
	gcPercent        = 250
	gcPercentCrowded = 45
)

// crowds counts what holds much memory at the moment: many connections, and each import that is
// being read.
var crowds atomic.Int32

// collectFor sets GOGC at the begin or the end of what holds much memory.
func collectFor(begins bool) {
	if begins {
		crowds.Add(1)
	} else {
		crowds.Add(-1)
	}
	setCollection()
}

// setCollection sets GOGC. The environment variable wins.
func setCollection() {
	if _, given := os.LookupEnv("GOGC"); given {
		return
	}
	if crowds.Load() > 0 {
		debug.SetGCPercent(gcPercentCrowded)
	} else {
		debug.SetGCPercent(gcPercent)
	}
}

// limitMemory sets GOMEMLIMIT from the memory limit of the control group, which containers and
// systemd set. The environment variable wins.
func limitMemory(log *slog.Logger) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := groupMemory(os.DirFS("/"))
	if limit == 0 {
		return
	}
	debug.SetMemoryLimit(int64(memoryShare * float64(limit)))
	log.Info("memory limit", "group", limit, "runtime", int64(memoryShare*float64(limit)))
}

// groupMemory returns the lowest memory limit in bytes of the control group of this process and
// its parents, 0 if there is none. root is the root of the file system. It reads cgroup v2
// (memory.max) and v1 (memory.limit_in_bytes).
func groupMemory(root fs.FS) int64 {
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0 // not on Linux
	}
	lowest := int64(math.MaxInt64)
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy, controllers, path: cgroups(7)
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[0] == "0" && parts[1] == "":
			lowest = min(lowest, lowestLimit(root, "sys/fs/cgroup", parts[2], "memory.max"))
		case strings.Contains(","+parts[1]+",", ",memory,"):
			lowest = min(lowest, lowestLimit(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	if lowest >= 1<<60 { // v1 writes a number of about 2^63 for no limit
		return 0
	}
	return lowest
}

// lowestLimit returns the lowest limit of a group and its parents. In a container the path of
// the group may not exist: the limit is then at the mount itself.
func lowestLimit(root fs.FS, mount, group, file string) int64 {
	lowest := int64(math.MaxInt64)
	for at := path.Clean("/" + group); ; at = path.Dir(at) {
		text, err := fs.ReadFile(root, path.Join(mount, at, file))
		if err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				lowest = min(lowest, n)
			}
		}
		if at == "/" {
			return lowest
		}
	}
}
