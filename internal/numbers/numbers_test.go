package numbers_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/numbers"
)

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1012: "1,012", 1_000_000: "1,000,000", -999: "-999", -100_000: "-100,000"} {
		if got := numbers.Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 sessions", 1: "1 session", 1012: "1,012 sessions"} {
		if got := numbers.Counted(n, "session", "sessions"); got != want {
			t.Errorf("Counted(%d) = %q, want %q", n, got, want)
		}
	}
}
