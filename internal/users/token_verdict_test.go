package users

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// verdictNow is a Monday noon.
var verdictNow = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// usedBy returns the rows of a client that used a token at times, which are given in days and
// hours before verdictNow. A refused use is given as its negative.
func usedBy(token TokenID, tool, network string, ago ...time.Duration) (rows []useRow) {
	for _, d := range ago {
		refused := d < 0
		at := verdictNow.Add(-d.Abs())
		n := oneUse(tokenUsed{Token: token, TokenUse: TokenUse{At: at, Tool: tool}, Refused: refused})
		rows = append(rows, useRow{
			token: token, day: n.date(), tool: tool, network: network, uses: n.uses, refused: n.refused,
			hours: n.hours, first: n.first, last: n.last, refusedAt: n.refusedAt,
		})
	}
	return rows
}

const day = 24 * time.Hour

// weekly returns the ages of uses on the last twelve Sundays, the last 33 hours ago.
func weekly() (ago []time.Duration) {
	for week := range 12 {
		ago = append(ago, 33*time.Hour+time.Duration(week)*7*day)
	}
	return ago
}

// nightly returns the ages of uses in so many nights, the last of them since days ago.
func nightly(since, nights int) (ago []time.Duration) {
	for night := range nights {
		ago = append(ago, 10*time.Hour+time.Duration(since+night)*day)
	}
	return ago
}

// A verdictTest is who used a token and its successor, and the verdict on the token.
type verdictTest struct {
	rows   [][]useRow
	struck []struckClient
	safe   bool
	states string        // of the clients, the one that used the old token last first
	needed time.Duration // time without a use
}

// usedByReport returns the rows of the client "report 1.0", see [usedBy].
func usedByReport(token TokenID, network string, ago ...time.Duration) []useRow {
	return usedBy(token, "report 1.0", network, ago...)
}

// curlStruckOff has curl at 192.0.2.44 struck off 40 days before verdictNow.
var curlStruckOff = []struckClient{{name: "curl", network: "192.0.2.44", at: verdictNow.Add(-40 * day)}}

// silenceTests are about the time since the last use.
var silenceTests = map[string]verdictTest{
	"never used": {states: "", needed: day},
	"two uses, by a client that has switched": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", 50*day, 51*day), usedByReport("new", "10.0.4.7", 2*day)},
		states: "switched", needed: 2 * day,
	},
	"three uses, and the client has switched": {
		rows: [][]useRow{usedByReport("old", "10.0.4.7", 50*day, 51*day, 52*day), usedByReport("new", "10.0.4.7", 2*day)},
		safe: true, states: "switched", needed: 2 * day,
	},
	"the client was never seen with the successor": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(20, 30)...)},
		states: "not_switched", needed: 2 * day,
	},
	"the successor was refused to the client": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(20, 30)...), usedByReport("new", "10.0.4.7", -2*day)},
		states: "not_switched", needed: 2 * day,
	},
	"silent for 34 hours of the 48 that twice a day is": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(1, 30)...), usedByReport("new", "10.0.4.7", 10*time.Hour)},
		states: "switched", needed: 2 * day,
	},
	"silent for 58 hours of the 48 that twice a day is": {
		rows: [][]useRow{usedByReport("old", "10.0.4.7", nightly(2, 30)...), usedByReport("new", "10.0.4.7", 10*time.Hour)},
		safe: true, states: "switched", needed: 2 * day,
	},
	"used every hour, silent for 23 hours: a day is the least": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", 23*time.Hour, 24*time.Hour, 25*time.Hour), usedByReport("new", "10.0.4.7", time.Hour)},
		states: "switched", needed: day,
	},
	"used every hour, silent for a day": {
		rows: [][]useRow{usedByReport("old", "10.0.4.7", 24*time.Hour, 25*time.Hour, 26*time.Hour), usedByReport("new", "10.0.4.7", time.Hour)},
		safe: true, states: "switched", needed: day,
	},
	"two uses 16 hours apart on one day, the third on the day before": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", 50*time.Hour, 66*time.Hour, 68*time.Hour), usedByReport("new", "10.0.4.7", time.Hour)},
		safe:   true,
		states: "switched", needed: 32 * time.Hour,
	},
	"a weekly client that has switched, eight days ago": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", weekly()[1:]...), usedByReport("new", "10.0.4.7", 33*time.Hour)},
		states: "switched", needed: 14 * day,
	},
	"a weekly client among hourly ones that have switched": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.7", weekly()...),
			usedBy("old", "agent 3", "10.0.4.8", nightly(12, 70)...), usedBy("new", "agent 3", "10.0.4.8", time.Hour),
		},
		states: "not_switched switched", needed: 14 * day,
	},
	"a client that uses the old one again after it has switched": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", append(nightly(3, 30), time.Hour)...), usedByReport("new", "10.0.4.7", 2*time.Hour)},
		states: "switched", needed: 162 * time.Hour, // twice the 81 hours in between
	},
	"a client that is refused the old one": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", append(nightly(9, 30), -time.Hour)...)},
		states: "not_switched", needed: 2 * (9*day + 9*time.Hour),
	},
}

