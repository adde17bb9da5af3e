package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database/postgrestest"
	"github.com/roboto-ai/console/internal/numbers"
)

// A bench is what the measurements share.
type bench struct {
	options
	program      string
	server       *postgrestest.Server // nil on SQLite
	echo         string               // address of the bare Echo server
	large, small *site                // the directory that is measured, and the one that growth is measured from
	terms        []decade
	results      table
	machine      string // and its load before the run
}

// measure does what o asks for and returns the result in Markdown. Memory is measured
// first, before the caches of the console have filled.
func measure(ctx context.Context, o options) (text string, err error) {
	b := &bench{options: o, machine: machine(ctx)}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return "", err
	}
	for _, do := range []func(context.Context) error{b.measureMemory, b.measureWeight, b.measureTrials, b.measureEdits, b.measureClients, b.measureBatch, b.measureImport, b.measureExports} {
		if err := do(ctx); err != nil {
			return b.result(), err
		}
	}
	return b.result(), nil
}

// open builds the console, generates the data where there is none, measures how long the
// console takes to start, and starts what the measurements use.
func (b *bench) open(ctx context.Context) (err error) {
	logf("Building the console")
	if b.program, err = buildConsole(ctx, b.dir); err != nil {
		return err
	}
	smallURL, err := b.directory(ctx, b.options.small)
	if err != nil {
		return err
	}
	largeURL, err := b.directory(ctx, b.users)
	if err != nil {
		return err
	}
	if err := errors.Join(b.measureStart(ctx, b.options.small, smallURL), b.measureStart(ctx, b.users, largeURL)); err != nil {
		return err
	}
	if b.echo, err = startEcho(ctx); err != nil {
		return err
	}
	if b.small, err = openSite(ctx, b.program, smallURL); err != nil {
		return err
	}
	if b.large, err = openSite(ctx, b.program, largeURL); err != nil {
		return err
	}
	b.terms, err = chooseTerms(ctx, b.large, b.users)
	return err
}

// wants reports whether a row is to be measured, and logs that it is.
func (b *bench) wants(name string) bool {
	if !b.only.MatchString(name) {
		return false
	}
	logf("Measuring %s", name)
	return true
}

// measureStart measures the time from start to ready, the median of five.
func (b *bench) measureStart(ctx context.Context, users int, url string) error {
	name := "start to ready, " + numbers.Grouped(users) + " users"
	if !b.wants(name) {
		return nil
	}
	var all []time.Duration
	for range 5 {
		p, err := serve(ctx, b.program, url)
		if err != nil {
			return err
		}
		all = append(all, p.ready)
		if err := p.stop(); err != nil {
			return err
		}
	}
	took := median(all)
	b.results.add(name, "≤ 60 ms", milliseconds(took), took <= 60*time.Millisecond)
	return nil
}

// close stops what was started.
func (b *bench) close() error {
	var errs []error
	for _, s := range []*site{b.large, b.small} {
		if s != nil {
			errs = append(errs, s.stop())
		}
	}
	if b.server != nil {
		b.server.Remove()
	}
	return errors.Join(errs...)
}

// result returns the table, with the machine and the search terms.
func (b *bench) result() string {
	var terms []string
	for _, d := range b.terms {
		for _, t := range d.terms {
			terms = append(terms, t.String())
		}
	}
	return fmt.Sprintf("%s · %s\n\n%s users against %s; %d connections; the median of %d turns of %s each, by turns.\n\n%s\nSearch terms, with their hits: %s.\n",
		b.machine, b.engine, numbers.Grouped(b.users), numbers.Grouped(b.options.small), connections, b.rounds, b.turn, &b.results, strings.Join(terms, ", "))
}
