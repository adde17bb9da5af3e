//go:build browser

package browsertest

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/axe.min.js
var axe string

// runAxe returns the accessibility faults of a page, one line for each.
const runAxe = `axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
}).then((result) => result.violations.flatMap((rule) =>
  rule.nodes.map((node) => rule.id + " " + node.target.join(" ") + ": " + node.failureSummary.replace(/\s+/g, " "))))`

// findOverflow returns elements that are wider than the window, and text that is cut off.
const findOverflow = `(() => {
  const faults = [], width = document.documentElement.clientWidth;
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility({visibilityProperty: true}) || e.closest(".sr, svg, [popover]")) continue;
    const style = getComputedStyle(e);
    if (e.clientWidth <= 1 && e.clientHeight <= 1) continue; // for screen readers alone
    const cut = style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && e.scrollWidth > e.clientWidth + 1;
    if (cut) faults.push("cut off: " + e.outerHTML.slice(0, 150));
  }
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.querySelectorAll("body :not(.tabs *)")].filter((e) => e.getBoundingClientRect().right > width + 1);
    faults.push("wider than " + width + ": " + wide.map((e) => e.outerHTML.slice(0, 100)).slice(-3).join("\n"));
  }
  return faults;
})()`

// examine checks the page in both colour schemes, at three widths, with large text and in forced
// colours. name is that of its screenshots.
func (b *tab) examine(name string) {
	b.t.Helper()
	b.settle()
	for _, width := range []int64{1366, 390} {
		for _, scheme := range []string{"light", "dark"} {
			b.look(width, scheme, false)
			b.checkAccess(name, width, scheme)
			b.shoot(fmt.Sprintf("%s-%s-%d", name, scheme, width))
		}
	}
	b.look(320, "light", false)
	b.report(name, 320, "light", js[[]string](b, findOverflow))
	b.shoot(name + "-light-320")
	b.look(1366, "light", false)
	b.textSize(32)
	b.report(name, 1366, "text at 200 %", js[[]string](b, findOverflow))
	b.textSize(16)
	b.look(1366, "light", true)
	b.press(kb.Tab)
	if focus := js[struct{ Name, Fault string }](b, focused); focus.Fault != "" {
		b.t.Errorf("%s in forced colours: with the focus, %q %s", name, focus.Name, focus.Fault)
	}
	b.shoot(name + "-forced-1366")
	b.look(1366, "light", false)
}

// checkAccess checks the accessibility of the page in its current state.
func (b *tab) checkAccess(name string, width int64, how string) {
	b.t.Helper()
	if !js[bool](b, `"axe" in window`) {
		js[any](b, axe+"; null")
	}
	b.report(name, width, how, js[[]string](b, runAxe))
}

// textSize sets the default font size of the browser, in pixels.
func (b *tab) textSize(size int64) {
	b.t.Helper()
	b.do("change the size of text", command(page.SetFontSizes, page.SetFontSizesParams{
		FontSizes: &page.FontSizes{Standard: size, Fixed: size},
	}))
	b.wait("have text of that size", fmt.Sprintf(`getComputedStyle(document.documentElement).fontSize === "%dpx"`, size))
}

// report fails the test with the faults of a page, if there are any.
func (b *tab) report(name string, width int64, how string, faults []string) {
	b.t.Helper()
	if len(faults) > 0 {
		b.t.Errorf("%s, %d pixels wide, %s:\n%s", name, width, how, strings.Join(faults, "\n"))
	}
}

// look sets the width of the window, the preferred colour scheme, and forced colours.
func (b *tab) look(width int64, scheme string, forced bool) {
	b.t.Helper()
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}
	if forced {
		features = append(features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	}
	b.do("change the look", chromedp.EmulateViewport(width, 900),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}))
}

// shoot takes a screenshot of the page if CONSOLE_TEST_SHOTS names a directory for it.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("CONSOLE_TEST_SHOTS")
	if dir == "" {
		return
	}
	picture := ask(b, "take a screenshot of "+name, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		b.t.Error(err)
	}
}