// struckOffTests are tokens that a client used once.
var struckOffTests = map[string]verdictTest{
	"a client that used it once, and that is not struck off": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.7", nightly(10, 30)...), usedByReport("new", "10.0.4.7", time.Hour),
			usedBy("old", "curl/8.9", "192.0.2.44", 41*day),
		},
		states: "switched not_switched", needed: 2 * 38 * time.Hour,
	},
	"a client that used it once, and was struck off after that": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.7", nightly(10, 30)...), usedByReport("new", "10.0.4.7", time.Hour),
			usedBy("old", "curl/8.9", "192.0.2.44", 41*day),
		},
		struck: curlStruckOff, safe: true, states: "switched struck_off", needed: 2 * 38 * time.Hour,
	},
	"a client that came back after it was struck off": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.7", nightly(10, 30)...), usedByReport("new", "10.0.4.7", time.Hour),
			usedBy("old", "curl/8.9", "192.0.2.44", 41*day, 39*day),
		},
		struck: curlStruckOff, states: "switched not_switched", needed: 2 * 38 * time.Hour,
	},
	"another tool in the network of the one that was struck off": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.7", nightly(10, 30)...), usedByReport("new", "10.0.4.7", time.Hour),
			usedBy("old", "wget/1.2", "192.0.2.44", 41*day),
		},
		struck: curlStruckOff, states: "switched not_switched", needed: 2 * 38 * time.Hour,
	},
}

// networkTests are about clients with other tools and in other networks.
var networkTests = map[string]verdictTest{
	"a client with a newer version of its tool": {
		rows: [][]useRow{usedBy("old", "roboto-sdk 0.62.0", "10.0.4.7", nightly(3, 30)...), usedBy("new", "roboto-sdk 0.63.1", "10.0.4.7", time.Hour)},
		safe: true, states: "switched", needed: 2 * day,
	},
	"the same tool at another address": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(3, 30)...), usedByReport("new", "10.0.4.8", time.Hour)},
		states: "not_switched", needed: 2 * day,
	},
	"another tool at the same address": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(3, 30)...), usedBy("new", "curl/8.9", "10.0.4.7", time.Hour)},
		states: "not_switched", needed: 2 * day,
	},
	"many addresses of one tool with the old one, another one of the network with the new one": {
		rows: [][]useRow{usedByReport("old", "10.0.4.0/24", nightly(3, 30)...), usedByReport("new", "10.0.4.99", time.Hour)},
		safe: true, states: "switched", needed: 2 * day,
	},
	"one address with the old one, and the new one counted in its network": {
		rows:   [][]useRow{usedByReport("old", "10.0.4.7", nightly(3, 30)...), usedByReport("new", "10.0.4.0/24", time.Hour)},
		states: "not_switched", needed: 2 * day,
	},
	"eight addresses of a network with the old one": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.1", 50*day), usedByReport("old", "10.0.4.2", 51*day), usedByReport("old", "10.0.4.3", 52*day), usedByReport("old", "10.0.4.4", 53*day),
			usedByReport("old", "10.0.4.5", 54*day), usedByReport("old", "10.0.4.6", 55*day), usedByReport("old", "10.0.4.7", 56*day), usedByReport("old", "10.0.4.8", 57*day),
			usedByReport("new", "10.0.4.1", time.Hour),
		},
		states: "switched" + strings.Repeat(" not_switched", 7), needed: 2 * day,
	},
	"nine addresses of a network with the old one": {
		rows: [][]useRow{
			usedByReport("old", "10.0.4.1", 50*day), usedByReport("old", "10.0.4.2", 51*day), usedByReport("old", "10.0.4.3", 52*day), usedByReport("old", "10.0.4.4", 53*day),
			usedByReport("old", "10.0.4.5", 54*day), usedByReport("old", "10.0.4.6", 55*day), usedByReport("old", "10.0.4.7", 56*day), usedByReport("old", "10.0.4.8", 57*day),
			usedByReport("old", "10.0.4.9", 58*day), usedByReport("new", "10.0.4.1", time.Hour),
		},
		safe: true, states: "switched", needed: 2 * day,
	},
}

