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

// A bar shows how far something is that takes its time: on a terminal one line that
// is drawn again and again, elsewhere a line now and then.
type bar struct {
	out      io.Writer
	terminal bool
	total    int // users that there will be, of the making of a demo
	now      func() time.Time
	began    time.Time
	shown    time.Time // last
	percent  int       // last shown
	open     bool      // a line on the terminal is not ended
	patient  bool      // nothing is shown, but on a terminal, of what does not take long
}

// newBar returns a bar on the standard output.
func (p *program) newBar(total int) *bar {
	return &bar{out: p.stdout, terminal: isTerminal(p.stdout), total: total, now: time.Now, began: time.Now()}
}

// newPatientBar returns a bar for what seldom takes long.
func (p *program) newPatientBar() *bar {
	b := p.newBar(0)
	b.patient = true
	return b
}

// isTerminal reports whether somebody watches what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// How often the bar is shown: on a terminal as often as one can follow; elsewhere
// at each tenth, or when nothing has been for so long.
const (
	redrawn = 100 * time.Millisecond
	silence = 5 * time.Second
)

// show shows how far the making of a demo is.
func (b *bar) show(p demodata.Progress) {
	b.at(p.Share, fmt.Sprintf("%s of %s users · %s", numbers.Grouped(p.Users), numbers.Grouped(b.total), p.Doing))
}

// at shows which share is done and what is being done, if it is time to.
func (b *bar) at(share float64, doing string) {
	now, percent := b.now(), int(100*share)
	last := share >= 1
	switch {
	case b.patient && !b.terminal && now.Sub(b.began) < silence:
		return
	case last && b.percent == 100:
		return
	case last:
	case b.terminal && now.Sub(b.shown) < redrawn:
		return
	case !b.terminal && percent/10 == b.percent/10 && now.Sub(b.shown) < silence:
		return
	}
	b.shown, b.percent = now, percent
	line := fmt.Sprintf("%3d %%  %s · %d s", percent, doing, int(now.Sub(b.began).Seconds()))
	if !b.terminal {
		line = "  " + line + "\n"
	} else {
		line = "\r\x1b[2K[" + drawn(share) + "] " + line // to the beginning of the line, which is cleared
		b.open = true
	}
	_, _ = io.WriteString(b.out, line) // that nobody watches is no reason to stop
}

// end ends the line that is drawn again and again, however far it came.
func (b *bar) end() {
	if b.open {
		_, _ = io.WriteString(b.out, "\n")
	}
	b.open = false
}

// drawn returns a share as a bar.
func drawn(share float64) string {
	const width = 30
	full := min(int(share*width), width)
	return strings.Repeat("#", full) + strings.Repeat(".", width-full)
}
