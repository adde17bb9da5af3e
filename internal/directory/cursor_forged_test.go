package directory_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestForgedCursors sends cursors that no page has returned, or one of another list.
func TestForgedCursors(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 5)
	l := page(t, d, directory.Query{Limit: 2})
	for name, q := range map[string]directory.Query{
		"no base64":        {After: "%%%"},
		"empty":            {After: base64.RawURLEncoding.EncodeToString([]byte("x"))},
		"cut short":        {After: l.Next[:len(l.Next)-4]},
		"of another order": {After: l.Next, Sort: "-name"},
		"of other filters": {After: l.Next, Kind: directory.Values(users.KindPerson)},
		"of other words":   {After: l.Next, Text: "name"},
		"both ways":        {After: l.Next, Before: l.Next},
		"a word":           {Before: "undefined"},
		"hostile SQL":      {Before: "' OR 1=1 --"},
		"far too long":     {After: strings.Repeat("a", 3000)},
	} {
		if _, err := d.Directory.Users(t.Context(), d.Owner, q); !errors.Is(err, users.ErrBadCursor) {
			t.Errorf("%s: got error %v, want %v", name, err, users.ErrBadCursor)
		}
	}
	for i := range l.Next { // change one character
		other := byte('A')
		if l.Next[i] == 'A' {
			other = 'B'
		}
		if _, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{After: l.Next[:i] + string(other) + l.Next[i+1:]}); !errors.Is(err, users.ErrBadCursor) {
			t.Errorf("with another sign at %d: got error %v", i, err)
		}
	}
	for _, place := range []string{"x", "0", "-1", "1;DROP TABLE events", "1e3", "99999999999999999999"} {
		if _, err := d.History.Events(t.Context(), d.Owner, history.Query{After: place}); !errors.Is(err, users.ErrBadCursor) {
			t.Errorf("events after %q: got error %v, want %v", place, err, users.ErrBadCursor)
		}
	}
	if _, err := d.History.Events(t.Context(), d.Owner, history.Query{After: "1", Before: "2"}); !errors.Is(err, users.ErrBadCursor) {
		t.Errorf("events both ways: got error %v, want %v", err, users.ErrBadCursor)
	}
}

// FuzzCursor looks for a cursor that causes a failure.
func FuzzCursor(f *testing.F) {
	d := userstest.New(f)
	f.Add("AAAAAAABAAA", true, "name")
	f.Add("AAAAAAABAAA", false, "seen")
	f.Add("", true, "-created")
	f.Fuzz(func(t *testing.T, place string, forward bool, sort string) {
		q := directory.Query{Sort: directory.Sort(sort), Limit: 1, Before: place}
		if forward {
			q.After, q.Before = place, ""
		}
		l, err := d.Directory.Users(t.Context(), d.Owner, q)
		if errors.Is(err, users.ErrBadCursor) || userstest.Mistakes(err) != nil {
			return
		}
		if err != nil || l.From < 1 || len(l.Users) > 1 || l.Total != exactly(1) {
			t.Errorf("Users(%+v): got %d users from %d of %v, %v", q, len(l.Users), l.From, l.Total, err)
		}
	})
}

// TestCursorInAnotherZone uses a cursor in another time zone, which is valid unless the query
// filters by days.
func TestCursorInAnotherZone(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	crowd(t, d, 5)
	east := time.FixedZone("east", 2*60*60)
	for span, bad := range map[directory.Span]bool{"": false, "<90d": false, ">=2020-01-01": true} {
		q := directory.Query{Created: span, Limit: 2}
		q.After, q.Zone = page(t, d, q).Next, east
		if _, err := d.Directory.Users(t.Context(), d.Owner, q); errors.Is(err, users.ErrBadCursor) != bad {
			t.Errorf("created %q: got %v", span, err)
		}
	}
}
