//go:build browser

package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Measures of the directory, in pixels.
const (
	firstRow = `document.querySelector(".picks tbody tr").getBoundingClientRect().top + scrollY`
	rowTall  = `Math.max(...[...document.querySelectorAll(".picks tbody tr")].map((row) => row.getBoundingClientRect().height))`
)

// besideBar is how many boxes of rows stand at the height of the bar, and whether one of them
// cannot be clicked on.
const besideBar = `(() => {
  const bar = document.querySelector(".bulk > div").getBoundingClientRect();
  const boxes = [...document.querySelectorAll(".picks tbody [type=checkbox]")].filter((box) => {
    const {top, bottom} = box.getBoundingClientRect();
    return bottom > bar.top && top < bar.bottom;
  });
  const covered = boxes.some((box) => {
    const {left, right, top, bottom} = box.getBoundingClientRect();
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return there && there.closest("label") !== box.closest("label");
  });
  return {beside: boxes.length, covered};
})()`

// layoutWalk measures the directory: its head, its rows on a phone, and the bar of the acts on
// selected users.
func layoutWalk(_ *testing.T, b *tab) {
	b.signIn("owner@example.com")
	for width, most := range map[int64]float64{1366: 150, 390: 220} {
		b.look(width, "light", false)
		for _, path := range []string{"/users", "/users?view=people", "/users?view=review-due"} {
			b.open(path, http.StatusOK)
			b.atMost(fmt.Sprintf("%s, %d wide, above the first row", path, width), firstRow, most)
			b.shoot(fmt.Sprintf("layout-%d-%s", width, strings.TrimLeft(path[len("/users"):], "?view=")))
			if width == 390 {
				b.atMost(fmt.Sprintf("%s, %d wide, the tallest row", path, width), rowTall, 84)
			}
		}
		b.uncovered(width)
	}
	b.look(320, "light", false)
	b.uncovered(320)
}

// atMost checks a measure.
func (b *tab) atMost(what, measure string, most float64) {
	b.t.Helper()
	got := js[float64](b, measure)
	b.t.Logf("%s: %.0f pixels", what, got)
	if got > most {
		b.t.Errorf("%s: %.1f pixels, want at most %.0f", what, got, most)
	}
}

// uncovered selects a user, and checks that the bar covers the box of no row wherever one scrolls
// to.
func (b *tab) uncovered(width int64) {
	b.t.Helper()
	b.open("/users", http.StatusOK)
	js[any](b, `document.querySelector(".picks tbody [type=checkbox]").checked = true`)
	b.wait("see the bar", `document.querySelector(".bulk").checkVisibility()`)
	beside := 0
	for y := range 40 {
		js[any](b, fmt.Sprintf(`scrollTo({top: %d, behavior: "instant"})`, 23*y))
		at := js[struct {
			Beside  int
			Covered bool
		}](b, besideBar)
		beside += at.Beside
		if at.Covered {
			b.t.Errorf("%d wide, scrolled by %d pixels: the bar covers the box of a row", width, 23*y)
			b.shoot(fmt.Sprintf("bar-covers-%d", width))
			return
		}
	}
	if beside == 0 {
		b.t.Errorf("%d wide: no row was beside the bar", width)
	}
}
