package web

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// TestDaysOfEveryZone goes through every day of ten years in every time zone that is
// offered. Days follow each other without a gap or an overlap, and each begins with
// the first instant at which clocks there show its date.
func TestDaysOfEveryZone(t *testing.T) {
	t.Parallel()
	first := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, before := dayOf(first.AddDate(0, 0, -1)).In(zone)
		for at := first; at.Before(first.AddDate(10, 0, 0)); at = at.AddDate(0, 0, 1) {
			from, to := dayOf(at).In(zone)
			if !from.Equal(before) || !to.After(from) {
				t.Fatalf("%s, %s: got %v until %v, want it to begin at %v, where the day before ends", name, dayOf(at), from, to, before)
			}
			if last := from.Add(-time.Nanosecond); dayOf(from) != dayOf(at) || dayOf(last) != dayOf(at.AddDate(0, 0, -1)) {
				t.Fatalf("%s: the first instant of %s is %v, and the one before it %v", name, dayOf(at), from, last)
			}
			before = to
		}
	}
}

// dayOf returns the date that clocks show at t where t says it is.
func dayOf(t time.Time) users.Date { return users.Date(t.Format(time.DateOnly)) }

func TestEveryCountryHasAZone(t *testing.T) {
	t.Parallel()
	offered := zoneOptions("UTC")
	for _, want := range []string{"Europe/Oslo", "Europe/Stockholm", "Europe/Amsterdam", "Asia/Kuala_Lumpur", "Africa/Kinshasa", "Atlantic/Reykjavik"} {
		found := false
		for _, o := range offered {
			found = found || o.Value == want
		}
		if !found {
			t.Errorf("%s is not offered", want)
		}
	}
}
