package users

import (
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// usesEvery is how long a use of a token stays in memory before it is written. A killed
	// process loses the uses of less than three seconds.
	usesEvery = 2 * time.Second

	// usesSoon is the number of counters that are written without waiting longer.
	usesSoon = 5_000

	// maxPendingUses is how many counters are kept in memory, of some 200 bytes each, while the database
	// does not take them. Further clients are not counted then.
	maxPendingUses = 50_000

	// usesPerWrite is how many counters one transaction writes, so that changes do not wait
	// for thousands of them.
	usesPerWrite = 500

	// maxTool is how long the name of a tool may be, in bytes; the rest is cut off.
	maxTool = 80
)

// A useKey is what uses of tokens are counted by.
type useKey struct {
	token   TokenID
	day     int32      // of UTC, since 1970
	asker   Key        // of the system that asked about the token; empty where the token was used here
	tool    string     // empty with an asker
	address netip.Addr // IPv4 as it is; of IPv6 the /64, in which hosts change their addresses; invalid with an asker
}

// compare orders keys, so that two consoles lock rows of the database in the same order.
func (k useKey) compare(o useKey) int {
	return cmp.Or(cmp.Compare(k.token, o.token), cmp.Compare(k.day, o.day),
		cmp.Compare(k.asker, o.asker), cmp.Compare(k.tool, o.tool), k.address.Compare(o.address))
}

// A useCount is how often a client used a token on a day.
type useCount struct {
	useKey
	uses, refused int
	hours         uint32     // bit n: in the hour from n o'clock UTC; refused uses, too
	first, last   time.Time  // of the uses that were not refused; zero without one
	refusedAt     time.Time  // the last one that was refused; zero without one
	lastAddress   netip.Addr // of the last use, refused or not
	user          Key        // that came with the token; empty with an asker
	role          Role       // in the last answer to the asker; empty if the token gave no access
}

// at returns the time of the last use, refused or not.
func (n *useCount) at() time.Time {
	if n.refusedAt.After(n.last) {
		return n.refusedAt
	}
	return n.last
}

// add adds what o counts of the same client and day.
func (n *useCount) add(o useCount) {
	if !o.at().Before(n.at()) {
		n.lastAddress, n.role = o.lastAddress, o.role
	}
	n.uses, n.refused, n.hours = n.uses+o.uses, n.refused+o.refused, n.hours|o.hours
	if n.first.IsZero() || !o.first.IsZero() && o.first.Before(n.first) {
		n.first = o.first
	}
	if o.last.After(n.last) {
		n.last = o.last
	}
	if o.refusedAt.After(n.refusedAt) {
		n.refusedAt = o.refusedAt
	}
}

// oneUse returns the count of one use of a token.
func oneUse(u tokenUsed) useCount {
	at := u.At.UTC()
	ip, _ := netip.ParseAddr(u.Address)
	ip = ip.Unmap().WithZone("")
	n := useCount{
		useKey: useKey{token: u.Token, day: int32(at.Unix() / (24 * 60 * 60)), asker: u.Asker},
		hours:  1 << at.Hour(), lastAddress: ip, user: u.User, role: u.Role,
	}
	if u.Asker == "" {
		n.tool, n.address = printableTool(u.Tool), ip
		if ip.Is6() {
			n.address = netip.PrefixFrom(ip, 64).Masked().Addr()
		}
	}
	if u.Refused {
		n.refused, n.refusedAt = 1, at
	} else {
		n.uses, n.first, n.last = 1, at, at
	}
	return n
}

// printableTool returns the name of a tool as it is kept: printable ASCII, as header fields are
// (RFC 9110, section 5.5), with ? for everything else, and not too long.
func printableTool(tool string) string {
	if len(tool) > maxTool {
		tool = tool[:maxTool]
	}
	printable := func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}
	return strings.TrimSpace(strings.Map(printable, tool))
}

// A useCollector counts uses of tokens in memory and has them written a little later. Its
// methods may be called from several goroutines.
type useCollector struct {
	write func([]useCount) error
	log   *slog.Logger

	mu      sync.Mutex
	counts  map[useKey]*useCount
	timer   *time.Timer // of the next flush
	dropped int         // uses that were not counted since the last flush
	closed  bool

	flushing sync.Mutex // so that one flush writes at a time
}

// newUseCollector returns a collector that writes with write.
func newUseCollector(log *slog.Logger, write func([]useCount) error) *useCollector {
	return &useCollector{write: write, log: log, counts: map[useKey]*useCount{}}
}

// add counts a use. It waits for nothing.
func (c *useCollector) add(n useCount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	before := len(c.counts)
	c.count(n)
	switch after := len(c.counts); {
	case before == after:
	case after == 1:
		c.timer = time.AfterFunc(usesEvery, c.flush)
	case after == usesSoon:
		c.timer.Reset(0)
	}
}

// count adds to the counter of a client and day.
func (c *useCollector) count(n useCount) {
	if old := c.counts[n.useKey]; old != nil {
		old.add(n)
		return
	}
	if len(c.counts) >= maxPendingUses {
		c.dropped += n.uses + n.refused
		return
	}
	c.counts[n.useKey] = &n
}

// flush writes what has been counted so far. What cannot be written is kept for the next
// flush.
func (c *useCollector) flush() {
	c.flushing.Lock()
	defer c.flushing.Unlock()
	all := c.take()
	for len(all) > 0 {
		n := min(len(all), usesPerWrite)
		if err := c.write(all[:n]); err != nil {
			c.log.Warn("uses of tokens are not written yet", "counters", len(all), "error", err)
			c.putBack(all)
			return
		}
		all = all[n:]
	}
}

// take returns what has been counted, in order, and begins anew.
func (c *useCollector) take() []useCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.dropped > 0 {
		c.log.Error("uses of tokens were not counted: the database took too long", "uses", c.dropped)
		c.dropped = 0
	}
	all := make([]useCount, 0, len(c.counts))
	for _, n := range c.counts {
		all = append(all, *n)
	}
	c.counts = map[useKey]*useCount{}
	slices.SortFunc(all, func(a, b useCount) int { return a.compare(b.useKey) })
	return all
}

// putBack counts again what could not be written, for a flush that is no sooner than others.
func (c *useCollector) putBack(all []useCount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.counts) == 0 {
		c.timer = time.AfterFunc(usesEvery, c.flush)
	}
	for _, n := range all {
		c.count(n)
	}
}

// close counts no more and writes what has been counted.
func (c *useCollector) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil { // what could not be written is lost now
		c.timer.Stop()
	}
}
