package repotest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/server"
)

var proxyDir = filepath.Join(deployDir, "proxy")

// TestProxies checks that the example proxies close idle connections before the console does, wait
// for the slowest response, cache nothing, and pass on the address of the client.
func TestProxies(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct {
		keeps, waits string // settings of times
		has          []string
		hasNot       string
	}{
		"Caddyfile": {`keepalive (\w+)`, `response_header_timeout (\w+)`, []string{"reverse_proxy 127.0.0.1:8080", "lb_try_duration 10s"}, "cache"},
		"nginx.conf": {`keepalive_timeout (\w+);`, `proxy_read_timeout (\w+);`, []string{
			"proxy_http_version 1.1;", `proxy_set_header Connection "";`, "proxy_set_header Host $http_host;",
			"proxy_set_header X-Forwarded-For $remote_addr;", "proxy_buffering off;", "proxy_cache off;", "return 301 https://",
		}, "proxy_cache_path"},
	} {
		text := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(read(t, filepath.Join(proxyDir, file)), "")
		if keeps := timeIn(t, text, want.keeps); keeps >= server.IdleTimeout {
			t.Errorf("%s: it keeps connections for %v, and the console closes them after %v", file, keeps, server.IdleTimeout)
		}
		if waits := timeIn(t, text, want.waits); waits <= server.StopTimeout {
			t.Errorf("%s: it waits %v for an answer, and one may take %v", file, waits, server.StopTimeout)
		}
		for _, setting := range want.has {
			if !strings.Contains(text, setting) {
				t.Errorf("%s lacks %s", file, setting)
			}
		}
		if strings.Contains(text, want.hasNot) {
			t.Errorf("%s: it caches", file)
		}
	}
}

// timeIn returns the time in text that the first group of a pattern matches.
func timeIn(t *testing.T, text, pattern string) time.Duration {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("there is no %s in\n%s", pattern, text)
	}
	d, err := time.ParseDuration(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}
