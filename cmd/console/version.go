package main

import (
	"context"
	"runtime"
	"runtime/debug"
)

// version and commit are set by the linker in a release: see BUILD in the Makefile and
// internal/release.
var version, commit string

// unpaced is set by the linker in programs that are built for measurements and load tests. It
// turns off the rate limit of changes by one person. There is no setting for it.
var unpaced string

// version prints the version, the commit, the version of Go and the platform.
func (p *program) version(context.Context, *config, []string) error {
	p.say("console %s (commit %s, %s, %s/%s)", versionText(), commitText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// versionText returns the version that the linker set, else that of the main module.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// commitText returns the commit that the linker set, else that of Go's build information.
func commitText() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
