package users

import (
	"slices"
	"testing"
	"time"
)

// cadenceMonday is the first day of the uses in tests of cadences.
var cadenceMonday = time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)

// slotsOn returns the hours of days that are counted from cadenceMonday.
func slotsOn(days []int, hours ...int) (slots []time.Time) {
	for _, day := range days {
		for _, hour := range hours {
			slots = append(slots, cadenceMonday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour))
		}
	}
	return slots
}

// every returns 0, step, 2*step and so on, below until.
func every(step, until int) (all []int) {
	for n := 0; n < until; n += step {
		all = append(all, n)
	}
	return all
}

// officeHours and workdays are hours of a day, and the days of four weeks without weekends.
var (
	officeHours = []int{8, 9, 10, 11, 12, 13, 14, 15, 16}
	workdays    = slices.DeleteFunc(every(1, 28), func(day int) bool { return day%7 >= 5 })
)

// cadences are uses of a token by one client, with the words for their cadence and when the next one is expected.
var cadences = map[string]struct {
	slots []time.Time
	uses  int
	words string
	next  time.Duration // after the last slot; 0 for never
}{
	"one use":                          {slotsOn([]int{0}, 3), 1, "Once", 0},
	"two uses":                         {slotsOn([]int{0, 7}, 3), 2, "2 times", 0},
	"many uses on two days":            {slotsOn([]int{0, 1}, officeHours...), 900, "900 times", 0},
	"three Mondays":                    {slotsOn([]int{0, 7, 14}, 3), 3, "Weekly, Mondays", 7 * 24 * time.Hour},
	"Sundays, one left out":            {slotsOn([]int{6, 13, 27, 34, 41}, 3), 5, "Weekly, Sundays", 7 * 24 * time.Hour},
	"each week on another day":         {slotsOn([]int{0, 6, 14, 20}, 3), 4, "Weekly", 7 * 24 * time.Hour},
	"each night":                       {slotsOn(every(1, 28), 2), 28, "Daily", 24 * time.Hour},
	"each night, some left out":        {slotsOn([]int{0, 1, 2, 4, 5, 6, 7, 9, 10, 11}, 2), 10, "Daily", 24 * time.Hour},
	"each night from Monday to Friday": {slotsOn(workdays, 2), 20, "Daily on workdays", 3 * 24 * time.Hour}, // from Friday to Monday
	"every hour":                       {slotsOn(every(1, 14), every(1, 24)...), 14 * 24, "Hourly", time.Hour},
	"at the hours of offices":          {slotsOn(workdays, officeHours...), 180, "Hourly on workdays", time.Hour},
	"three days of one week":           {slotsOn([]int{0, 1, 2}, 2), 3, "Daily", 24 * time.Hour},
	"on the first of three months":     {slotsOn([]int{24, 54, 85}, 2), 3, "Monthly", 31 * 24 * time.Hour},
	"now and then":                     {slotsOn([]int{0, 11, 15, 50}, 2), 7, "7 times", 0},
	"a burst, then now and then":       {slotsOn([]int{0, 1, 2, 30, 31, 60}, 2), 6, "6 times", 0},
}

// TestCadence is how often a client uses a token, by the hours in which it did, and when it is
// expected next.
func TestCadence(t *testing.T) {
	t.Parallel()
	for name, test := range cadences {
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
