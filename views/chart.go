package views

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/roboto-ai/console/internal/numbers"
)

// A Chart is a bar for each day or week, of one or two series. The first series stands on the
// zero line, the second on top of it, or below the line.
type Chart struct {
	ID            string // of the element, unique on the page
	Caption       string // the unit and the period
	Unit          Unit   // what is counted; uses if it is empty
	First, Second Series
	Below         bool       // the second series is drawn below the zero line
	Bars          []ChartBar // oldest first
	PerRow        int        // bars that a row of the table for screen readers sums; a week of days if it is 0
	Axis          []string   // dates below the chart, evenly spaced from the first bar to the last
}

// A Unit is the noun of what a chart counts.
type Unit struct{ One, Many string }

// A Series is a series of a [Chart].
type Series struct {
	Name string // "New token"; empty for no series
	Tone string // "" for the accent, "old" for the neutral colour, "refused" for the warning
}

// A ChartBar is one bar of a [Chart].
type ChartBar struct {
	Label         string // the date in words
	First, Second int
}

// total is the number that the bar stands for, of both series.
func (d ChartBar) total() int { return d.First + d.Second }

// unit is what the chart counts.
func (c Chart) unit() Unit {
	if c.Unit.One == "" {
		return Unit{"use", "uses"}
	}
	return c.Unit
}

// counted returns "1 use" or "1,024 uses".
func (c Chart) counted(n int) string { return numbers.Counted(n, c.unit().One, c.unit().Many) }

// The size of the chart in units of its SVG, which is stretched to the width of the page.
const (
	barPitch    = 11
	barWidth    = 8
	chartHeight = 64
	leastBar    = 2 // units of height of a bar that stands for one
)

// width is that of the chart, in units.
func (c Chart) width() int { return max(len(c.Bars)*barPitch-(barPitch-barWidth), 1) }

// most is the number that the highest bar stands for.
func (c Chart) most() int {
	most := 0
	for _, d := range c.Bars {
		most = max(most, d.total())
	}
	return most
}

// outlierRatio is how many times as high as nine in ten of the bars a bar has to be so that the
// scale leaves it out, as the others would be too low to read.
const outlierRatio = 4

// leastOutlier is a number that any scale has room for: beside it, one can be seen.
const leastOutlier = 20

// top is the upper end of the scale: the next round number above the highest bar that is
// no outlier.
func (c Chart) top() int {
	var used []int
	for _, d := range c.Bars {
		if d.total() > 0 {
			used = append(used, d.total())
		}
	}
	if len(used) == 0 {
		return 1
	}
	slices.Sort(used)
	limit := max(outlierRatio*used[(len(used)-1)*9/10], leastOutlier)
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

// scale are the numbers beside the chart, from the top to zero, or to the highest one below it.
func (c Chart) scale() []string {
	if c.Below {
		up, down := c.highest()
		return []string{numbers.Grouped(up), numbers.Grouped(down)}
	}
	top := c.top()
	if top%2 == 0 {
		return []string{numbers.Grouped(top), numbers.Grouped(top / 2), "0"}
	}
	return []string{numbers.Grouped(top), "0"}
}

// beyond are the bars that are higher than the scale.
func (c Chart) beyond() []ChartBar {
	var all []ChartBar
	for _, d := range c.Bars {
		if d.total() > c.top() {
			all = append(all, d)
		}
	}
	return all
}

// A bar is a rectangle of the chart, in units as SVG writes them.
type bar struct{ X, Y, Height, Class string }

// atMost says how high the highest bar is: ", 74 at most". Of a chart with bars below the zero
// line the scale says it.
func (c Chart) atMost() string {
	if c.Below {
		return ""
	}
	return ", " + numbers.Grouped(c.most()) + " at most"
}

// highest returns the highest numbers of the two series that are on the scale.
func (c Chart) highest() (first, second int) {
	for _, d := range c.Bars {
		first, second = max(first, min(d.First, c.top())), max(second, min(d.Second, c.top()))
	}
	return first, second
}

// zero is how far the zero line is from the top, in units of height. Where the second series is
// below it, the line divides the height as the highest bars of the two series need it.
func (c Chart) zero() float64 {
	if !c.Below {
		return chartHeight
	}
	up, down := c.highest()
	return min(max(chartHeight*float64(up)/float64(max(up+down, 1)), leastBar), chartHeight-leastBar)
}

// belowBars are the rectangles of the bar with that index, above and below the zero line, on
// one scale.
func (c Chart) belowBars(i int) (all []bar) {
	d, zero, x := c.Bars[i], c.zero(), units(float64(i*barPitch))
	up, down := c.highest()
	unit := chartHeight / float64(max(up+down, 1))
	if d.First > 0 {
		height := min(max(float64(d.First)*unit, leastBar), zero)
		all = append(all, bar{x, units(zero - height), units(height), barClass(c.First.Tone)})
	}
	if d.Second > 0 {
		height := min(max(float64(d.Second)*unit, leastBar), chartHeight-zero)
		all = append(all, bar{x, units(zero), units(height), barClass(c.Second.Tone)})
	}
	return all
}

// bars are the rectangles of the bar with that index, from below. Those of a bar that is
// higher than the scale divide the whole height.
func (c Chart) bars(i int) []bar {
	if c.Below {
		return c.belowBars(i)
	}
	d := c.Bars[i]
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
func (s Series) keyClass() string {
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

// words say what a bar stands for: "2 September: 74 uses (New 62, Old 12)".
func (c Chart) words(d ChartBar) string {
	text := d.Label + ": " + c.counted(d.total())
	if c.Second.Name != "" {
		text += " (" + c.First.Name + " " + numbers.Grouped(d.First) + ", " + c.Second.Name + " " + numbers.Grouped(d.Second) + ")"
	}
	return text
}

// A chartRow is a row of the table of a chart: several bars.
type chartRow struct{ From, First, Second string }

// rows are the bars, PerRow at a time, each row with its first date.
func (c Chart) rows() []chartRow {
	var all []chartRow
	for bars := range slices.Chunk(c.Bars, cmp.Or(c.PerRow, 7)) {
		first, second := 0, 0
		for _, d := range bars {
			first, second = first+d.First, second+d.Second
		}
		all = append(all, chartRow{bars[0].Label, numbers.Grouped(first), numbers.Grouped(second)})
	}
	return all
}
