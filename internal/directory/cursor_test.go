package directory

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// validMACs are cursors with any content, in a directory with the owner only.
var validMACs = map[string]struct {
	sort   Sort
	cursor cursor
	rows   int // on the page; the owner is the only user
	bad    bool
}{
	"before all":              {"name", cursor{position: 1, text: ""}, 1, false},
	"hostile text":            {"name", cursor{position: 1, text: "' OR 1=1; DROP TABLE users --"}, 1, false},
	"beyond the last":         {"name", cursor{position: 9, text: "zzz"}, 1, false}, // from the beginning again
	"a time before all":       {"created", cursor{position: 1, micros: math.MinInt64}, 1, false},
	"a time beyond all":       {"seen", cursor{position: 1, micros: math.MaxInt64}, 1, false},
	"of the newest":           {"name", cursor{newest: true, position: 1, number: math.MaxInt64 / 2}, 0, true}, // without a word
	"of the one searched for": {"name", cursor{pinned: true, position: 1}, 0, true},                            // without one
	"position 0":              {"name", cursor{}, 0, true},
	"position beyond all":     {"name", cursor{position: maxPosition + 1}, 0, true},
	"number below 0":          {"name", cursor{position: 1, number: -1}, 0, true},
	"not UTF-8":               {"name", cursor{position: 1, text: "\xff"}, 0, true},
	"a zero byte":             {"name", cursor{position: 1, text: "a\x00"}, 0, true},
	"too long":                {"name", cursor{position: 1, text: strings.Repeat("a", maxCursor)}, 0, true},
}

// TestCursor requests pages at cursors with valid MACs and any content: each is a page of the list
// or refused, never a failure. Without the secret no cursor is valid.
func TestCursor(t *testing.T) {
	t.Parallel()
	s := newTestService(t, databasetest.URL(t))
	owner := users.Command("")
	for name, test := range validMACs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := Query{Sort: test.sort}.withDefaults()
			q.After = q.cursorAt(test.cursor)
			if _, err := s.Users(t.Context(), owner, q); !errors.Is(err, users.ErrBadCursor) {
				t.Errorf("without the secret: got %v", err)
			}
			q.secret, _ = s.secret(t.Context())
			q.After = q.cursorAt(test.cursor)
			l, err := s.Users(t.Context(), owner, q)
			if errors.Is(err, users.ErrBadCursor) != test.bad || !test.bad && err != nil || len(l.Users) != test.rows {
				t.Errorf("got %d users, %v", len(l.Users), err)
			}
		})
	}
}

// TestCursorIsShort limits the length of a cursor, of the longest name and of a usual one.
func TestCursorIsShort(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"Maximiliane Mustermann": 50, strings.Repeat("ﷺ", users.MaxName): 100} {
		u := users.User{ID: "ana@example.com", Name: name}
		c := cursor{position: 999_951, number: 999_999, text: u.SortName()}
		if got := len((Query{}).withDefaults().cursorAt(c)); got > most {
			t.Errorf("of %.40q: got %d characters, want at most %d", name, got, most)
		}
	}
}
