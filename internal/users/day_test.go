package users_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

func TestDateIn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		date     users.Date
		zone     string
		from, to string // UTC
	}{
		"an ordinary day":                     {"2026-11-30", "Europe/Zurich", "2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z"},
		"a day of 23 hours":                   {"2026-03-29", "Europe/Zurich", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"a day of 25 hours":                   {"2026-10-25", "Europe/Zurich", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"a day without midnight":              {"2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		"the day before one without midnight": {"2026-09-05", "America/Santiago", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		"a day with midnight twice":           {"2026-11-01", "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		"a day whose last hour comes twice":   {"2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"},
		"a day that the zone left out":        {"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
		"the farthest ahead":                  {"2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00Z", "2026-01-01T10:00:00Z"},
		"the farthest behind":                 {"2026-01-01", "Etc/GMT+12", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z"},
		"the leap day":                        {"2028-02-29", "UTC", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"},
		"before there were zones":             {"1880-01-01", "America/New_York", "1880-01-01T04:56:02Z", "1880-01-02T04:56:02Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			from, to := test.date.In(zone)
			got := [2]string{from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)}
			if want := [2]string{test.from, test.to}; got != want {
				t.Errorf("In: got %v, want %v", got, want)
			}
		})
	}
	if from, to := users.Date("2026-02-30").In(time.UTC); !from.IsZero() || !to.IsZero() {
		t.Errorf("a text that is no date: got %v and %v, want the zero time", from, to)
	}
}

func TestNextReview(t *testing.T) {
	t.Parallel()
	for after, want := range map[users.Date]users.Date{
		"2026-11-30": "2027-05-30", "2026-08-31": "2027-02-28", "2027-08-31": "2028-02-29", "2026-12-31": "2027-06-30",
	} {
		if got := users.NextReview(after); got != want {
			t.Errorf("NextReview(%s): got %s, want %s", after, got, want)
		}
	}
}
