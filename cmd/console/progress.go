package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users/demodata"
)

// A bar is a progress bar: on a terminal one line that is redrawn, elsewhere a new line now and
// then.
type bar struct {
	out      io.Writer
	terminal bool
	total    int // users to generate, for a demo
	now      func() time.Time
	began    time.Time
	shown    time.Time // last
	percent  int       // last shown
	open     bool      // the line on the terminal is not ended
	delayed  bool      // nothing is shown before logInterval has passed, except on a terminal
}

// newBar returns a bar on standard output.
func (p *program) newBar(total int) *bar {
	return &bar{out: p.stdout, terminal: isTerminal(p.stdout), total: total, now: time.Now, began: time.Now()}
}

// newDelayedBar returns a bar for work that is usually quick.
func (p *program) newDelayedBar() *bar {
	b := p.newBar(0)
	b.delayed = true
	return b
}

// isTerminal reports whether w is a terminal that can redraw a line.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// How often the bar is shown: on a terminal, every redrawInterval; elsewhere at each tenth, and
// after logInterval at the latest.
const (
	redrawInterval = 100 * time.Millisecond
	logInterval    = 5 * time.Second
)

// show shows the progress of generating a demo.
func (b *bar) show(p demodata.Progress) {
	b.at(p.Share, fmt.Sprintf("%s of %s users · %s", numbers.Grouped(p.Users), numbers.Grouped(b.total), p.Doing))
}

// at shows the share that is done and the current step, if it is time to show it.
func (b *bar) at(share float64, doing string) {
	now, percent := b.now(), int(100*share)
	last := share >= 1
	switch {
	case b.delayed && !b.terminal && now.Sub(b.began) < logInterval:
		return
	case last && b.percent == 100:
		return
	case last:
	case b.terminal && now.Sub(b.shown) < redrawInterval:
		return
	case !b.terminal && percent/10 == b.percent/10 && now.Sub(b.shown) < logInterval:
		return
	}
	b.shown, b.percent = now, percent
	line := fmt.Sprintf("%3d %%  %s · %d s", percent, doing, int(now.Sub(b.began).Seconds()))
	if !b.terminal {
		line = "  " + line + "\n"
	} else {
		line = "\r\x1b[2K[" + drawn(share) + "] " + line // move to the beginning of the line and clear it
		b.open = true
	}
	_, _ = io.WriteString(b.out, line) // a reader that has gone is no error
}

// end ends the line on a terminal.
func (b *bar) end() {
	if b.open {
		_, _ = io.WriteString(b.out, "\n")
	}
	b.open = false
}

// drawn returns the bar of a share as text.
func drawn(share float64) string {
	const width = 30
	full := min(int(share*width), width)
	return strings.Repeat("#", full) + strings.Repeat(".", width-full)
}
