package main

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users/userstest"
)

// A lockedBuffer is a buffer for concurrent use.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestTidying ticks for two consoles on one directory: one of them tidies up.
func TestTidying(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	out := &lockedBuffer{}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	first, second := make(chan time.Time), make(chan time.Time)
	stopFirst := maintenance{d.Service, d.DB.Engine(), nil, log}.start(t.Context(), first)
	stopSecond := maintenance{d.Another(t), d.DB.Engine(), nil, log}.start(t.Context(), second)
	for range 2 {
		first <- time.Time{} // received when the previous tick is done
		second <- time.Time{}
	}
	stopFirst()
	stopSecond()
	if n := strings.Count(out.String(), "tidied up"); n != 1 {
		t.Errorf("tidied up %d times, want once: %s", n, out)
	}
}

// TestBackgroundFaults runs the background jobs on a closed database: errors are logged, and the
// jobs go on until they are stopped.
func TestBackgroundFaults(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	out := &lockedBuffer{}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	broken := make(chan time.Time)
	stop := maintenance{d.Service, d.DB.Engine(), nil, log}.start(t.Context(), broken)
	if err := d.DB.Close(); err != nil {
		t.Fatal(err)
	}
	indexed := make(chan time.Time)
	stopIndexing := startIndexing(t.Context(), d.Service, indexed, log)
	for range 3 {
		indexed <- time.Time{}
	}
	stopIndexing()
	if n := strings.Count(out.String(), "indexing the audit log"); n != 1 {
		t.Errorf("an error of every tick is logged %d times, want once: %s", n, out)
	}
	broken <- time.Time{}
	broken <- time.Time{}
	stop()
	stop() // may be called again
	if n := strings.Count(out.String(), "tidying up"); n == 0 {
		t.Errorf("the error is not logged: %s", out)
	}
	select {
	case broken <- time.Time{}:
		t.Error("a stopped job receives ticks")
	default:
	}
}
