package main

import (
	"testing"
	"testing/fstest"
)

func TestGroupMemory(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	tests := map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"no control groups": {fstest.MapFS{}, 0},
		"version 2":         {fstest.MapFS{"proc/self/cgroup": file("0::/console.service\n"), "sys/fs/cgroup/console.service/memory.max": file("134217728\n")}, 128 << 20},
		"version 2, no limit": {fstest.MapFS{
			"proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("max\n"),
		}, 0},
		"version 2, a lower limit around it": {fstest.MapFS{
			"proc/self/cgroup":           file("0::/a/b\n"),
			"sys/fs/cgroup/a/memory.max": file("1000000\n"), "sys/fs/cgroup/a/b/memory.max": file("2000000\n"),
		}, 1000000},
		"version 2, in a container": {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("67108864\n")}, 64 << 20},
		"version 2, with the path of the host": {fstest.MapFS{
			"proc/self/cgroup": file("0::/../../pods/x\n"), "sys/fs/cgroup/memory.max": file("67108864\n"),
		}, 64 << 20},
		"version 1": {fstest.MapFS{
			"proc/self/cgroup": file("9:cpu,cpuacct:/x\n4:memory:/docker/abc\n"), "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": file("268435456\n"),
		}, 256 << 20},
		"version 1, in a container": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/docker/abc\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("268435456\n"),
		}, 256 << 20},
		"version 1, no limit": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, 0},
		"both versions": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/a\n0::/a\n"), "sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("5000000\n"),
		}, 5000000},
		"what is no number": {fstest.MapFS{"proc/self/cgroup": file("0::/\nx\n"), "sys/fs/cgroup/memory.max": file("plenty\n")}, 0},
	}
	for name, test := range tests {
		if got := groupMemory(test.files); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}
