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

// A size is how much of the machine a console takes at a moment.
type size struct {
	files   int // open
	threads int
	memory  int // of its own, in bytes
	wal     int // of the database, in bytes
}

// walLimit is the most that the log of a SQLite file holds while reads overlap, in bytes:
// what it may have (4 MB), and as much again each time that those who read it, who are
// waited for twice as long each time, went on for longer: for 250 ms, 500 ms and 1 s.
const walLimit = 4 * 1000 * 4096

// TestSoak has people of all kinds use the console for a while: what it takes of
// the machine must not grow with the time.
func TestSoak(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	v := newVictim(t, "sqlite:"+path)
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
	flat(t, sizes)
	l.check(t, db)
	left := v.goroutines(t)
	if left > 60 { // those of the server, of the pools of connections, of the runtime
		t.Errorf("%d goroutines are left when nobody is there any more:\n%s", left, v.said.String())
	}
	t.Logf("%v, %d requests, %d changes acknowledged; in the middle %+v, at the end %+v, wal at most %d; %d goroutines left",
		length, requests, l.count(), sizes[30], sizes[59], most(sizes, func(s size) int { return s.wal }), left)
}

// mixedLoad has some write, more read, and one come and go, each at a pace, until the
// returned function is called, which returns how many requests were answered.
func (v *victim) mixedLoad(t *testing.T, l *ledger) (stop func() int) {
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
		working.Go(func() { counts[i] = v.paced(t, done, 25*time.Millisecond, step) })
	}
	b, visits := newBrowser(t, v.base()), 0
	working.Go(func() { visits = v.paced(t, done, 1500*time.Millisecond, func() (answer, error) { return v.visit(b) }) })
	return func() int {
		close(done)
		working.Wait()
		if visits == 0 {
			t.Error("nobody signed in and out")
		}
		all := visits
		for _, n := range counts {
			all += n
		}
		return all
	}
}

// paced takes a step now and then until done, and returns how many it took.
func (v *victim) paced(t *testing.T, done <-chan struct{}, pace time.Duration, step func() (answer, error)) (n int) {
	next := time.NewTicker(pace)
	defer next.Stop()
	for {
		select {
		case <-done:
			return n
		case <-next.C:
		}
		a, err := step()
		if a.status == http.StatusTooManyRequests && strings.Contains(a.text(), "You started newer searches") { // all readers are one person
			continue
		}
		if err != nil || a.status >= http.StatusBadRequest {
			t.Errorf("%v, status %d at %v: %s", err, a.status, a.at, a.text())
			return n
		}
		n++
	}
}

// visit signs the owner in, and out again.
func (v *victim) visit(b *browser) (answer, error) {
	v.provider.SignsIn(authtest.Person{Subject: "1", Email: owner, Verified: true})
	if a, err := b.follow("/sign-in/start?return_to=/profile"); err != nil || a.at.Path != "/profile" {
		return a, errors.Join(err, fmt.Errorf("the sign-in ends at %v", a.at))
	}
	return b.post("/sign-out", url.Values{})
}

// flat checks that what a console takes at the end is not more than in the middle,
// but for what may happen to be open at a moment.
func flat(t *testing.T, sizes []size) {
	t.Helper()
	third := len(sizes) / 3 // the first is for warming up
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

// most returns the most of something that there was at any moment.
func most(sizes []size, what func(size) int) int {
	return what(slices.MaxFunc(sizes, func(a, b size) int { return what(a) - what(b) }))
}

// size returns how much of the machine the console takes, with the log of the
// database at path.
func (v *victim) size(t *testing.T, path string) (s size) {
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

// goroutines ends the console and returns how many goroutines it had then: Go tells
// of them all when it is asked to quit.
func (v *victim) goroutines(t *testing.T) int {
	t.Helper()
	v.end(t, syscall.SIGQUIT)
	return strings.Count(v.said.String(), "\ngoroutine ")
}
