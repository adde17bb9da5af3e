package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// A rival is one of those that a trial has do their work in turn.
type rival struct {
	name   string
	cpu    func() time.Duration // processor time of what answers; nil: not counted
	run    func(ctx context.Context, d time.Duration) (sample, error)
	server func() time.Duration // processor time of the server of the database; nil: not counted
}

// A sample is what came of one turn.
type sample struct {
	took      time.Duration
	latencies []time.Duration
}

// Figures are what a rival comes to: of each the median over the rounds.
type figures struct {
	rate     float64 // a second
	p50, p99 time.Duration
	cpu      float64 // µs of what answers for each request; 0 if it is not known
	server   float64 // the same of the server of the database
}

// compete has all rivals work for d in turn, round after round, so that whatever
// the machine does meanwhile it does to all of them.
func compete(ctx context.Context, rounds int, d time.Duration, rivals []rival) (map[string]figures, error) {
	all := map[string][]figures{}
	for round := range rounds + 1 {
		for _, r := range rivals {
			length := d
			if round == 0 { // to warm up
				length = d / 4
			}
			f, err := r.turn(ctx, length)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			if round > 0 {
				all[r.name] = append(all[r.name], f)
			}
		}
	}
	result := map[string]figures{}
	for name, list := range all {
		result[name] = medians(list)
	}
	return result, nil
}

// turn has one rival work for d.
func (r rival) turn(ctx context.Context, d time.Duration) (figures, error) {
	before, beforeServer := spent(r.cpu), spent(r.server)
	s, err := r.run(ctx, d)
	if err != nil {
		return figures{}, err
	}
	n := len(s.latencies)
	if n == 0 {
		return figures{}, fmt.Errorf("nothing was done in %s", d)
	}
	slices.Sort(s.latencies)
	return figures{
		rate: float64(n) / s.took.Seconds(),
		p50:  s.latencies[n/2],
		p99:  s.latencies[min(n*99/100, n-1)],
		cpu:  float64((spent(r.cpu) - before).Microseconds()) / float64(n),

		server: float64((spent(r.server) - beforeServer).Microseconds()) / float64(n),
	}, nil
}

// spent returns processor time, none where it is not counted.
func spent(cpu func() time.Duration) time.Duration {
	if cpu == nil {
		return 0
	}
	return cpu()
}

// medians returns the median of each figure.
func medians(list []figures) figures {
	return figures{
		rate: median(list, func(f figures) float64 { return f.rate }),
		p50:  median(list, func(f figures) time.Duration { return f.p50 }),
		p99:  median(list, func(f figures) time.Duration { return f.p99 }),
		cpu:  median(list, func(f figures) float64 { return f.cpu }),

		server: median(list, func(f figures) float64 { return f.server }),
	}
}

// median returns the middle one of what of returns for each of list.
func median[T any, N int64 | float64 | time.Duration](list []T, of func(T) N) N {
	values := make([]N, len(list))
	for i, one := range list {
		values[i] = of(one)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// opening returns the work of opening pages of a site, over and over, on so many
// connections. Each connection begins at another one of paths, so that no answer
// is asked for twice in a row.
func opening(s *site, connections int, paths []string) func(context.Context, time.Duration) (sample, error) {
	return openingAt([]string{s.address}, s.cookie, connections, paths)
}

// openingAt is opening at several addresses, with a share of the connections to each.
func openingAt(addresses []string, cookie string, connections int, paths []string) func(context.Context, time.Duration) (sample, error) {
	requests := make([][]byte, len(paths))
	for i, path := range paths {
		requests[i] = getRequest(addresses[0], path, cookie)
	}
	return sending(addresses, connections, requests)
}

// together sends requests on all wires at once until d has passed.
func together(ctx context.Context, d time.Duration, wires []*wire, requests [][]byte) (sample, error) {
	return atOnce(ctx, d, len(wires), func(_ context.Context, i, turn int) error {
		return wires[i].do(requests[(i+turn)%len(requests)], 200)
	})
}

// atOnce does something n times at once, over and over, until d has passed.
func atOnce(ctx context.Context, d time.Duration, n int, do func(ctx context.Context, i, turn int) error) (sample, error) {
	each := make([][]time.Duration, n)
	began := time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for i := range n {
		all.Go(func() (err error) {
			each[i], err = repeat(ctx, began.Add(d), func(turn int) error { return do(ctx, i, turn) })
			return err
		})
	}
	err := all.Wait()
	return sample{time.Since(began), slices.Concat(each...)}, err
}

// repeat does something until then, and returns how long it took each time.
func repeat(ctx context.Context, until time.Time, do func(turn int) error) ([]time.Duration, error) {
	var latencies []time.Duration
	for turn := 0; ctx.Err() == nil; turn++ {
		began := time.Now()
		if began.After(until) {
			return latencies, nil
		}
		if err := do(turn); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(began))
	}
	return nil, ctx.Err()
}

// alone is the work of one who does something over and over.
func alone(do func(turn int) error) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, d time.Duration) (sample, error) {
		began := time.Now()
		latencies, err := repeat(ctx, began.Add(d), do)
		return sample{time.Since(began), latencies}, err
	}
}
