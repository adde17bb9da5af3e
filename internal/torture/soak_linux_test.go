package torture

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
)

// A size is the console's use of resources.
type size struct {
	files   int // open files
	threads int
	memory  int // anonymous memory in bytes
	wal     int // size of the WAL in bytes
}

// walLimit is the maximum size of the WAL while reads overlap: its limit of 4 MB, and as much
// again for each of the waits for readers, of 250 ms, 500 ms and 1 s.
const walLimit = 4 * 1000 * 4096

// TestSoak uses the console for a while: its use of resources must not grow.
func TestSoak(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	v := newInstance(t, "sqlite:"+path)
	db, l := open(t, v.database), newLedger()
	v.start(t)
	load := v.mixedLoad(t, l)
	var sizes []size
	length := sized(6*time.Second, 10*time.Minute)
	look := time.NewTicker(length / 60)
	defer look.Stop()
	for range 60 {
		<-look.C
		sizes = append(sizes, v.size(t, path))
	}
	requests := load()
	checkGrowth(t, sizes)
	l.check(t, db)
	left := v.goroutines(t)
	if left > 60 { // of the server, the connection pools and the runtime
		t.Errorf("%d goroutines are left without clients:\n%s", left, v.said.String())
	}
	t.Logf("%v, %d requests, %d changes acknowledged; in the middle %+v, at the end %+v, wal at most %d; %d goroutines left",
		length, requests, l.count(), sizes[30], sizes[59], most(sizes, func(s size) int { return s.wal }), left)
}

// mixedLoad writes, reads, and signs in and out until stop is called, which returns the number
// of answered requests.
func (v *instance) mixedLoad(t *testing.T, l *ledger) (stop func() int) {
	t.Helper()
	var steps []func() (answer, error)
	for _, w := range v.newWriters(t, l, 4) {
		steps = append(steps, w.step)
	}
	pages := []string{"/users", "/users?q=name+1", "/users?sort=-created", "/audit", "/audit?q=name", "/profile", "/users/new", "/users/" + owner}
	for i := range 6 {
		b, n := v.signedIn(t), i
		steps = append(steps, func() (answer, error) {
			n++
			return b.get(pages[n%len(pages)])
		})
	}
	done, working, counts := make(chan struct{}), new(sync.WaitGroup), make([]int, len(steps))
	for i, step := range steps {
		working.Go(func() { counts[i] = v.repeat(t, done, 25*time.Millisecond, step) })
	}
	b, visits := newBrowser(t, v.base()), 0
	working.Go(func() {
		visits = v.repeat(t, done, 1500*time.Millisecond, func() (answer, error) { return v.visit(b) })
	})
	return func() int {
		close(done)
		working.Wait()
		if visits == 0 {
			t.Error("no sign-in succeeded")
		}
		all := visits
		for _, n := range counts {
			all += n
		}
		return all
	}
}

// repeat takes a step at intervals until done, and returns the number of steps.
func (v *instance) repeat(t *testing.T, done <-chan struct{}, pace time.Duration, step func() (answer, error)) (n int) {
	next := time.NewTicker(pace)
	defer next.Stop()
	for {
		select {
		case <-done:
			return n
		case <-next.C:
		}
		a, err := step()
		if a.status == http.StatusTooManyRequests && strings.Contains(a.text(), "You started newer searches") { // all clients are one person
			continue
		}
		if err != nil || a.status >= http.StatusBadRequest {
			t.Errorf("%v, status %d at %v: %s", err, a.status, a.at, a.text())
			return n
		}
		n++
	}
}

// visit signs the owner in and out.
func (v *instance) visit(b *browser) (answer, error) {
	v.provider.SignsIn(authtest.Person{Subject: "1", Email: owner, Verified: true})
	if a, err := b.follow("/sign-in/start?return_to=/profile"); err != nil || a.at.Path != "/profile" {
		return a, errors.Join(err, fmt.Errorf("the sign-in ends at %v", a.at))
	}
	return b.post("/sign-out", url.Values{})
}

// checkGrowth compares the use of resources in the last third with that of the middle third.
func checkGrowth(t *testing.T, sizes []size) {
	t.Helper()
	third := len(sizes) / 3 // the first third is for warming up
	for name, of := range map[string]struct {
		what  func(size) int
		slack int
	}{
		"open files": {func(s size) int { return s.files }, 10},
		"threads":    {func(s size) int { return s.threads }, 10},
		"memory":     {func(s size) int { return s.memory }, 16 << 20},
	} {
		middle, end := most(sizes[third:2*third], of.what), most(sizes[2*third:], of.what)
		if end > middle+middle/4+of.slack {
			t.Errorf("%s: %d in the middle, %d at the end", name, middle, end)
		}
	}
	if wal := most(sizes, func(s size) int { return s.wal }); wal > walLimit {
		t.Errorf("the log of the database grew to %d bytes, want at most %d", wal, walLimit)
	}
}

// most returns the maximum of a value.
func most(sizes []size, what func(size) int) int {
	return what(slices.MaxFunc(sizes, func(a, b size) int { return what(a) - what(b) }))
}

// size returns the console's use of resources.
func (v *instance) size(t *testing.T, path string) (s size) {
	t.Helper()
	own := filepath.Join("/proc", strconv.Itoa(v.cmd.Process.Pid))
	status := string(must(os.ReadFile(filepath.Join(own, "status"))))
	s.files = len(must(os.ReadDir(filepath.Join(own, "fd"))))
	s.threads = number(t, status, `(?m)^Threads:\s+(\d+)$`)
	s.memory = number(t, status, `(?m)^RssAnon:\s+(\d+) kB$`) << 10
	if log, err := os.Stat(path + "-wal"); err == nil {
		s.wal = int(log.Size())
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return s
}

// number returns the number that an expression finds in a text.
func number(t *testing.T, text, expression string) int {
	t.Helper()
	found := regexp.MustCompile(expression).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no %s in\n%s", expression, text)
	}
	return must(strconv.Atoi(found[1]))
}

// goroutines ends the console with SIGQUIT and counts the goroutines in its dump.
func (v *instance) goroutines(t *testing.T) int {
	t.Helper()
	v.end(t, syscall.SIGQUIT)
	return strings.Count(v.said.String(), "\ngoroutine ")
}
