package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// A bench is what the trials share.
type bench struct {
	options
	program  string
	postgres *server // nil on SQLite

	largeURL, smallURL string
	large, small       *site  // the directory that is measured, and the one that growth is measured from
	echo               *site  // the bare server
	copied             string // path of a copy of the large one, for bare statements to write to
	addresses          map[*site]addresses
	notes              []string
	load               string // of the machine before anything was started

	pages, bares, growth, others table
}

// newBench returns a bench with empty tables.
func newBench(o options) *bench {
	b := &bench{options: o, addresses: map[*site]addresses{}, load: load()}
	b.pages.head = []string{"page", "goal", "A, requests/s", "B, requests/s", "B / A", "p50, A / B", "p99, A / B", "CPU µs, A / B", "bare Echo, requests/s", "KB", "reached"}
	b.bares.head = []string{"page", "goal", "S, a second", "B, requests/s", "B / S", "p50, S / B", "p99, S / B", "CPU µs of S: pgx + PostgreSQL", "CPU µs of B: console + PostgreSQL", "ratio of CPU", "statements", "reached"}
	b.growth.head = []string{"page", "goal", "CPU µs at " + numbers.Grouped(o.small), "at " + numbers.Grouped(o.users), "ratio", "p50 at " + numbers.Grouped(o.small), "at " + numbers.Grouped(o.users), "ratio", "reached"}
	b.others.head = []string{"what", "goal", "measured", "reached"}
	return b
}

// measure measures all that o asks for and returns the result in Markdown.
func measure(ctx context.Context, o options) (text string, err error) {
	b := newBench(o)
	say("Building the console")
	if b.program, err = buildConsole(ctx, o.dir); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	prepare := b.prepareFiles
	if b.onPostgres() {
		prepare = b.preparePostgres
	}
	if err := prepare(ctx); err != nil {
		return "", err
	}
	if err := b.measureStarts(ctx); err != nil {
		return "", err
	}
	if err := b.open(ctx); err != nil {
		return "", err
	}
	err = b.trials(ctx)
	return b.result(ctx), err
}

// prepareFiles makes the SQLite files that are measured, where there are none.
func (b *bench) prepareFiles(ctx context.Context) error {
	large, err := makeDatabase(ctx, b.program, b.dir, b.users)
	if err != nil {
		return err
	}
	small, err := makeDatabase(ctx, b.program, b.dir, b.options.small)
	if err != nil {
		return err
	}
	b.largeURL, b.smallURL = "sqlite:"+large, "sqlite:"+small
	if !b.wants("edit") && !b.wants("api") {
		return nil
	}
	b.copied = filepath.Join(b.dir, "copy.db")
	return copyFile(large, b.copied)
}

// wants reports whether a trial is to be made.
func (b *bench) wants(name string) bool { return b.only.MatchString(name) }

// measureStarts measures how long the console takes to be ready.
func (b *bench) measureStarts(ctx context.Context) error {
	if !b.wants("start") {
		return nil
	}
	say("Starting the console, again and again")
	for _, d := range []struct {
		url   string
		users int
	}{{b.smallURL, b.options.small}, {b.largeURL, b.users}} {
		took, err := startTimes(ctx, b.program, d.url)
		if err != nil {
			return err
		}
		b.others.add("start to ready, "+numbers.Grouped(d.users)+" users", "< 100 ms", milliseconds(took), yes(took < 100*time.Millisecond))
	}
	return nil
}

// open starts the consoles and the bare server, and finds what to open there.
func (b *bench) open(ctx context.Context) (err error) {
	if b.echo, err = startBare(ctx); err != nil {
		return err
	}
	if b.large, err = open(ctx, b.program, b.largeURL); err != nil {
		return err
	}
	if err := b.measureIdle(ctx); err != nil {
		return err
	}
	if b.small, err = open(ctx, b.program, b.smallURL); err != nil {
		return err
	}
	for _, s := range []*site{b.large, b.small} {
		say("Looking around at http://%s", s.address)
		var words string
		if b.addresses[s], words, err = explore(ctx, s); err != nil {
			return err
		}
		if s == b.large {
			b.notes = append(b.notes, "What was opened: "+words+".")
		}
	}
	return nil
}

// measureIdle measures the memory of a console that has answered one page and has
// nothing to do.
func (b *bench) measureIdle(ctx context.Context) error {
	if _, err := b.large.get(ctx, "/users"); err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // to come to rest
	if idle, known := b.large.anonymous(); known && b.wants("memory") {
		b.others.add("memory of its own (RssAnon), idle", "< 30 MB", megabytes(idle), yes(idle < 30e6))
	}
	return nil
}

// A trial is one beside those of the pages.
type trial struct {
	name    string
	measure func(context.Context, *bench) error
}

// trials makes the trials. Those of the pages are the load under which memory is
// measured.
func (b *bench) trials(ctx context.Context) error {
	most := b.large.watch()
	for _, p := range pages {
		if !b.wants(p.name) {
			continue
		}
		say("Measuring: %s", p.name)
		measure := p.measure
		if b.onPostgres() {
			measure = p.measureBare
		}
		if err := measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if peak := most(); peak > 0 && b.wants("memory") {
		b.others.add("memory of its own, the most under that load", "< 60 MB", megabytes(peak), yes(peak < 60e6))
	}
	others := []trial{{"audit", measureAudit}, {"edit", measureEdits}, {"api", measureAPI}, {"crowd", measureCrowd}, {"export", measureExports}}
	if b.onPostgres() {
		others = []trial{{"audit", measureAudit}, {"edit", measureEditsBare}, {"two", measureTwo}, {"longest", measureLongest}, {"api", measureAPI}, {"crowd", measureCrowd}, {"export", measureExports}}
	}
	for _, t := range others {
		if !b.wants(t.name) {
			continue
		}
		say("Measuring: %s", t.name)
		if err := t.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// close ends what was started and deletes what was copied.
func (b *bench) close() error {
	var errs []error
	for _, s := range []*site{b.large, b.small, b.echo} {
		if s != nil {
			errs = append(errs, s.stop())
		}
	}
	if b.copied != "" { // of which nothing is left where its trial was made
		for _, tail := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(b.copied + tail)
		}
	}
	return errors.Join(append(errs, b.postgres.close())...)
}

// result returns the tables and what they were measured on.
func (b *bench) result(ctx context.Context) string {
	settings := fmt.Sprintf("%s users against %s; %d connections; the median of %d turns of %s each, by turns; load of the machine before: %s.",
		numbers.Grouped(b.users), numbers.Grouped(b.options.small), connections, b.rounds, b.turn, b.load)
	parts := []string{machine(ctx, b.dir), settings}
	if b.onPostgres() {
		parts = []string{machine(ctx, b.dir) + " · " + b.postgres.words, settings}
	}
	for _, t := range []table{b.pages, b.bares, b.growth, b.others} {
		if text := t.String(); text != "" {
			parts = append(parts, strings.TrimSpace(text))
		}
	}
	return strings.Join(append(parts, b.notes...), "\n\n") + "\n"
}
