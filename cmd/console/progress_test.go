package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users/demodata"
)

// steps are the shares that are done, one a second, the last two at the same time.
var steps = []demodata.Progress{
	{Share: 0, Users: 0, Doing: "adding people"}, {Share: 0.04, Users: 40_000, Doing: "adding people"},
	{Share: 0.11, Users: 110_000, Doing: "adding people"}, {Share: 0.12, Users: 120_000, Doing: "adding people"},
	{Share: 0.13, Users: 130_000, Doing: "adding people"}, {Share: 0.14, Users: 140_000, Doing: "adding people"},
	{Share: 0.15, Users: 150_000, Doing: "adding people"}, {Share: 0.16, Users: 160_000, Doing: "adding people"},
	{Share: 0.9, Users: 999_000, Doing: "building indexes"}, {Share: 1, Users: 1_000_000, Doing: "building indexes"},
}

// shown returns the output of a bar for the steps.
func shown(terminal bool) string {
	var out bytes.Buffer
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	b := &bar{out: &out, terminal: terminal, total: 1_000_000, began: at, now: func() time.Time { return at }}
	for i, step := range steps {
		if i > 0 && i < len(steps)-1 {
			at = at.Add(time.Second)
		}
		b.show(step)
		b.show(step) // nothing new
	}
	b.end()
	return out.String()
}

// TestBar checks the output without a terminal: a line at each tenth, and one after logInterval.
func TestBar(t *testing.T) {
	t.Parallel()
	want := []string{
		"    0 %  0 of 1,000,000 users · adding people · 0 s",
		"   11 %  110,000 of 1,000,000 users · adding people · 2 s",
		"   16 %  160,000 of 1,000,000 users · adding people · 7 s",
		"   90 %  999,000 of 1,000,000 users · building indexes · 8 s",
		"  100 %  1,000,000 of 1,000,000 users · building indexes · 8 s",
		"",
	}
	if diff := cmp.Diff(want, strings.Split(shown(false), "\n")); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestBarOnTerminal checks that the bar is one line, which is ended.
func TestBarOnTerminal(t *testing.T) {
	t.Parallel()
	got := strings.Split(shown(true), "\r\x1b[2K")
	if len(got) != len(steps)+1 || strings.Count(shown(true), "\n") != 1 {
		t.Fatalf("got %q", got)
	}
	for i, want := range map[int]string{
		3:          "[###...........................]  11 %  110,000 of 1,000,000 users · adding people · 2 s",
		len(steps): "[##############################] 100 %  1,000,000 of 1,000,000 users · building indexes · 8 s\n",
	} {
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("line %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestDelayedBar checks that nothing is shown of quick work.
func TestDelayedBar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	at := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	b := &bar{out: &out, delayed: true, began: at, now: func() time.Time { return at }}
	b.at(0.1, "copying")
	b.at(1, "copying")
	at = at.Add(6 * time.Second)
	b.at(0.4, "checking")
	if diff := cmp.Diff("   40 %  checking · 6 s\n", out.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
