package users

import (
	"fmt"
	"slices"
	"time"
)

// CadenceKind is how often a client uses a token.
type CadenceKind string

// The kinds of cadences.
const (
	CadenceOnce    CadenceKind = "once"
	CadenceTimes   CadenceKind = "times" // irregular
	CadenceHourly  CadenceKind = "hourly"
	CadenceDaily   CadenceKind = "daily"
	CadenceWeekly  CadenceKind = "weekly"
	CadenceMonthly CadenceKind = "monthly"
)

// A Cadence is how often a client used a token in 90 days, by the clock of a time zone.
type Cadence struct {
	Kind     CadenceKind
	Times    int          // uses
	Workdays bool         // from Monday to Friday only; with CadenceHourly and CadenceDaily
	SameDay  bool         // on the same day of each week; with CadenceWeekly
	Day      time.Weekday // with SameDay
	Period   int          // days between two runs, with CadenceDaily, CadenceWeekly and CadenceMonthly
}

// String returns the cadence in words, such as "Hourly on workdays" and "Weekly, Sundays".
func (c Cadence) String() string {
	words := map[CadenceKind]string{
		CadenceOnce: "Once", CadenceTimes: fmt.Sprintf("%d times", c.Times), CadenceHourly: "Hourly", CadenceDaily: "Daily",
		CadenceWeekly: "Weekly", CadenceMonthly: "Monthly",
	}[c.Kind]
	switch {
	case c.Workdays:
		words += " on workdays"
	case c.SameDay:
		words += ", " + c.Day.String() + "s"
	}
	return words
}

const (
	minDays     = 3 // with uses, for a cadence
	hourlyHours = 6 // with uses on an average day of an hourly client: fewer than a working day has
)

// cadenceOf returns the cadence of a number of uses in the hours that begin at the times of
// slots. These are sorted and unique, in the time zone of the days.
func cadenceOf(slots []time.Time, uses int) Cadence {
	c := Cadence{Kind: CadenceTimes, Times: uses}
	days := datesOf(slots)
	switch {
	case uses == 1:
		c.Kind = CadenceOnce
		return c
	case len(days) < minDays:
		return c
	}
	gaps := make([]int, len(days)-1)
	for i := range gaps {
		gaps[i] = daysBetween(days[i], days[i+1])
	}
	median := slices.Sorted(slices.Values(gaps))[len(gaps)/2]
	switch {
	case median == 1 || median <= 3 && !weekends(days):
		return c.daily(days, float64(len(slots))/float64(len(days)))
	case mostly(gaps, 6, 8):
		c.Kind, c.Period = CadenceWeekly, 7
		c.Day, c.SameDay = usualDay(days)
	case mostly(gaps, 27, 32):
		c.Kind, c.Period = CadenceMonthly, median
	}
	return c
}

// daily returns c for uses on the given days, in a number of hours of each, as a daily or hourly
// cadence if these are most of the days of the period.
func (c Cadence) daily(days []time.Time, hours float64) Cadence {
	all, workdays := 0, 0
	for day := days[0]; !day.After(days[len(days)-1]); day = day.AddDate(0, 0, 1) {
		all++
		if !isWeekend(day) {
			workdays++
		}
	}
	c.Workdays = workdays < all && !weekends(days)
	if c.Workdays {
		all = workdays
	}
	if 10*len(days) < 7*all {
		c.Workdays = false
		return c
	}
	c.Kind, c.Period = CadenceDaily, 1
	if hours >= hourlyHours {
		c.Kind, c.Period = CadenceHourly, 0
	}
	return c
}

// next returns when the next run after the last one is expected, after now; the zero time
// without a regular cadence.
func (c Cadence) next(last, now time.Time) time.Time {
	if c.Period == 0 && c.Kind != CadenceHourly {
		return time.Time{}
	}
	at := last
	for !at.After(now) || c.Workdays && isWeekend(at) {
		if c.Kind == CadenceHourly {
			at = at.Add(time.Hour)
		} else {
			at = at.AddDate(0, 0, c.Period)
		}
	}
	return at
}

// datesOf returns the days of slots, sorted and unique.
func datesOf(slots []time.Time) []time.Time {
	var days []time.Time
	for _, slot := range slots {
		y, m, d := slot.Date()
		day := time.Date(y, m, d, 12, 0, 0, 0, time.UTC) // noon, so that daylight saving changes no day
		if len(days) == 0 || day.After(days[len(days)-1]) {
			days = append(days, day)
		}
	}
	return days
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }

func isWeekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// weekends reports whether one of the days is on a weekend.
func weekends(days []time.Time) bool { return slices.ContainsFunc(days, isWeekend) }

// mostly reports whether 70 % of the gaps are from least to most.
func mostly(gaps []int, least, most int) bool {
	n := 0
	for _, gap := range gaps {
		if gap >= least && gap <= most {
			n++
		}
	}
	return 10*n >= 7*len(gaps)
}

// usualDay returns the day of the week of 80 % of the days, if there is one.
func usualDay(days []time.Time) (time.Weekday, bool) {
	var n [7]int
	for _, day := range days {
		n[day.Weekday()]++
	}
	for weekday, count := range n {
		if 10*count >= 8*len(days) {
			return time.Weekday(weekday), true
		}
	}
	return 0, false
}
