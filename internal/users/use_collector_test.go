package users

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// useLog holds the counts that a collector wrote, with their times.
type useLog struct {
	mu    sync.Mutex
	rows  []useCount
	times []time.Time
	fail  error
}

func (l *useLog) write(all []useCount) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	l.rows, l.times = append(l.rows, all...), append(l.times, time.Now())
	return nil
}

// oneUseOf returns the count of one use of a token now.
func oneUseOf(token TokenID) useCount {
	return oneUse(tokenUsed{Token: token, TokenUse: TokenUse{At: time.Now()}})
}

// TestUseCollector uses a token every 20 ms: each use is written within three seconds, together
// with others of the same client.
func TestUseCollector(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log useLog
		c := newUseCollector(slog.New(slog.DiscardHandler), log.write)
		defer c.close()
		begin := time.Now()
		for i := range 250 {
			c.add(oneUse(tokenUsed{Token: "tok_1", TokenUse: TokenUse{At: time.Now(), Tool: "curl/8", Address: "10.0.4.7"}, Refused: i%5 == 0}))
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(usesEvery)
		synctest.Wait()
		uses, refused := 0, 0
		for i, n := range log.rows {
			uses, refused = uses+n.uses, refused+n.refused
			if waited := log.times[i].Sub(n.first); waited > 3*time.Second {
				t.Errorf("a use of %v was written after %v", n.first.Sub(begin), waited)
			}
		}
		if uses != 200 || refused != 50 || len(log.rows) > 3 {
			t.Errorf("got %d uses and %d refused in %d writes, want 200 and 50 in 3 at most", uses, refused, len(log.rows))
		}
	})
}

// TestUseCollector_failing uses tokens while the database does not write: the uses are written
// later, and with the end of the collector.
func TestUseCollector_failing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := useLog{fail: errors.New("no room on the disk")}
		c := newUseCollector(slog.New(slog.DiscardHandler), log.write)
		c.add(oneUseOf("tok_1"))
		time.Sleep(10 * usesEvery)
		c.add(oneUseOf("tok_2"))
		log.mu.Lock()
		log.fail = nil
		log.mu.Unlock()
		time.Sleep(usesEvery)
		synctest.Wait()
		if len(log.rows) != 2 {
			t.Errorf("after the disk had room again: got %v", log.rows)
		}
		c.add(oneUseOf("tok_3"))
		c.close()
		c.add(oneUseOf("tok_4"))
		c.flush()
		if n := len(log.rows); n != 3 || log.rows[2].token != "tok_3" {
			t.Errorf("after the end: got %v", log.rows)
		}
	})
}

// TestUseCollector_bounds uses tokens by many clients, whose counts are written at once in small
// transactions, and of which a bounded number stays in memory while the database does not write.
func TestUseCollector_bounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log useLog
		c := newUseCollector(slog.New(slog.DiscardHandler), log.write)
		add := func(n int) {
			for range n {
				c.add(oneUse(tokenUsed{Token: newTestToken(), TokenUse: TokenUse{At: time.Now()}}))
			}
		}
		add(usesSoon)
		synctest.Wait()
		if len(log.rows) != usesSoon || len(log.times) != usesSoon/usesPerWrite {
			t.Errorf("got %d rows in %d writes without waiting", len(log.rows), len(log.times))
		}
		log.fail = errors.New("no room on the disk")
		add(maxPendingUses + 10)
		if n := len(c.counts); n > maxPendingUses {
			t.Errorf("%d counters are in memory", n)
		}
		c.close()
	})
}

// newTestToken returns the id of no token.
var newTestToken = func() func() TokenID {
	var mu sync.Mutex
	n := 0
	return func() TokenID {
		mu.Lock()
		defer mu.Unlock()
		n++
		return TokenID("tok_" + strings.Repeat("a", n%7) + time.Unix(int64(n), 0).UTC().Format(time.RFC3339))
	}
}()

// TestOneUse counts a use by the tool and the network of the client.
func TestOneUse(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)
	for name, test := range map[string]struct {
		asker               Key
		address, tool       string
		own, wide, wantTool string
	}{
		"IPv4":                         {"", "10.0.4.7", "curl/8", "10.0.4.7", "10.0.4.0/24", "curl/8"},
		"IPv4 in IPv6":                 {"", "::ffff:10.0.4.7", "curl/8", "10.0.4.7", "10.0.4.0/24", "curl/8"},
		"IPv6":                         {"", "2001:db8::8:7", "curl/8", "2001:db8::/64", "2001:db8::/64", "curl/8"},
		"IPv6 with a zone":             {"", "fe80::1%eth0", "curl/8", "fe80::/64", "fe80::/64", "curl/8"},
		"no address":                   {"", "@", "curl/8", "", "", "curl/8"},
		"a tool with control signs":    {"", "10.0.4.7", " a\n\x1b[1m\u202eb", "10.0.4.7", "10.0.4.0/24", "a??[1m?b"},
		"a tool of a thousand letters": {"", "10.0.4.7", strings.Repeat("x", 1000), "10.0.4.7", "10.0.4.0/24", strings.Repeat("x", 80)},
		"a system that asks":           {"usr_gateway", "10.0.4.7", "curl/8", "", "", ""},
	} {
		n := oneUse(tokenUsed{Token: "tok_1", TokenUse: TokenUse{At: at, Address: test.address, Tool: test.tool}, Asker: test.asker})
		own, wide := n.network()
		if own != test.own || wide != test.wide || n.tool != test.wantTool || n.hours != 1<<23 || n.date() != "2026-11-30" {
			t.Errorf("%s: got %q, %q, %q, %b, %s", name, own, wide, n.tool, n.hours, n.date())
		}
	}
}
