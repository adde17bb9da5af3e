package main

import (
	"context"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built, by the linker: see BUILD in the Makefile.
var version string

// version prints the version and what it was built for.
func (p *program) version(context.Context, *config, []string) error {
	p.say("console %s (%s, %s/%s)", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
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