// TestVerdict checks whether a token with a successor can be retired, by its uses.
func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, tests := range []map[string]verdictTest{silenceTests, struckOffTests, networkTests} {
		for name, test := range tests {
			rows := slices.Concat(test.rows...)
			clients := clientsOf(rows, "old", test.struck, verdictNow, time.UTC)
			var states []string
			for _, c := range clients {
				states = append(states, string(c.State))
			}
			v := verdictOn(rows, "old", clients, verdictNow)
			if got := strings.Join(states, " "); v.Safe != test.safe || v.Needed != test.needed || got != test.states {
				t.Errorf("%s: safe %v, needed %v, %q; want %v, %v, %q", name, v.Safe, v.Needed, got, test.safe, test.needed, test.states)
			}
		}
	}
}

// TestVerdict_waiting checks the client that has not switched, its cadence and its next use.
func TestVerdict_waiting(t *testing.T) {
	t.Parallel()
	rows := usedBy("old", "roboto-sdk 0.61.0", "10.0.4.7", weekly()[2:]...)
	rows = append(rows, usedBy("old", "roboto-sdk 0.62.0", "10.0.4.7", weekly()[:2]...)...)
	rows = append(rows, usedBy("old", "curl/8.9 (x86_64)", "192.0.2.44", 41*day, 44*day)...)
	clients := clientsOf(rows, "old", nil, verdictNow, time.UTC)
	v := verdictOn(rows, "old", clients, verdictNow)
	if v.Waiting == nil || v.Waiting.Tool != "roboto-sdk 0.62.0" || v.Waiting.Cadence.String() != "Weekly, Sundays" ||
		!v.Waiting.Next.Equal(verdictNow.Add(7*day-33*time.Hour)) || v.Clients != 2 || v.Settled != 0 {
		t.Errorf("got %+v, waiting for %+v", v, v.Waiting)
	}
	if c := clients[1]; c.Tool != "curl 8.9" || c.Cadence.String() != "2 times" || !c.Next.IsZero() {
		t.Errorf("curl: got %+v", c)
	}
}

// TestSplitTool splits the text of a tool into its name and version.
func TestSplitTool(t *testing.T) {
	t.Parallel()
	for tool, want := range map[string][2]string{
		"":                                {"", ""},
		"roboto-sdk 0.62.0":               {"roboto-sdk", "0.62.0"},
		"curl/8.9.1":                      {"curl", "8.9.1"},
		"Mozilla/5.0 (X11; Linux x86_64)": {"Mozilla", "5.0"},
		"grafana-agent":                   {"grafana-agent", ""},
		"My tool v2 beta":                 {"My tool", "v2"},
		"/":                               {"/", ""},
		"3":                               {"3", ""},
	} {
		if name, version := splitTool(tool); name != want[0] || version != want[1] {
			t.Errorf("%q: got %q, %q, want %q", tool, name, version, want)
		}
	}
}
