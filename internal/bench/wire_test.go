package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/numbers"
)

// answerInManyWays answers as the console does: at once, in chunks, with a redirect.
func answerInManyWays(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Header.Get("Cookie") != "session=x" || r.Method == http.MethodPost && string(body) != "a=b":
		w.WriteHeader(http.StatusTeapot)
	case r.URL.Path == "/chunked":
		zip := gzip.NewWriter(w)
		_, _ = zip.Write([]byte(strings.Repeat("many bytes ", 100_000)))
		_ = zip.Flush()
		w.(http.Flusher).Flush()
		_ = zip.Close()
	case r.URL.Path == "/away":
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		_, _ = w.Write([]byte("few bytes"))
	}
}

func TestWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(answerInManyWays))
	t.Cleanup(server.Close)
	host := server.Listener.Addr().String()
	w, err := dial(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for range 2 { // whatever is left of an answer would be taken for the next
		for request, want := range map[string]int{
			string(getRequest(host, "/", "session=x")):                http.StatusOK,
			string(getRequest(host, "/chunked", "session=x")):         http.StatusOK,
			string(getRequest(host, "/", "session=y")):                http.StatusTeapot,
			string(postRequest(host, "/away", "session=x", "a=b")):    http.StatusSeeOther,
			string(postRequest(host, "/chunked", "session=x", "a=b")): http.StatusOK,
		} {
			if err := w.do([]byte(request), want); err != nil {
				t.Error(err)
			}
			if err := w.do([]byte(request), want+1); err == nil {
				t.Errorf("%q: the wrong status is no error", request)
			}
		}
	}
}

func TestWriteTo(t *testing.T) {
	t.Parallel()
	beginMark, other := beginMarks["postgres"], beginMarks["sqlite"]+"kept\n"+endMark
	path := filepath.Join(t.TempDir(), "document.md")
	if err := os.WriteFile(path, []byte(other+"before\n"+beginMark+"old\n"+endMark+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	results := table{head: []string{"page", "rate"}}
	results.add("detail", numbers.Grouped(1234567))
	for range 2 {
		if err := writeTo(path, "postgres", results.String()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	want := other + "before\n" + beginMark + "\n| page | rate |\n|---|---|\n| detail | 1,234,567 |\n\n" + endMark + "after\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestDocumentHasMarks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "performance.md"))
	for engine, mark := range beginMarks {
		if _, after, begins := strings.Cut(string(text), mark); err != nil || !begins || !strings.Contains(after, endMark) {
			t.Errorf("docs/performance.md has no marks for the result of %s (%v)", engine, err)
		}
	}
}
