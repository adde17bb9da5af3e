package main

import (
	"context"
	"runtime"
	"runtime/debug"
)

// version and commit are set when a release is built, by the linker: see BUILD in the
// Makefile and internal/release.
var version, commit string

// unpaced is set by the linker, in programs that are built for measurements and storms: a
// person then makes changes without a pace. There is no setting for it.
var unpaced string

// version prints the version, the commit, and what it was built with and for.
func (p *program) version(context.Context, *config, []string) error {
	p.say("console %s (commit %s, %s, %s/%s)", versionText(), commitText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// versionText returns the version that was built in, or what Go knows of it.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// commitText returns the commit that was built in, or what Go knows of it.
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
