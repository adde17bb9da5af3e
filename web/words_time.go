package web

import (
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// How moments are written: for people, and for machines.
const (
	exactLayout    = "2 January 2006, 15:04:05 MST"
	listLayout     = "2 January 2006, 15:04 MST"
	isoLayout      = time.RFC3339
	isoInList      = time.DateOnly
	dayLayout      = "2 January 2006"
	zoneInLayout   = " MST"
	wholeHourZones = "-07"
)

// timeAs shows a moment to someone in zone at the time now. The zero time is the
// zero Time.
func timeAs(at, now time.Time, zone *time.Location) views.Time {
	return timeIn(exactLayout, isoLayout, at, now, zone)
}

// timeInList shows a moment as a list of users does: to the minute for people and
// to the day for machines, which says enough there and makes the page a good deal
// smaller.
func timeInList(at, now time.Time, zone *time.Location) views.Time {
	return timeIn(listLayout, isoInList, at, now, zone)
}

// timeIn shows a moment in the layouts for people and for machines.
func timeIn(layout, iso string, at, now time.Time, zone *time.Location) views.Time {
	if at.IsZero() {
		return views.Time{}
	}
	at = at.In(zone)
	return views.Time{ISO: at.Format(iso), Exact: exactWord(layout, at), Relative: relativeWord(now.Sub(at))}
}

// exactWord returns a moment with the name of its time zone. Zones that have only a
// number for a name are told as "UTC+04" or "UTC+05:45".
func exactWord(layout string, at time.Time) string {
	if name, _ := at.Zone(); strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		offset := wholeHourZones
		if len(name) > len(offset) {
			offset = "-07:00"
		}
		return at.Format(strings.TrimSuffix(layout, zoneInLayout)) + " UTC" + at.Format(offset)
	}
	return at.Format(layout)
}

// dateWord returns a date in words, like "12 March 2027". What is none is
// returned as text.
func dateWord(d users.Date) string {
	at := d.Time()
	if at.IsZero() {
		return plainText(string(d))
	}
	return at.Format(dayLayout)
}

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// slack is how much is added to a span to come: seven days less the second that
// the page took are not six.
const slack = 20 * time.Second

// relativeWord says how long ago something was, or, where ago is negative, how
// long it will take.
func relativeWord(ago time.Duration) string {
	if ago < 0 {
		if span := spanWord(slack - ago); span != "" {
			return "in " + span
		}
		return "now"
	}
	if span := spanWord(ago); span != "" {
		return span + " ago"
	}
	return "just now"
}

// spanWord returns a span of time in its largest unit, rounded down; nothing for
// one of less than a minute. Up to two years it counts months, so that 23 of them are
// not one year.
func spanWord(span time.Duration) string {
	for _, unit := range []struct {
		size      time.Duration
		one, many string
	}{
		{year, "year", "years"}, {month, "month", "months"}, {day, "day", "days"},
		{time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"},
	} {
		if n := int(span / unit.size); n > 1 || n == 1 && unit.size != year {
			return counted(n, unit.one, unit.many)
		}
	}
	return ""
}
