package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/roboto-ai/console/internal/certificate"
)

// limited serves handler with at most three connections until the end of the test. It
// returns the address, and what is told of connections that are closed.
func limited(t *testing.T, handler http.HandlerFunc, wrap func(net.Listener) net.Listener) (string, chan string) {
	t.Helper()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, closed := listener.Addr().String(), make(chan string, 100)
	s := server{
		listener: wrap(listener), handler: handler, log: slog.New(slog.DiscardHandler),
		connections: &connections{max: 3, closed: func(why string) { closed <- why }},
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serveUntil(ctx, func(context.Context) {}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return address, closed
}

func plainly(l net.Listener) net.Listener { return l }

// TestConnectionsThatWait opens more connections than a server has room for, which send
// nothing, or hold back the rest of a header or a body: those that have waited longest
// are closed, and a request is answered each time.
func TestConnectionsThatWait(t *testing.T) {
	beginnings := map[string]string{
		"nothing":         "",
		"half a header":   "GET / HTTP/1.1\r\nHost: x\r\n",
		"half a body":     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
		"another request": "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /",
	}
	for name, begin := range beginnings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reading := make(chan struct{}, 100)
			address, closed := limited(t, func(_ http.ResponseWriter, r *http.Request) {
				reading <- struct{}{}
				_, _ = io.Copy(io.Discard, r.Body)
			}, plainly)
			for range 10 {
				if _, err := io.WriteString(dial(t, address), begin); err != nil {
					t.Fatal(err)
				}
				if name == "half a body" {
					<-reading
				}
			}
			for range 10 {
				if status, _ := get(t, "http://"+address+"/"); status != http.StatusOK {
					t.Errorf("got status %d", status)
				}
			}
			for range 7 {
				if why := <-closed; why != closedWaiting {
					t.Errorf("closed as %s", why)
				}
			}
		})
	}
}

// TestConnectionsOverTLS does the same with TLS: of connections that do not even shake
// hands the oldest is closed.
func TestConnectionsOverTLS(t *testing.T) {
	t.Parallel()
	source, err := certificate.Open(newCertificate(t, "console"), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	address, closed := limited(t, func(http.ResponseWriter, *http.Request) {}, func(l net.Listener) net.Listener {
		return tls.NewListener(l, source.Config())
	})
	for range 10 {
		dial(t, address)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://" + address + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for range 8 {
		if why := <-closed; why != closedWaiting {
			t.Errorf("closed as %s", why)
		}
	}
}

// TestConnectionsThatWork opens one more while all are being answered: that one is
// closed, and the others get their responses.
func TestConnectionsThatWork(t *testing.T) {
	t.Parallel()
	working, release := make(chan struct{}, 3), make(chan struct{})
	address, closed := limited(t, func(w http.ResponseWriter, _ *http.Request) {
		working <- struct{}{}
		<-release
		_, _ = io.WriteString(w, "done")
	}, plainly)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if status, body := get(t, "http://"+address+"/"); status != http.StatusOK || body != "done" {
				t.Errorf("got status %d and %q", status, body)
			}
		})
	}
	for range 3 {
		<-working
	}
	conn := dial(t, address)
	if why := <-closed; why != closedFull {
		t.Errorf("closed as %s", why)
	}
	_, _ = io.Copy(io.Discard, conn) // it ends
	close(release)
	all.Wait()
}

// TestHeadersHeldBack sends large headers without their end: when they are too much
// together, those that send more are closed, and a request with a usual header is answered.
func TestHeadersHeldBack(t *testing.T) {
	t.Parallel()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, closed := listener.Addr().String(), make(chan string, 100)
	limit := &connections{max: 100, closed: func(why string) { closed <- why }, heads: heads{max: 64 << 10}}
	s := server{limit.listen(listener), http.NotFoundHandler(), slog.New(slog.DiscardHandler), limit}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serveUntil(ctx, func(context.Context) {}) }()
	begin := "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 15<<10)
	var conns []net.Conn
	for range 10 {
		conn := dial(t, address)
		_, _ = io.WriteString(conn, begin) // it may be closed before all is sent
		conns = append(conns, conn)
	}
	if why := <-closed; why != closedHeader {
		t.Errorf("closed as %s", why)
	}
	if status, _ := get(t, "http://"+address+"/"); status != http.StatusNotFound {
		t.Errorf("got status %d", status)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := limit.heads.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are counted at the end", n)
	}
}

