package users

import "time"

// In returns the first instant of the date in a time zone and the first instant after it. They
// are equal for a date that the zone skips, as Pacific/Apia did 2011-12-30, and zero for a text
// that is no date.
//
// A day is not 24 hours: in America/Santiago 2026-09-06 begins at 01:00, as the
// clock goes from 23:59 to 01:00.
func (d Date) In(zone *time.Location) (from, to time.Time) {
	midnight := d.Time()
	if midnight.IsZero() {
		return from, to
	}
	return firstInstant(midnight, zone), firstInstant(midnight.AddDate(0, 0, 1), zone)
}

// firstInstant returns the first instant of the date of midnight, which is in UTC, or of a later
// date, in zone.
func firstInstant(midnight time.Time, zone *time.Location) time.Time {
	const farthest = 26 * time.Hour // no zone is farther from UTC
	at := midnight.Add(-farthest).In(zone)
	for {
		_, offset := at.Zone()
		start := midnight.Add(-time.Duration(offset) * time.Second)
		_, changes := at.ZoneBounds() // the next change of the offset; zero for none
		switch {
		case start.Before(at): // the change skipped midnight
			return at
		case changes.IsZero() || start.Before(changes):
			return start.In(zone)
		}
		at = changes.In(zone)
	}
}
