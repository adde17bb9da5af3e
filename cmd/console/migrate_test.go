package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestLogMigrating checks that the progress of a migration is logged every five seconds, and at its
// end.
func TestLogMigrating(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	told := logMigrating(slog.New(slog.NewTextHandler(&out, nil)), func() time.Time { return at })
	for done := int64(1_000); done <= 10_000; done += 1_000 {
		at = at.Add(2 * time.Second)
		told(done, 10_000)
	}
	for _, want := range []string{"rewritten=3000 events=10000", "rewritten=6000 ", "rewritten=9000 ", "rewritten=10000 "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("got %d lines, want 4:\n%s", n, out.String())
	}
}

// TestCommandShowsMigrating checks that a command on an older database shows the progress of its
// migration, on standard error alone, if that is a terminal.
func TestCommandShowsMigrating(t *testing.T) {
	t.Parallel()
	var out, log bytes.Buffer
	p := &program{stdout: &out, stderr: &log}
	told, end := p.showMigrating()
	told(50, 100)
	end()
	if out.Len()+log.Len() > 0 {
		t.Errorf("without a terminal, after a moment: got %q and %q, want nothing", out.String(), log.String())
	}
	if share, doing := rewritten(1_500, 3_000); share != 0.5 || doing != "1,500 of 3,000 events rewritten" {
		t.Errorf("got %v, %q", share, doing)
	}
}
