// Command console is the user management console: `console serve` runs it for an
// organisation, `console demo` runs a whole one to try. `console help` lists the
// rest.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // so that time zones need nothing of the machine
)

// main runs the program with the arguments, the environment and the signals of the process.
func main() {
	setCollection()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &program{env: os.LookupEnv, environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr}
	err := p.command().Run(ctx, os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
	}
	os.Exit(exitStatus(err))
}

// run is the program with the given arguments, the first of which is its name.
// It returns when its work is done, or when ctx is done and the requests in flight have been
// answered. A mistake in the command line or the settings is a [*usageError].
func run(ctx context.Context, args []string, env lookup, stdout, stderr io.Writer) error {
	p := &program{env: env, stdout: stdout, stderr: stderr}
	return p.command().Run(ctx, args)
}

// A program holds what all commands share: the environment, and where they write.
type program struct {
	env     lookup
	environ []string // the environment as "name=value", for unknownVariables
	stdout  io.Writer
	stderr  io.Writer
}

// say prints a line on standard output. It ignores errors: the program goes on if the reader of
// its output has gone.
func (p *program) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdout, format+"\n", args...)
}
