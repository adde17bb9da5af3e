package words_test

import (
	"testing"
	"time"

	"github.com/roboto-ai/console/web/words"
)

func TestRelative(t *testing.T) {
	t.Parallel()
	tests := map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 119 * time.Minute: "1 hour ago",
		2 * time.Hour: "2 hours ago", 24 * time.Hour: "1 day ago", 29 * 24 * time.Hour: "29 days ago", 61 * 24 * time.Hour: "2 months ago",
		400 * 24 * time.Hour: "13 months ago", 700 * 24 * time.Hour: "23 months ago", 730 * 24 * time.Hour: "2 years ago", 150 * 365 * 24 * time.Hour: "150 years ago",
		-30 * time.Second: "now", -90 * time.Minute: "in 1 hour", -7 * 24 * time.Hour: "in 7 days",
	}
	for ago, want := range tests {
		if got := words.Relative(ago); got != want {
			t.Errorf("%s: got %q, want %q", ago, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone string
		at   time.Time
		want string
	}{
		"UTC":                        {"UTC", time.Date(2026, 3, 1, 9, 5, 7, 999, time.UTC), "1 March 2026, 09:05:07 UTC"},
		"summer":                     {"Europe/Zurich", time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), "2 July 2026, 00:30:00 CEST"},
		"winter":                     {"Europe/Zurich", time.Date(2026, 1, 1, 22, 30, 0, 0, time.UTC), "1 January 2026, 23:30:00 CET"},
		"a zone without a name":      {"America/Sao_Paulo", time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), "31 December 2025, 23:00:00 UTC-03"},
		"one of odd minutes":         {"Asia/Kathmandu", time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), "1 January 2026, 07:45:00 UTC+05:45"},
		"the first of the same hour": {"Europe/Zurich", time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), "25 October 2026, 02:30:00 CEST"},
		"the second":                 {"Europe/Zurich", time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "25 October 2026, 02:30:00 CET"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := words.Moment(test.at.In(zone)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
