package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
)

// measureExports downloads the whole directory, in each format, as a browser does.
func measureExports(ctx context.Context, b *bench) error {
	for _, format := range []string{"csv", "jsonl"} {
		before, _ := b.large.anonymous()
		most := b.large.watch()
		rows, took, err := export(ctx, b.large, format)
		peak := most()
		grown := peak - before
		if err != nil {
			return err
		}
		if rows < 0 {
			b.others.add("export", "≥ 100,000 rows a second", "not measured: the console has no export", "")
			return nil
		}
		perSecond := float64(rows) / took.Seconds()
		b.others.add("export of "+numbers.Grouped(rows)+" rows, "+format, "≥ 100,000 rows a second, < 64 MB more memory",
			fmt.Sprintf("%s rows a second in %.1f s, %s more, %s at most", rate(perSecond), took.Seconds(), megabytes(grown), megabytes(peak)), yes(perSecond >= 100_000 && grown < 64e6))
	}
	return nil
}

// export downloads the directory in a format and returns how many lines it has,
// -1 if the console has no export.
func export(ctx context.Context, s *site, format string) (lines int, took time.Duration, err error) {
	r, err := s.request(ctx, http.MethodPost, "/users/export", "format="+format)
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	client := s.client
	client.Timeout = 0 // ctx ends it
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return -1, 0, nil
	default:
		return 0, 0, fmt.Errorf("POST /users/export answers %d", answer.StatusCode)
	}
	body := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return 0, 0, err
		}
	}
	lines, err = countLines(body)
	return lines, time.Since(began), err
}

// countLines reads all there is and returns how many lines it has.
func countLines(r io.Reader) (n int, err error) {
	part := make([]byte, 256<<10)
	for {
		read, err := r.Read(part)
		n += bytes.Count(part[:read], []byte("\n"))
		if err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}
