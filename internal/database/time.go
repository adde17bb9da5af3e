package database

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// A Time is a time in the form of the database: UTC, with microseconds, NULL if zero. Convert a
// time.Time to bind it, and a *time.Time to scan into it:
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

// Scan implements [database/sql.Scanner] for a number of microseconds since 1970 (SQLite) or a
// time (PostgreSQL). NULL is the zero time.
func (t *Time) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time(time.UnixMicro(src).UTC())
	case time.Time:
		*t = Time(src.UTC())
	default:
		return fmt.Errorf("database: a %T is not a time", src)
	}
	return nil
}
