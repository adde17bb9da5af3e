package users

import (
	"testing"
	"time"
)

// TestCadence is how often a client uses a token, by the hours in which it did, and when it is
// expected next.
func TestCadence(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)
	on := func(days []int, hours ...int) (slots []time.Time) {
		for _, day := range days {
			for _, hour := range hours {
				slots = append(slots, monday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour))
			}
		}
		return slots
	}
	every := func(step, until int) (days []int) {
		for day := 0; day < until; day += step {
			days = append(days, day)
		}
		return days
	}
	office := []int{8, 9, 10, 11, 12, 13, 14, 15, 16}
	var workdays []int
	for _, day := range every(1, 28) {
		if day%7 < 5 {
			workdays = append(workdays, day)
		}
	}
	for name, test := range map[string]struct {
		slots []time.Time
		uses  int
		words string
		next  time.Duration // after the last slot; 0 for never
	}{
		"one use":                          {on([]int{0}, 3), 1, "Once", 0},
		"two uses":                         {on([]int{0, 7}, 3), 2, "2 times", 0},
		"many uses on two days":            {on([]int{0, 1}, office...), 900, "900 times", 0},
		"three Mondays":                    {on([]int{0, 7, 14}, 3), 3, "Weekly, Mondays", 7 * 24 * time.Hour},
		"Sundays, one left out":            {on([]int{6, 13, 27, 34, 41}, 3), 5, "Weekly, Sundays", 7 * 24 * time.Hour},
		"each week on another day":         {on([]int{0, 6, 14, 20}, 3), 4, "Weekly", 7 * 24 * time.Hour},
		"each night":                       {on(every(1, 28), 2), 28, "Daily", 24 * time.Hour},
		"each night, some left out":        {on([]int{0, 1, 2, 4, 5, 6, 7, 9, 10, 11}, 2), 10, "Daily", 24 * time.Hour},
		"each night from Monday to Friday": {on(workdays, 2), 20, "Daily on workdays", 3 * 24 * time.Hour}, // from Friday to Monday
		"every hour":                       {on(every(1, 14), every(1, 24)...), 14 * 24, "Hourly", time.Hour},
		"at the hours of offices":          {on(workdays, office...), 180, "Hourly on workdays", time.Hour},
		"three days of one week":           {on([]int{0, 1, 2}, 2), 3, "Daily", 24 * time.Hour},
		"on the first of three months":     {on([]int{24, 54, 85}, 2), 3, "Monthly", 31 * 24 * time.Hour},
		"now and then":                     {on([]int{0, 11, 15, 50}, 2), 7, "7 times", 0},
		"a burst, then now and then":       {on([]int{0, 1, 2, 30, 31, 60}, 2), 6, "6 times", 0},
	} {
		c := cadenceOf(test.slots, test.uses)
		if c.String() != test.words {
			t.Errorf("%s: got %q, want %q", name, c, test.words)
		}
		last := test.slots[len(test.slots)-1].Add(10 * time.Minute)
		var next time.Time
		if test.next != 0 {
			next = last.Add(test.next)
		}
		if got := c.next(last, last); !got.Equal(next) {
			t.Errorf("%s: next after %v is %v, want %v", name, last, got, next)
		}
	}
}

// TestCadence_zone has a run of Saturday night in London be one of Sundays in Tokyo.
func TestCadence_zone(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	var slots []time.Time
	for week := range 4 {
		slots = append(slots, time.Date(2026, 9, 5+7*week, 22, 0, 0, 0, time.UTC).In(tokyo))
	}
	if got := cadenceOf(slots, 4).String(); got != "Weekly, Sundays" {
		t.Errorf("got %q", got)
	}
}

// TestCadence_missed has a client that missed runs be expected at the next one, in the future.
func TestCadence_missed(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 9, 6, 3, 10, 0, 0, time.UTC)
	weekly := Cadence{Kind: CadenceWeekly, Period: 7}
	if got, want := weekly.next(last, last.AddDate(0, 0, 16)), last.AddDate(0, 0, 21); !got.Equal(want) {
		t.Errorf("next: got %v, want %v", got, want)
	}
}
