package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// A rival does its work by turns with others.
type rival struct {
	name string
	cpu  func() time.Duration // processor time of the server so far; nil: not measured
	work func(ctx context.Context, d time.Duration) ([]time.Duration, error)
}

// figures are the results of one competitor: each is the median of its turns.
type figures struct {
	rate     float64 // a second
	p50, p99 time.Duration
	cpu      float64 // µs of the server for each request; 0 if not measured
}

func (f figures) String() string {
	text := fmt.Sprintf("%s/s; p50 %s, p99 %s", whole(f.rate), milliseconds(f.p50), milliseconds(f.p99))
	if f.cpu > 0 {
		text += "; CPU " + whole(f.cpu) + " µs"
	}
	return text
}

// compete has all rivals work for d by turns, so that other load on the machine falls on
// all of them. The first round warms up and does not count.
func compete(ctx context.Context, rounds int, d time.Duration, rivals ...rival) (map[string]figures, error) {
	turns := map[string][]figures{}
	for round := range rounds + 1 {
		for _, r := range rivals {
			length := d
			if round == 0 {
				length = d / 4
			}
			f, err := r.turn(ctx, length)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			if round > 0 {
				turns[r.name] = append(turns[r.name], f)
			}
		}
	}
	result := map[string]figures{}
	for name, all := range turns {
		result[name] = figures{
			rate: median(each(all, func(f figures) float64 { return f.rate })),
			p50:  median(each(all, func(f figures) time.Duration { return f.p50 })),
			p99:  median(each(all, func(f figures) time.Duration { return f.p99 })),
			cpu:  median(each(all, func(f figures) float64 { return f.cpu })),
		}
	}
	return result, nil
}

// turn has one rival work for d.
func (r rival) turn(ctx context.Context, d time.Duration) (f figures, err error) {
	cpu := r.cpu
	if cpu == nil {
		cpu = func() time.Duration { return 0 }
	}
	before, began := cpu(), time.Now()
	latencies, err := r.work(ctx, d)
	took, n := time.Since(began), len(latencies)
	if err != nil || n == 0 {
		return f, cmp.Or(err, fmt.Errorf("nothing was done in %s", d))
	}
	slices.Sort(latencies)
	return figures{float64(n) / took.Seconds(), latencies[n/2], latencies[n*99/100], float64((cpu() - before).Microseconds()) / float64(n)}, nil
}

// each returns what of returns for each of list.
func each[T, V any](list []T, of func(T) V) []V {
	values := make([]V, len(list))
	for i, one := range list {
		values[i] = of(one)
	}
	return values
}

// median returns the middle one of values.
func median[V cmp.Ordered](values []V) V {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// connections is how many connections open pages at the same time.
const connections = 16

// sending is the work of sending requests on n connections to address. Each connection
// begins with another request, so that no two in a row are the same.
func sending(address string, n int, requests [][]byte) func(context.Context, time.Duration) ([]time.Duration, error) {
	return sendingBusy(address, n, requests, nil)
}

// sendingBusy is sending that counts in refused what the server answers with 503, and connects
// again, as the server closes the connection.
func sendingBusy(address string, n int, requests [][]byte, refused *atomic.Int64) func(context.Context, time.Duration) ([]time.Duration, error) {
	return func(ctx context.Context, d time.Duration) ([]time.Duration, error) {
		clients := make([]*client, n)
		for i := range clients {
			c, err := dial(ctx, address)
			if err != nil {
				return nil, err
			}
			defer func() { clients[i].conn.Close() }()
			clients[i] = c
		}
		return repeat(ctx, d, n, func(i, round int) error {
			err := clients[i].do(requests[(i+round)%len(requests)])
			if busy, ok := errors.AsType[*statusError](err); !ok || busy.got != http.StatusServiceUnavailable || refused == nil {
				return err
			}
			refused.Add(1)
			clients[i].conn.Close()
			clients[i], err = dial(ctx, address)
			return err
		})
	}
}

// repeat does something over and over in n goroutines until d has passed, and returns how
// long it took each time.
func repeat(ctx context.Context, d time.Duration, n int, do func(i, round int) error) ([]time.Duration, error) {
	latencies := make([][]time.Duration, n)
	began := time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for i := range n {
		all.Go(func() error {
			for round, last := 0, began; ctx.Err() == nil && last.Sub(began) < d; round++ {
				if err := do(i, round); err != nil {
					return err
				}
				now := time.Now()
				latencies[i], last = append(latencies[i], now.Sub(last)), now
			}
			return ctx.Err()
		})
	}
	err := all.Wait()
	return slices.Concat(latencies...), err
}
