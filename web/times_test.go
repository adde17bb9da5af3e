package web

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

func TestZoneOf_unknown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got, want := words.Moment(at.In(zoneOf(users.User{TimeZone: "Moon/Crater"}))), "1 January 2026, 00:00:00 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
