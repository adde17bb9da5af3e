package static_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/static"
)

func get(t *testing.T, method, url, encoding string) *http.Response {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, url, nil)
	if encoding != "" {
		req.Header.Set("Accept-Encoding", encoding)
	}
	rec := httptest.NewRecorder()
	static.Handler().ServeHTTP(rec, req)
	return rec.Result()
}

// requests are what browsers and others may ask the handler, and its answers.
var requests = map[string]struct {
	method, url, encoding string
	status                int
	header                map[string]string
}{
	"style sheet":       {"GET", static.URL("console.css"), "", 200, map[string]string{"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", "Content-Encoding": ""}},
	"compressed":        {"GET", static.URL("console.css"), "br, gzip;q=0.8", 200, map[string]string{"Content-Type": "text/css; charset=utf-8", "Content-Encoding": "gzip"}},
	"gzip refused":      {"GET", static.URL("console.css"), "gzip;q=0.0", 200, map[string]string{"Content-Encoding": ""}},
	"script":            {"GET", static.URL("htmx.js"), "", 200, map[string]string{"Content-Type": "text/javascript; charset=utf-8"}},
	"own script":        {"GET", static.URL("console.js"), "", 200, map[string]string{"Content-Type": "text/javascript; charset=utf-8"}},
	"keys":              {"GET", static.URL("keys.js"), "", 200, map[string]string{"Content-Type": "text/javascript; charset=utf-8"}},
	"icons":             {"GET", static.URL("icons.svg"), "gzip", 200, map[string]string{"Content-Type": "image/svg+xml; charset=utf-8", "Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}},
	"icon of the tab":   {"GET", static.URL("favicon.svg"), "", 200, map[string]string{"Content-Type": "image/svg+xml; charset=utf-8"}},
	"font, as it is":    {"GET", static.URL("inter.woff2"), "gzip", 200, map[string]string{"Content-Type": "font/woff2", "Content-Encoding": ""}},
	"head":              {"HEAD", static.URL("console.css"), "gzip", 200, map[string]string{"Content-Encoding": "gzip"}},
	"post":              {"POST", static.URL("console.css"), "", 405, map[string]string{"Allow": "GET, HEAD"}},
	"name without hash": {"GET", "/static/console.css", "", 404, map[string]string{"Cache-Control": ""}},
	"another hash":      {"GET", "/static/console-000000000000.css", "", 404, nil},
	"directory":         {"GET", "/static/", "", 404, nil},
	"way out":           {"GET", "/static/../static.go", "", 404, nil},
}

func TestHandler(t *testing.T) {
	t.Parallel()
	for name, test := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := get(t, test.method, test.url, test.encoding)
			if res.StatusCode != test.status {
				t.Errorf("got status %d, want %d", res.StatusCode, test.status)
			}
			if got := res.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("got X-Content-Type-Options %q, want nosniff", got)
			}
			for key, want := range test.header {
				if got := res.Header.Get(key); got != want {
					t.Errorf("got %s %q, want %q", key, got, want)
				}
			}
			if body, _ := io.ReadAll(res.Body); test.method == "HEAD" && len(body) > 0 {
				t.Errorf("got %d bytes in answer to HEAD, want none", len(body))
			}
		})
	}
}

func TestCompressedContentIsTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"console.css", "console.js", "keys.js", "htmx.js", "favicon.svg", "icons.svg"} {
		plain, err := io.ReadAll(get(t, "GET", static.URL(name), "").Body)
		if err != nil {
			t.Fatal(err)
		}
		unzipped, err := gzip.NewReader(get(t, "GET", static.URL(name), "gzip").Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := io.ReadAll(unzipped)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(plain), string(got)); diff != "" {
			t.Errorf("%s (-plain +unzipped):\n%s", name, diff)
		}
	}
}

func TestStyleSheetRefersToAssetsByTheirHash(t *testing.T) {
	t.Parallel()
	css, err := io.ReadAll(get(t, "GET", static.URL("console.css"), "").Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"inter.woff2"} {
		if !strings.Contains(string(css), static.URL(name)) {
			t.Errorf("the style sheet does not refer to %s", static.URL(name))
		}
	}
}

// The weights are what a first visit may cost, beside the page itself. Lists, batches, undo and the
// overview share one style sheet and one sprite, so that the next page loads nothing.
func TestWeight(t *testing.T) {
	t.Parallel()
	limits := map[string]int{"console.css": 10_950, "console.js": 2300, "keys.js": 1700, "htmx.js": 13_800, "inter.woff2": 20_800, "favicon.svg": 512, "icons.svg": 2700}
	for name, limit := range limits {
		body, err := io.ReadAll(get(t, "GET", static.URL(name), "gzip").Body)
		if err != nil {
			t.Fatal(err)
		}
		if len(body) > limit {
			t.Errorf("%s weighs %d bytes on the wire, want at most %d", name, len(body), limit)
		}
	}
}

// maxScript is how much of our own script, in two files, may come over the wire.
const maxScript = 6 << 10

func TestWeight_script(t *testing.T) {
	t.Parallel()
	own, err := filepath.Glob("src/*.js")
	if err != nil || len(own) != 2 {
		t.Fatalf("got %q and %v, want two files", own, err)
	}
	sum := 0
	for _, file := range own {
		body, err := io.ReadAll(get(t, "GET", static.URL(filepath.Base(file)), "gzip").Body)
		if err != nil {
			t.Fatal(err)
		}
		sum += len(body)
	}
	if sum > maxScript {
		t.Errorf("our own scripts weigh %d bytes on the wire, want at most %d", sum, maxScript)
	}
}

func TestDistIsUpToDate(t *testing.T) {
	t.Parallel()
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{"src/console.css", "src/console.js", "src/keys.js"},
		Outdir:            "dist",
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
	})
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	for _, file := range result.OutputFiles {
		name := filepath.Join("dist", filepath.Base(file.Path))
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(file.Contents) {
			t.Errorf("%s is not what src makes; run go generate ./static", name)
		}
	}
}

func TestVendoredFilesAreAsListed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var items []struct {
		Name, Version, Licence string
		Files                  []struct{ To, SHA256 string }
	}
	if err := json.Unmarshal(text, &items); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, item := range items {
		if item.Name == "" || item.Version == "" || item.Licence == "" {
			t.Errorf("%+v lacks a name, version or licence", item)
		}
		for _, file := range item.Files {
			listed[file.To] = true
			content, err := os.ReadFile(filepath.Join("..", file.To))
			if err != nil {
				t.Error(err)
			}
			sum := sha256.Sum256(content)
			if got := hex.EncodeToString(sum[:]); got != file.SHA256 {
				t.Errorf("%s has SHA-256 %s, want %s", file.To, got, file.SHA256)
			}
		}
	}
	kept, err := filepath.Glob("third_party/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		if !listed["static/"+path] {
			t.Errorf("%s is not in vendor.json", path)
		}
	}
}
