package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// clients is how many programs use the API at once in [measureCrowd].
const clients = 1_000

// measureAPI has reads of a user with a token compete with the same answers from memory, or on
// PostgreSQL with their bare statements; then edits with edits by the domain's method alone.
func measureAPI(ctx context.Context, b *bench) error {
	secret, err := b.token(ctx)
	if err != nil {
		return err
	}
	read := b.measureRead
	if b.onPostgres() {
		read = b.measureReadBare
	}
	if err := read(ctx, secret); err != nil {
		return err
	}
	return b.measureUpdate(ctx, secret)
}

// token issues a token of the viewer in the large directory.
func (b *bench) token(ctx context.Context) (secret string, err error) {
	out, err := exec.CommandContext(ctx, b.program, "token", "create", "--database", b.largeURL, "--user", viewer, "--name", "bench").Output()
	if err != nil {
		return "", fmt.Errorf("issue a token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// userCall returns the path of the call that reads a user, below a prefix.
func userCall(prefix, id string) string { return prefix + url.PathEscape(id) }

// calls returns the requests that read some users with a token.
func (b *bench) calls(prefix, secret string) [][]byte {
	var all [][]byte
	for _, p := range b.large.sample[:min(500, len(b.large.sample))] {
		all = append(all, callRequest(http.MethodGet, b.large.address, userCall(prefix, p.id), secret, ""))
	}
	return all
}

// Paths of the API.
const (
	readPrefix   = "/v1/users/id/"
	memoryPrefix = "/v1/_bench/"
)

// measureRead measures reads against the same bytes from memory.
func (b *bench) measureRead(ctx context.Context, secret string) error {
	one := []string{b.large.address}
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{fromMemory, b.large.process.cpu, sending(one, connections, b.calls(memoryPrefix, secret)), nil},
		{asPage, b.large.process.cpu, sending(one, connections, b.calls(readPrefix, secret)), nil},
	})
	if err != nil {
		return err
	}
	b.addCalls("GET /v1/users/id/…", "≥ 1/2 of A (the same bytes from memory)", of[fromMemory], of[asPage], 1./2)
	return nil
}

// measureReadBare measures reads against their statements alone.
func (b *bench) measureReadBare(ctx context.Context, secret string) (err error) {
	var paths []string
	for _, p := range b.large.sample[:min(50, len(b.large.sample))] {
		paths = append(paths, userCall(readPrefix, p.id))
	}
	seen, err := statementsOf(ctx, b.largeURL, paths, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) })
	if err != nil {
		return err
	}
	for i := range seen { // uses are written beside a read, once in a while
		seen[i] = slices.DeleteFunc(seen[i], func(s ran) bool { return !strings.HasPrefix(strings.TrimSpace(s.text), "SELECT") })
	}
	conns, err := connectBare(ctx, b.largeURL, connections)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conns.close()) }()
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{statementsOnly, ourCPU, conns.reading(seen), nil},
		{asPage, b.large.process.cpu, sending([]string{b.large.address}, connections, b.calls(readPrefix, secret)), nil},
	})
	if err != nil {
		return err
	}
	b.addCalls("GET /v1/users/id/…", fmt.Sprintf("≥ 1/3 of its %d bare statements", len(seen[0])), of[statementsOnly], of[asPage], 1./3)
	return nil
}

// addCalls adds what calls came to against their rival to the table.
func (b *bench) addCalls(what, goal string, rival, call figures, share float64) {
	b.others.add(what, goal, fmt.Sprintf("%s against %s a second: %.2f; p99 %s against %s; CPU %.0f against %.0f µs", rate(call.rate), rate(rival.rate),
		call.rate/rival.rate, milliseconds(call.p99), milliseconds(rival.p99), call.cpu, rival.cpu), yes(call.rate >= share*rival.rate))
}

// measureUpdate measures edits by the API against edits by the domain's method alone: of other
// users, on SQLite in a copy of the database on the same disk.
func (b *bench) measureUpdate(ctx context.Context, secret string) (err error) {
	forms, err := editForms(ctx, b.large, 2*edited)
	if err != nil {
		return err
	}
	inside := "sqlite:" + b.copied
	if b.onPostgres() {
		inside = b.largeURL
	}
	c, err := openInside(ctx, inside)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	w, err := dial(ctx, b.large.address)
	if err != nil {
		return err
	}
	defer w.Close()
	half := len(forms) / 2
	var requests [2][][]byte // with e-mail off, and on
	for on, body := range []string{`{"email":false}`, `{"email":true}`} {
		body = `{"name":null,"picture_url":null,"notification_channels_enabled":` + body + `,"notification_types_enabled":null}`
		for _, f := range forms[:half] {
			requests[on] = append(requests[on], callRequest(http.MethodPut, b.large.address, "/v1/users", secret, body, "X-Roboto-User-Id: "+f.id))
		}
	}
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{"service", nil, alone(func(turn int) error { return c.edit(ctx, forms[half+turn%half].id) }), nil},
		{asPage, b.large.process.cpu, alone(func(turn int) error { return w.do(requests[turn/half%2][turn%half], http.StatusOK) }), nil},
	})
	if err != nil {
		return err
	}
	b.addCalls("PUT /v1/users", "≥ 60 % of the domain's method alone", of["service"], of[asPage], 0.6)
	return nil
}

// measureCrowd has a thousand clients use a hundred thousand tokens.
func measureCrowd(ctx context.Context, b *bench) error {
	say("Issuing %d tokens", crowdTokens)
	if err := fillTokens(ctx, b.largeURL); err != nil {
		return err
	}
	wires := make([]*wire, clients)
	for i := range wires {
		w, err := dial(ctx, b.large.address)
		if err != nil {
			return err
		}
		defer w.Close()
		wires[i] = w
	}
	most := b.large.watch()
	s, err := atOnce(ctx, 5*b.turn, clients, func(_ context.Context, i, turn int) error {
		secret := crowdSecret((i + turn*clients) % crowdTokens)
		return wires[i].do(callRequest(http.MethodGet, b.large.address, "/v1/users", secret, ""), http.StatusOK)
	})
	peak := most()
	if err != nil {
		return err
	}
	const limit = 60e6 + clients*32<<10
	b.others.add("1,000 clients with 100,000 tokens", "no error; memory < 60 MB + 32 KB a connection", fmt.Sprintf("%s a second without an error; at most %s",
		rate(float64(len(s.latencies))/s.took.Seconds()), megabytes(peak)), yes(peak < limit))
	return nil
}

// callRequest returns what a program sends to call the API. Headers are whole lines.
func callRequest(method, host, path, secret, body string, headers ...string) []byte {
	lines := append([]string{method + " " + path + " HTTP/1.1", "Host: " + host, "User-Agent: console-bench", "Authorization: Bearer " + secret}, headers...)
	if body != "" {
		lines = append(lines, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return []byte(strings.Join(append(lines, "", body), "\r\n"))
}

// sending returns the work of sending requests over and over, on so many connections to
// addresses.
func sending(addresses []string, connections int, requests [][]byte) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, d time.Duration) (sample, error) {
		wires := make([]*wire, connections)
		for i := range wires {
			w, err := dial(ctx, addresses[i%len(addresses)])
			if err != nil {
				return sample{}, err
			}
			defer w.Close()
			wires[i] = w
		}
		return together(ctx, d, wires, requests)
	}
}
