package database_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

func TestTime(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	tests := map[string]struct{ kept, want time.Time }{
		"in another zone":       {time.Date(2026, 3, 1, 14, 0, 0, 0, east), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
		"finer than it is kept": {time.Date(2026, 3, 1, 12, 0, 0, 1999, time.UTC), time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)},
		"before 1970":           {time.Date(1931, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1931, 1, 1, 0, 0, 0, 0, time.UTC)},
		"never":                 {time.Time{}, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newScratch(t)
			mustWrite(t, db, `UPDATE scratch SET at = $1`, database.Time(test.kept))
			var null bool
			got := time.Now()
			row := db.Reads().QueryRowContext(t.Context(), `SELECT at IS NULL, at FROM scratch`)
			if err := row.Scan(&null, (*database.Time)(&got)); err != nil {
				t.Fatal(err)
			}
			if got != test.want || null != test.want.IsZero() {
				t.Errorf("got %v (null: %t), want %v", got, null, test.want)
			}
		})
	}
}

func TestTimeScan(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var got database.Time
	if err := got.Scan(moment.Local()); err != nil || time.Time(got) != moment {
		t.Errorf("Scan of a time: got %v, %v", time.Time(got), err)
	}
	if err := got.Scan("2026-03-01"); err == nil {
		t.Error("Scan of a text: got no error")
	}
}
