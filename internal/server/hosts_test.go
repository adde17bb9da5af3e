package server

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestOnlyHosts sends requests under names that a web page can have.
func TestOnlyHosts(t *testing.T) {
	t.Parallel()
	handler := OnlyHosts([]string{"metrics.example.com", ""}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	address, _ := limited(t, handler.ServeHTTP)
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
