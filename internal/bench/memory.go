package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// measureMemory measures anonymous memory: idle after one page, and under a mix of all
// pages at several numbers of connections.
func (b *bench) measureMemory(ctx context.Context) error {
	if _, err := b.large.get(ctx, "/users", ""); err != nil || !b.wants("memory") {
		return err
	}
	time.Sleep(2 * time.Second) // until background work has ended
	idle := b.large.anonymous()
	b.results.add("memory, idle", "≤ 30 MB", megabytes(idle), idle <= 30e6)
	var requests [][]byte
	for _, t := range b.trials() {
		paths, err := t.paths(ctx, b.large)
		if err != nil {
			return err
		}
		if !t.api && !t.long {
			requests = append(requests, t.requests(b.large, paths[:min(len(paths), termsOfEach)], "")...)
		}
	}
	for _, n := range []int{1, 64, 1000} {
		if err := b.measurePeak(ctx, fmt.Sprintf("memory, all pages mixed, connections: %d", n), n, requests); err != nil {
			return err
		}
	}
	return nil
}

// measurePeak measures the memory that n connections take.
func (b *bench) measurePeak(ctx context.Context, name string, n int, requests [][]byte) error {
	var of map[string]figures
	var refused atomic.Int64
	peak, err := b.large.peakDuring(func() (err error) {
		of, err = compete(ctx, b.rounds, max(b.turn, 3*time.Second), rival{name, b.large.cpu, sendingBusy(b.large.address, n, requests, &refused)})
		return err
	})
	if err != nil {
		return err
	}
	limit, text := int64(60e6+n*32<<10), fmt.Sprintf("%s; %s", megabytes(peak), of[name])
	if n := refused.Load(); n > 0 {
		text += fmt.Sprintf("; %d waited too long: 503", n)
	}
	b.results.add(name, "≤ "+megabytes(limit), text, peak <= limit)
	return nil
}

// measureClients measures memory while a thousand clients of the API use a token each.
func (b *bench) measureClients(ctx context.Context) error {
	const name, clients = "memory, clients of the API: 1,000", 1000
	if !b.wants(name) {
		return nil
	}
	d, err := openWithin(ctx, b.large.database)
	if err != nil {
		return err
	}
	defer d.Close()
	secrets, err := d.issueTokens(ctx, each(b.large.people[:min(clients, len(b.large.people))], func(p person) users.ID { return p.id })...)
	if err != nil {
		return err
	}
	calls := each(secrets, func(secret string) []byte {
		return request(http.MethodGet, "/v1/users", "", "Host: "+b.large.address, "Authorization: Bearer "+secret)
	})
	return b.measurePeak(ctx, name, clients, calls)
}

// measureExports downloads the whole directory in each format.
func (b *bench) measureExports(ctx context.Context) error {
	for _, format := range []string{"csv", "jsonl"} {
		name := "export, " + format
		if !b.wants(name) {
			continue
		}
		before, began, rows := b.large.anonymous(), time.Now(), 0
		peak, err := b.large.peakDuring(func() (err error) {
			rows, err = b.large.export(ctx, format)
			return err
		})
		if err != nil {
			return err
		}
		rate, grown := float64(rows)/time.Since(began).Seconds(), peak-before
		b.results.add(name, "≥ 100,000 rows/s; memory grows ≤ 64 MB", fmt.Sprintf("%s rows, %s rows/s; %s", numbers.Grouped(rows), whole(rate), megabytes(grown)),
			rate >= 100_000 && grown <= 64e6)
	}
	return nil
}

// export downloads the directory and returns how many lines it has.
func (s *site) export(ctx context.Context, format string) (lines int, err error) {
	c, err := dial(ctx, s.address)
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	answer, err := c.send(request(http.MethodPost, "/users/export", "format="+format, "Host: "+s.address, s.session, "Sec-Fetch-Site: same-origin",
		"Content-Type: application/x-www-form-urlencoded", "Accept-Encoding: gzip"), http.StatusOK)
	if err != nil {
		return 0, err
	}
	body := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return 0, err
		}
	}
	part := make([]byte, 256<<10)
	for {
		n, err := body.Read(part)
		lines += bytes.Count(part[:n], []byte("\n"))
		if err == io.EOF {
			return lines, nil
		} else if err != nil {
			return lines, err
		}
	}
}
