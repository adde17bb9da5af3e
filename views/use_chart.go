package views

import (
	"slices"
	"strconv"

	"github.com/roboto-ai/console/internal/numbers"
)

// A UseChart is a bar for each day, of one or two series. The first series stands on the
// zero line, the second on top of it.
type UseChart struct {
	ID            string // of the element, unique on the page
	Caption       string // the unit and the period
	First, Second UseSeries
	Days          []UseDay // oldest first
	Axis          []string // dates below the chart, evenly spaced from the first day to the last
}

// A UseSeries is a series of a [UseChart].
type UseSeries struct {
	Name string // "New token"; empty for no series
	Tone string // "" for the accent, "old" for the neutral colour, "refused" for the warning
}

// A UseDay is one bar of a [UseChart].
type UseDay struct {
	Label         string // the date in words
	First, Second int
}

// total is the height of the bar.
func (d UseDay) total() int { return d.First + d.Second }

// The size of the chart in units of its SVG, which is stretched to the width of the page.
const (
	barPitch    = 11
	barWidth    = 8
	chartHeight = 64
	leastBar    = 2 // units of height of a day with a single use
)

// width is that of the chart, in units.
func (c UseChart) width() int { return max(len(c.Days)*barPitch-(barPitch-barWidth), 1) }

// most is the highest number of uses on one day.
func (c UseChart) most() int {
	most := 0
	for _, d := range c.Days {
		most = max(most, d.total())
	}
	return most
}

// outlierRatio is how many times as high as nine in ten of the days that have uses a day
// has to be so that the scale leaves it out, as the others would be too low to read.
const outlierRatio = 4

// top is the upper end of the scale: the next round number above the highest day that is
// no outlier.
func (c UseChart) top() int {
	var used []int
	for _, d := range c.Days {
		if d.total() > 0 {
			used = append(used, d.total())
		}
	}
	if len(used) == 0 {
		return 1
	}
	slices.Sort(used)
	limit := outlierRatio * used[(len(used)-1)*9/10]
	highest := used[0]
	for _, n := range used {
		if n <= limit {
			highest = n
		}
	}
	return roundUp(highest)
}

// roundUp returns the next number above n, or n itself, that is 1, 2, 4, 5, 6 or 8 times a
// power of ten.
func roundUp(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, times := range []int{1, 2, 4, 5, 6, 8} {
			if times*unit >= n {
				return times * unit
			}
		}
	}
}

// scale are the numbers beside the chart, from the top to zero.
func (c UseChart) scale() []string {
	top := c.top()
	if top%2 == 0 {
		return []string{numbers.Grouped(top), numbers.Grouped(top / 2), "0"}
	}
	return []string{numbers.Grouped(top), "0"}
}

// beyond are the days that are higher than the scale.
func (c UseChart) beyond() []UseDay {
	var all []UseDay
	for _, d := range c.Days {
		if d.total() > c.top() {
			all = append(all, d)
		}
	}
	return all
}

// A bar is a rectangle of the chart, in units as SVG writes them.
type bar struct{ X, Y, Height, Class string }

// bars are the rectangles of the day with that index, from below. Those of a day that is
// higher than the scale divide the whole height.
func (c UseChart) bars(i int) []bar {
	d := c.Days[i]
	unit := chartHeight / float64(max(c.top(), d.total()))
	var all []bar
	foot := float64(chartHeight)
	add := func(n int, tone string, room float64) {
		if n > 0 {
			height := min(max(float64(n)*unit, leastBar), room)
			foot -= height
			all = append(all, bar{units(float64(i * barPitch)), units(foot), units(height), barClass(tone)})
		}
	}
	add(d.First, c.First.Tone, foot-leastBar*float64(min(d.Second, 1)))
	add(d.Second, c.Second.Tone, foot)
	return all
}

// barClass is the class of the bars of a tone.
func barClass(tone string) string {
	switch tone {
	case "old":
		return "b2"
	case "refused":
		return "b3"
	}
	return "b"
}

// keyClass is the class of the key of a series.
func (s UseSeries) keyClass() string {
	switch s.Tone {
	case "old":
		return "key k2"
	case "refused":
		return "key k3"
	}
	return "key"
}

// units writes a length of the chart.
func units(f float64) string { return strconv.FormatFloat(f, 'f', -1, 32) }

// words say what a day holds: "2 September: 74 uses, 12 of them New".
func (c UseChart) words(d UseDay) string {
	said := d.Label + ": " + countedUses(d.total())
	if c.Second.Name != "" {
		said += " (" + c.First.Name + " " + numbers.Grouped(d.First) + ", " + c.Second.Name + " " + numbers.Grouped(d.Second) + ")"
	}
	return said
}

// countedUses returns "1 use" or "1,024 uses".
func countedUses(n int) string {
	if n == 1 {
		return "1 use"
	}
	return numbers.Grouped(n) + " uses"
}

// A useWeek is seven days of a chart, as its table has them.
type useWeek struct{ From, First, Second string }

// weeks are the days, seven by seven, each with its first day.
func (c UseChart) weeks() []useWeek {
	var all []useWeek
	for days := range slices.Chunk(c.Days, 7) {
		first, second := 0, 0
		for _, d := range days {
			first, second = first+d.First, second+d.Second
		}
		all = append(all, useWeek{days[0].Label, numbers.Grouped(first), numbers.Grouped(second)})
	}
	return all
}
