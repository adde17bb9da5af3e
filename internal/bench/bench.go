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
	program      string
	large, small *site // the directory that is measured, and the one that growth is measured from
	echo         *site // the bare server
	copied       string
	addresses    map[*site]addresses
	notes        []string

	pages, growth, others table
}

// newBench returns a bench with empty tables.
func newBench(o options) *bench {
	b := &bench{options: o, addresses: map[*site]addresses{}}
	b.pages.head = []string{"page", "goal", "A, requests/s", "B, requests/s", "B / A", "p50, A / B", "p99, A / B", "CPU µs, A / B", "bare Echo, requests/s", "KB", "reached"}
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
	large, err := makeDatabase(ctx, b.program, o.dir, o.users)
	if err != nil {
		return "", err
	}
	small, err := makeDatabase(ctx, b.program, o.dir, o.small)
	if err != nil {
		return "", err
	}
	if err := b.measureStarts(ctx, large, small); err != nil {
		return "", err
	}
	if b.wants("edit") {
		b.copied = filepath.Join(o.dir, "copy.db")
		if err := copyFile(large, b.copied); err != nil {
			return "", err
		}
	}
	if err := b.open(ctx, large, small); err != nil {
		return "", errors.Join(err, b.close())
	}
	err = errors.Join(b.trials(ctx), b.close())
	return b.result(ctx), err
}

// wants reports whether a trial is to be made.
func (b *bench) wants(name string) bool { return b.only.MatchString(name) }

// measureStarts measures how long the console takes to be ready.
func (b *bench) measureStarts(ctx context.Context, large, small string) error {
	if !b.wants("start") {
		return nil
	}
	say("Starting the console, again and again")
	for _, d := range []struct {
		path  string
		users int
	}{{small, b.options.small}, {large, b.users}} {
		took, err := startTimes(ctx, b.program, d.path)
		if err != nil {
			return err
		}
		b.others.add("start to ready, "+numbers.Grouped(d.users)+" users", "< 100 ms", milliseconds(took), yes(took < 100*time.Millisecond))
	}
	return nil
}

// open starts the consoles and the bare server, and finds what to open there.
func (b *bench) open(ctx context.Context, large, small string) (err error) {
	if b.echo, err = startBare(ctx); err != nil {
		return err
	}
	if b.large, err = open(ctx, b.program, large); err != nil {
		return err
	}
	if err := b.measureIdle(ctx); err != nil {
		return err
	}
	if b.small, err = open(ctx, b.program, small); err != nil {
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

// trials makes the trials. Those of the pages are the load under which memory is
// measured.
func (b *bench) trials(ctx context.Context) error {
	most := b.large.watch()
	for _, p := range pages {
		if !b.wants(p.name) {
			continue
		}
		say("Measuring: %s", p.name)
		if err := p.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if peak := most(); peak > 0 && b.wants("memory") {
		b.others.add("memory of its own, the most under that load", "< 60 MB", megabytes(peak), yes(peak < 60e6))
	}
	for _, t := range []struct {
		name    string
		measure func(context.Context, *bench) error
	}{{"edit", measureEdits}, {"export", measureExports}} {
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
	return errors.Join(errs...)
}

// result returns the tables and what they were measured on.
func (b *bench) result(ctx context.Context) string {
	settings := fmt.Sprintf("%s users against %s; %d connections; the median of %d turns of %s each, by turns.",
		numbers.Grouped(b.users), numbers.Grouped(b.options.small), connections, b.rounds, b.turn)
	parts := []string{machine(ctx, b.dir), settings}
	for _, t := range []table{b.pages, b.growth, b.others} {
		if text := t.String(); text != "" {
			parts = append(parts, strings.TrimSpace(text))
		}
	}
	return strings.Join(append(parts, b.notes...), "\n\n") + "\n"
}
