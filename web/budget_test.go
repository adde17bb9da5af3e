package web_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// TestBodiesHeldBack holds back the last bytes of many forms. Those that do not fit into
// the budget are refused with 503, pages are served meanwhile, and all memory is given
// back.
func TestBodiesHeldBack(t *testing.T) {
	t.Parallel()
	const size, budget = 60_000, 2 << 20
	s := newSite(t)
	s.app.SetBudget(budget)
	owner := s.signIn(t, "owner@example.com")
	session := s.as(t, users.RoleUser).cookie(t, "session")
	var conns []net.Conn
	for range budget / size * 2 {
		conns = append(conns, s.sendHead(t, "POST", "/profile", session, formType, size, "name="+strings.Repeat("x", size-10)))
	}
	res := firstAnswered(t, conns)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !res.Close {
		t.Errorf("got status %d with %v", res.StatusCode, res.Header)
	}
	if held := s.app.MemoryHeld(); held > budget*3/4 || held < budget/4 {
		t.Errorf("%d bytes are held of %d", held, budget)
	}
	owner.get(t, "/users").must(t, http.StatusOK)
	owner.get(t, "/profile").must(t, http.StatusOK)
	for _, conn := range conns {
		_ = conn.Close()
	}
	s.server.Close() // waits for all
	if held, n := s.app.MemoryHeld(), s.app.RequestsUnderWay(); held != 0 || n != 0 {
		t.Errorf("%d bytes are held at the end, by %d requests", held, n)
	}
}

// An unread is a client that takes nothing of a response until it is released.
type unread struct {
	*httptest.ResponseRecorder
	begun   func()
	release chan struct{}
}

func (w *unread) Write(p []byte) (int, error) {
	w.begun()
	<-w.release
	return w.ResponseRecorder.Write(p)
}

// TestResponsesUnread asks for large responses and reads none of them: those that do not
// fit into the budget are refused, pages are served meanwhile, and the memory is given
// back.
func TestResponsesUnread(t *testing.T) {
	t.Parallel()
	const n, budget = 40, 4 << 20
	refused := make(chan string, 2*n)
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.Watch.OverBudget = func(what string) { refused <- what } }})
	s.app.SetBudget(budget)
	b := s.as(t, users.RoleUser)
	withLongHistory(t, s, "user@example.com")
	size := len(b.with("Accept-Encoding", "identity").get(t, "/profile/data").must(t, http.StatusOK).body)
	if size < 400<<10 {
		t.Fatalf("a response has only %d bytes", size)
	}
	var all sync.WaitGroup
	release, codes := make(chan struct{}), make(chan int, n)
	for range n {
		r, began := b.request(t, "GET", "/profile/data", nil), make(chan struct{})
		all.Go(func() {
			w := &unread{httptest.NewRecorder(), sync.OnceFunc(func() { close(began) }), release}
			s.app.Handler().ServeHTTP(w, r)
			codes <- w.Code
		})
		<-began // it is answered, and not read; a person has few long reads at once
	}
	if held := s.app.MemoryHeld(); held > budget/2 {
		t.Errorf("%d bytes are held of %d", held, budget)
	}
	s.signIn(t, "owner@example.com").get(t, "/users").must(t, http.StatusOK)
	close(release)
	all.Wait()
	close(codes)
	counts := countsOf(codes)
	if counts[200] == 0 || counts[503] == 0 || counts[200]+counts[503] != n || counts[200]*size > budget/2+n*4096 {
		t.Errorf("responses by status: %v", counts)
	}
	if got, held := <-refused, s.app.MemoryHeld(); got != "response" || held != 0 {
		t.Errorf("OverBudget was called with %q, and %d bytes are held at the end", got, held)
	}
}

// withLongHistory gives a user a history of half a megabyte.
func withLongHistory(t *testing.T, s *site, id users.ID) {
	t.Helper()
	for i := range 120 {
		picture := fmt.Sprintf("https://pictures.example.com/%d/%s", i, strings.Repeat("x", 1900))
		u := s.Must(t, id)
		if _, err := s.Edit(t.Context(), s.Owner, id, users.Edit{Fields: users.Fields{PictureURL: &picture}, Version: u.Version}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestResponseIsSentInPieces looks at the deadlines of a response: each piece has one of
// its own, so that a client that reads slowly gets all of it.
func TestResponseIsSentInPieces(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	withLongHistory(t, s, "user@example.com")
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	s.app.Handler().ServeHTTP(w, b.request(t, "GET", "/profile/data", nil))
	if want := w.Body.Len() / (32 << 10); w.Code != http.StatusOK || len(w.write) < want || want < 10 {
		t.Errorf("got status %d, %d deadlines for %d bytes", w.Code, len(w.write), w.Body.Len())
	}
	for _, in := range w.write {
		if in <= 0 || in > 15*time.Second {
			t.Errorf("a deadline in %s", in)
		}
	}
}

// TestTooManyRequests has more requests under way than the console serves at once.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var began, all sync.WaitGroup
	release := make(chan struct{})
	for range 2048 {
		began.Add(1)
		w := &unread{httptest.NewRecorder(), sync.OnceFunc(began.Done), release}
		all.Go(func() {
			s.app.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
		})
	}
	began.Wait()
	p := s.browser(t).get(t, "/sign-in").must(t, http.StatusServiceUnavailable)
	if p.header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	close(release)
	all.Wait()
	s.browser(t).get(t, "/sign-in").must(t, http.StatusOK)
}

// TestDownloadOfAHistory reads the own data with a history of several pages.
func TestDownloadOfAHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	for i := range 230 {
		name := fmt.Sprint("Name ", i)
		if _, err := s.Edit(t.Context(), s.Owner, "user@example.com", users.Edit{Fields: users.Fields{Name: &name}, Version: s.Must(t, "user@example.com").Version}); err != nil {
			t.Fatal(err)
		}
	}
	var data struct {
		History []struct{ Action string }
	}
	if err := json.Unmarshal([]byte(b.get(t, "/profile/data").must(t, http.StatusOK).body), &data); err != nil {
		t.Fatal(err)
	}
	if n := len(data.History); n < 230 || data.History[0].Action != "user.edited" || data.History[n-1].Action != "user.created" {
		t.Errorf("got %d events", n)
	}
}

// countsOf counts the statuses in a closed channel.
func countsOf(codes <-chan int) map[int]int {
	counts := map[int]int{}
	for code := range codes {
		counts[code]++
	}
	return counts
}