func TestGroupMemory(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	tests := map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"no control groups": {fstest.MapFS{}, 0},
		"version 2":         {fstest.MapFS{"proc/self/cgroup": file("0::/console.service\n"), "sys/fs/cgroup/console.service/memory.max": file("134217728\n")}, 128 << 20},
		"version 2, no limit": {fstest.MapFS{
			"proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("max\n"),
		}, 0},
		"version 2, a lower limit around it": {fstest.MapFS{
			"proc/self/cgroup":           file("0::/a/b\n"),
			"sys/fs/cgroup/a/memory.max": file("1000000\n"), "sys/fs/cgroup/a/b/memory.max": file("2000000\n"),
		}, 1000000},
		"version 2, in a container": {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("67108864\n")}, 64 << 20},
		"version 2, with the path of the host": {fstest.MapFS{
			"proc/self/cgroup": file("0::/../../pods/x\n"), "sys/fs/cgroup/memory.max": file("67108864\n"),
		}, 64 << 20},
		"version 1": {fstest.MapFS{
			"proc/self/cgroup": file("9:cpu,cpuacct:/x\n4:memory:/docker/abc\n"), "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": file("268435456\n"),
		}, 256 << 20},
		"version 1, in a container": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/docker/abc\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("268435456\n"),
		}, 256 << 20},
		"version 1, no limit": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, 0},
		"both versions": {fstest.MapFS{
			"proc/self/cgroup": file("4:memory:/a\n0::/a\n"), "sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("5000000\n"),
		}, 5000000},
		"what is no number": {fstest.MapFS{"proc/self/cgroup": file("0::/\nx\n"), "sys/fs/cgroup/memory.max": file("plenty\n")}, 0},
	}
	for name, test := range tests {
		if got := groupMemory(test.files); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

// TestMetricsUnderAnotherName asks for the metrics by names that web pages can have.
func TestMetricsUnderAnotherName(t *testing.T) {
	t.Parallel()
	handler := onlyHosts([]string{"metrics.example.com", ""}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	address, _ := limited(t, handler.ServeHTTP, plainly)
	for host, want := range map[string]int{
		"127.0.0.1:9464": 200, "[::1]:9464": 200, "10.1.2.3": 200, "localhost:9464": 200, "console:9464": 200, "console.prod.svc:9464": 200,
		"console.prod.svc.cluster.local": 200, "METRICS.example.com:9464": 200,
		"evil.test": 421, "evil.test:9464": 421, "metrics.example.com.evil.test": 421, "127.0.0.1.evil.test": 421, "svc.evil.test": 421, "": 421,
	} {
		conn := dial(t, address)
		fmt.Fprintf(conn, "GET /metrics HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host)
		answer, _ := io.ReadAll(conn)
		if !strings.HasPrefix(string(answer), fmt.Sprint("HTTP/1.1 ", want)) {
			t.Errorf("%q: got %.20q, want %d", host, answer, want)
		}
	}
}

// TestLogIsCut logs what a client may have made long.
func TestLogIsCut(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := newLog(&out, &config{logFormat: "json"})
	long := strings.Repeat("ö", 50_000)
	log.Warn("refused", "text", long, "error", fmt.Errorf("wrapped: %s", long), "stack", strings.Repeat("s", 5000))
	if line := out.String(); len(line) > 15_000 || strings.Contains(line, `\ufffd`) || !strings.Contains(line, strings.Repeat("s", 5000)) {
		t.Errorf("a line of %d bytes", len(line))
	}
}

// TestManyConnections opens and closes connections: garbage is to be collected sooner once
// they are a crowd, and later again when half of one is left; in between nothing changes.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	var calls []int
	l := &connections{max: maxConnections, many: func(n int) { calls = append(calls, n) }, open: make(map[net.Conn]time.Time)}
	var all []net.Conn
	for range 2 * crowd {
		c, other := net.Pipe()
		defer other.Close()
		l.add(c)
		all = append(all, c)
	}
	for _, c := range all {
		l.remove(c)
	}
	if want := []int{crowd, crowd / 2}; !slices.Equal(calls, want) {
		t.Errorf("got calls with %v connections, want %v", calls, want)
	}
}
