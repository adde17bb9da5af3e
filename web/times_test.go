package web

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

func TestZoneOf_unknown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got, want := words.Moment(at.In(zoneOf(users.User{TimeZone: "Moon/Crater"}))), "1 January 2026, 00:00:00 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTimeInList(t *testing.T) {
	t.Parallel()
	zone := zoneOf(users.User{TimeZone: "America/Sao_Paulo"})
	at := time.Date(2026, 1, 1, 2, 15, 44, 0, time.UTC)
	got := timeInList(at, at.Add(time.Hour), zone)
	want := views.Time{ISO: "2025-12-31", Exact: "31 December 2025, 23:15 UTC-03", Relative: "1 hour ago"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := timeInList(time.Time{}, at, zone); got != (views.Time{}) {
		t.Errorf("never: got %+v", got)
	}
}
