package words

import (
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// Layouts of moments and days.
const (
	momentLayout   = "2 January 2006, 15:04:05 MST"
	dayLayout      = "2 January 2006"
	zoneInLayout   = " MST"
	wholeHourZones = "-07"
)

// Moment returns a moment to the second with the name of its time zone, which is "UTC+04" or
// "UTC+05:45" for a zone without letters.
func Moment(at time.Time) string {
	if name, _ := at.Zone(); strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		offset := wholeHourZones
		if len(name) > len(offset) {
			offset = "-07:00"
		}
		return at.Format(strings.TrimSuffix(momentLayout, zoneInLayout)) + " UTC" + at.Format(offset)
	}
	return at.Format(momentLayout)
}

// Day returns the day of a moment: "12 March 2027".
func Day(at time.Time) string { return at.Format(dayLayout) }

// DayOfYear returns the day of a moment without its year: "12 March".
func DayOfYear(at time.Time) string { return at.Format("2 January") }

// Weekday returns the day of a moment in the near future: "Friday, 12 March".
func Weekday(at time.Time) string { return at.Format("Monday, 2 January") }

// Clock returns a moment of the near past or future to the second: "12 March, 15:04:05".
func Clock(at time.Time) string { return at.Format("2 January, 15:04:05") }

// Date returns a date as [Day] does. What is not a date is returned as plain text.
func Date(d users.Date) string {
	at := d.Time()
	if at.IsZero() {
		return Plain(string(d))
	}
	return Day(at)
}

// ShortDay returns the day of a time for a column of a table: "2 Jan 2026".
func ShortDay(at time.Time) string { return at.Format("2 Jan 2006") }

const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// Slack is added to a span to come before it is rounded down: seven days less the second that
// the page took are shown as seven.
const Slack = 20 * time.Second

// Relative says how long ago something was, or, where ago is negative, in what time it will be.
func Relative(ago time.Duration) string {
	if ago < 0 {
		if s := span(Slack - ago); s != "" {
			return "in " + s
		}
		return "now"
	}
	if s := span(ago); s != "" {
		return s + " ago"
	}
	return "just now"
}

// span returns a span of time in its largest unit, rounded down; nothing for less than a
// minute. Up to two years it counts months, so that 23 months are not one year.
func span(d time.Duration) string {
	for _, unit := range []struct {
		size      time.Duration
		one, many string
	}{
		{year, "year", "years"}, {month, "month", "months"}, {day, "day", "days"},
		{time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"},
	} {
		if n := int(d / unit.size); n > 1 || n == 1 && unit.size != year {
			return numbers.Counted(n, unit.one, unit.many)
		}
	}
	return ""
}

// Days returns a span in whole days: "1 day", "14 days".
func Days(n int) string { return numbers.Counted(n, "day", "days") }

// InDays says in how many days something will be: "in 14 days".
func InDays(n int) string { return "in " + Days(n) }

// HoursOrDays returns a span in hours, and from two days on in days.
func HoursOrDays(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "less than an hour"
	case d < 2*day:
		return numbers.Counted(int(d/time.Hour), "hour", "hours")
	}
	return Days(int(d / day))
}

// DayHeading returns a day as the heading of a part of a log: "Today, Monday 30 November".
func DayHeading(at, now time.Time) string {
	text := at.Format("Monday 2 January")
	if at.Year() != now.Year() {
		text += at.Format(" 2006")
	}
	switch at.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return "Today, " + text
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "Yesterday, " + text
	}
	return text
}
