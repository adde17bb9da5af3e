package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestLogIsCut logs values that a client may have made long.
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
