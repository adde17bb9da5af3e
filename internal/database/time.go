package database

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// A Time is a moment as the database keeps it: in UTC, to the microsecond, and
// NULL where it is zero. Convert a time.Time to it to bind it, and a *time.Time
// to *Time to scan into it:
//
//	row.Scan((*database.Time)(&u.CreatedAt))
type Time time.Time

// Value returns t for the driver to bind, nil if t is zero.
func (t Time) Value() (driver.Value, error) {
	if time.Time(t).IsZero() {
		return nil, nil
	}
	return time.Time(t).UTC().Truncate(time.Microsecond), nil
}

// Scan reads what an engine keeps for a moment: microseconds since 1970, or a
// time. NULL is the zero time.
func (t *Time) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time(time.UnixMicro(src).UTC())
	case time.Time:
		*t = Time(src.UTC())
	default:
		return fmt.Errorf("database: a %T is not a moment", src)
	}
	return nil
}
