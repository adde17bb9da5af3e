package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"testing"
)

// A running is a program that a test has started in this process.
type running struct {
	said string // its output up to the line that start waited for
	stop context.CancelFunc
	done chan error // receives the error of run
}

// start starts the program and waits for a line of its output that matches until.
func start(t *testing.T, until string, args ...string) running {
	t.Helper()
	return startIn(t, nil, until, args...)
}

// startIn is start in an environment that holds enough and env.
func startIn(t *testing.T, env map[string]string, until string, args ...string) running {
	t.Helper()
	return (&program{env: lookupIn(env), stderr: t.Output()}).start(t, until, args...)
}

// start starts p and waits for a line of its output that matches until.
func (p *program) start(t *testing.T, until string, args ...string) running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := running{stop: stop, done: make(chan error, 1)}
	p.stdout = in
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := p.command().Run(ctx, append([]string{"console"}, args...))
		_ = in.CloseWithError(io.EOF)
		r.done <- err
	}()
	t.Cleanup(func() {
		stop()
		_ = out.Close()
		<-ended // it writes to t.Output until it has ended
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		r.said += lines.Text() + "\n"
		if ok, err := regexp.MatchString(until, lines.Text()); err != nil {
			t.Fatal(err)
		} else if ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return r
		}
	}
	t.Fatalf("the program ended: %v; it said:\n%s", <-r.done, r.said)
	return r
}

// address returns the first address in the output.
func (r running) address(t *testing.T) string {
	t.Helper()
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(r.said)
	if address == "" {
		t.Fatalf("no address in\n%s", r.said)
	}
	return address
}

// get returns the status and the body of the response to a GET.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
