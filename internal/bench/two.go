package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// measureTwo has two consoles on one database compete with one of them, each with the
// same connections in all.
func measureTwo(ctx context.Context, b *bench) (err error) {
	second, err := serve(ctx, b.program, b.largeURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, second.stop()) }()
	both := func() time.Duration { return b.large.cpu() + second.cpu() }
	for _, kind := range []struct{ name, of string }{{"directory, first page", "first"}, {"detail", "detail"}} {
		paths := b.addresses[b.large][kind.of]
		of, err := compete(ctx, b.rounds, b.turn, []rival{
			{"one", b.large.cpu, opening(b.large, connections, paths), nil},
			{"two", both, openingAt([]string{b.large.address, second.address}, b.large.cookie, connections, paths), nil},
		})
		if err != nil {
			return err
		}
		one, two := of["one"], of["two"]
		more, costs := two.rate/one.rate, two.cpu/one.cpu
		b.others.add("two consoles on one database, "+kind.name, "≥ 1.6 × one; where cores are too few, the CPU of a request within 10 %",
			fmt.Sprintf("%s against %s a second: %.2f ×, on %d cores; CPU %.0f against %.0f µs a request: %.2f ×",
				rate(two.rate), rate(one.rate), more, runtime.NumCPU(), two.cpu, one.cpu, costs), yes(more >= 1.6 || costs <= 1.1))
	}
	return nil
}

// again is how often a search is repeated.
const again = 9

// measureLongest measures how long searches take that find a great many.
func measureLongest(ctx context.Context, b *bench) error {
	for _, term := range []string{"e", commonest(b.large.sample)} {
		n, first, err := hits(ctx, b.large, searchPath(term))
		if err != nil {
			return err
		}
		var later []time.Duration
		for range again {
			_, took, err := hits(ctx, b.large, searchPath(term))
			if err != nil {
				return err
			}
			later = append(later, took)
		}
		b.others.add(fmt.Sprintf("search for %q, which finds %s", term, numbers.Grouped(n)), "",
			fmt.Sprintf("%s the first time, then %s", milliseconds(first), milliseconds(median(later, func(d time.Duration) time.Duration { return d }))), "")
	}
	return nil
}

// longWords match words of names that one would search for.
var longWords = regexp.MustCompile(`[a-z]{5,}`)

// commonest returns the word that most names have.
func commonest(sample []person) string {
	of := map[string]int{}
	for _, p := range sample {
		for _, word := range longWords.FindAllString(strings.ToLower(p.name), -1) {
			of[word]++
		}
	}
	return slices.MaxFunc(slices.Sorted(maps.Keys(of)), func(a, b string) int { return cmp.Compare(of[a], of[b]) })
}
