package views

import (
	"strconv"
	"strings"
	"testing"
)

// charted returns a chart of days with so many uses.
func charted(uses ...int) Chart {
	c := Chart{ID: "uses", Caption: "Uses", First: Series{Name: "New"}}
	for i, n := range uses {
		c.Bars = append(c.Bars, ChartBar{Label: "Day " + strconv.Itoa(i+1), First: n})
	}
	return c
}

func TestChartScale(t *testing.T) {
	t.Parallel()
	steady := []int{40, 41, 38, 0, 44, 40, 39, 42, 40, 43}
	tests := []struct {
		name   string
		uses   []int
		top    int
		beyond int
	}{
		{"no uses", []int{0, 0}, 1, 0},
		{"a single use", []int{0, 1, 0}, 1, 0},
		{"a round number above the highest day", steady, 50, 0},
		{"one day that is much higher does not flatten the rest", append([]int{9000}, steady...), 50, 1},
		{"a day three times as high is on the scale", append([]int{120}, steady...), 200, 0},
		{"a token that is used hardly ever", []int{1, 0, 2, 0, 30}, 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := charted(test.uses...)
			if c.top() != test.top || len(c.beyond()) != test.beyond {
				t.Errorf("got a scale to %d with %d days above it, want %d with %d", c.top(), len(c.beyond()), test.top, test.beyond)
			}
		})
	}
}

func TestChartBarsStayInside(t *testing.T) {
	t.Parallel()
	c := charted(1, 50, 9000, 40, 40, 40, 40, 40, 40, 40, 40)
	c.Second, c.Bars[1].Second, c.Bars[2].Second = Series{Name: "Old", Tone: "old"}, 40, 9000
	for i := range c.Bars {
		foot := float64(chartHeight)
		for _, b := range c.bars(i) {
			y, errY := strconv.ParseFloat(b.Y, 64)
			height, errHeight := strconv.ParseFloat(b.Height, 64)
			if errY != nil || errHeight != nil || y < 0 || height < leastBar && y > 0 || y+height > foot+0.01 {
				t.Errorf("day %d: got a bar at %s of height %s above one at %v", i, b.Y, b.Height, foot)
			}
			foot = y
		}
	}
}

// TestChartSaysTheSame compares the picture with its words: each week is in the table,
// days above the scale are named with their numbers, and so are both series.
func TestChartSaysTheSame(t *testing.T) {
	t.Parallel()
	c := charted(40, 40, 40, 40, 40, 40, 40, 9000, 40, 40, 40)
	c.Second, c.Bars[7].Second = Series{Name: "Old", Tone: "old"}, 1
	got := render(t, chart(c))
	for _, want := range []string{
		"9,001 at most", "<td>Day 1</td><td>280</td><td>0</td>", "<td>Day 8</td><td>9,120</td><td>1</td>",
		"Above the scale:", "Day 8: 9,001 uses (New 9,000, Old 1)", `class="key k2">Old<`, `class="b2"`, `class="gap"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got no %q", want)
		}
	}
	if got := render(t, chart(charted(0, 0))); !strings.Contains(got, "No uses") || strings.Contains(got, "<svg") {
		t.Errorf("without uses: got %s", got)
	}
}

// TestChartBelow draws the second series below the zero line: on the same scale, inside of the
// chart, and at least visible.
func TestChartBelow(t *testing.T) {
	t.Parallel()
	c := charted(30, 10, 0, 1)
	c.Below, c.Second = true, Series{Name: "Left", Tone: "old"}
	c.Bars[1].Second, c.Bars[2].Second = 10, 1
	heights := map[int][]float64{}
	for i := range c.Bars {
		for _, b := range c.bars(i) {
			y, errY := strconv.ParseFloat(b.Y, 64)
			height, errHeight := strconv.ParseFloat(b.Height, 64)
			if errY != nil || errHeight != nil || y < 0 || y+height > chartHeight+0.01 || height < leastBar {
				t.Errorf("bar %d: %+v leaves the chart", i, b)
			}
			if below := b.Class == "b2"; below != (y >= c.zero()) {
				t.Errorf("bar %d: %+v is on the wrong side of the zero line at %v", i, b, c.zero())
			}
			heights[i] = append(heights[i], height)
		}
	}
	if len(heights[1]) != 2 || heights[1][0] != heights[1][1] || len(heights[2]) != 1 {
		t.Errorf("got heights %v; want those of equal numbers equal, and none for zero", heights)
	}
}
