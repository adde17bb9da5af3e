package views_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/views"
)

func styleSheet(t *testing.T) string {
	t.Helper()
	css, err := os.ReadFile("../static/src/console.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(css)
}

// A theme is the colours of the console by name, in light or in dark.
type theme map[string]string

var (
	pairRule  = regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)
	plainRule = regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6});`)
)

// themes returns the colours of both themes as the style sheet has them.
func themes(t *testing.T) map[string]theme {
	t.Helper()
	css := styleSheet(t)
	light, dark := make(theme), make(theme)
	for _, m := range pairRule.FindAllStringSubmatch(css, -1) {
		light[m[1]], dark[m[1]] = m[2], m[3]
	}
	for _, m := range plainRule.FindAllStringSubmatch(css, -1) {
		light[m[1]], dark[m[1]] = m[2], m[2]
	}
	return map[string]theme{"light": light, "dark": dark}
}

// luminance returns the relative luminance of a colour, as WCAG 2.2 defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	linear := func(c uint64) float64 {
		s := float64(c&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8) + 0.0722*linear(rgb)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// The least contrasts of text and of shapes, to one (WCAG 2.2, 1.4.3 and 1.4.11).
const textContrast, shapeContrast = 4.5, 3

// surfaces are the colours behind text.
const surfaces = "canvas sunken raised foot hover current"

// contrasts are the pairs of colours that pages have, with the least contrast of each.
var contrasts = []struct {
	fore, on string
	want     float64
}{
	{"fg", surfaces + " ok-bg warn-bg bad-bg info-bg sel", textContrast},
	{"fg-muted", surfaces, textContrast},
	{"fg-link", "canvas sunken raised foot", textContrast},
	{"on-accent", "accent accent-hover bad-solid", textContrast},
	{"ok", "ok-bg raised", textContrast},
	{"warn", "warn-bg raised canvas foot", textContrast},
	{"bad", "bad-bg raised canvas foot hover", textContrast},
	{"info", "info-bg", textContrast},
	{"av0", "av0-bg", textContrast},
	{"av1", "av1-bg", textContrast},
	{"av2", "av2-bg", textContrast},
	{"av3", "av3-bg", textContrast},
	{"av4", "av4-bg", textContrast},
	{"av5", "av5-bg", textContrast},
	{"line-strong", "canvas sunken raised", shapeContrast},
	{"ring", surfaces, shapeContrast},
	{"accent", "canvas raised", shapeContrast},
	{"bad", "raised", shapeContrast},
	{"bar", "raised", shapeContrast},
	{"bar-2", "raised", shapeContrast},
	{"bar-bad", "raised", shapeContrast},
	{"warn", "canvas raised", shapeContrast},
}

// TestContrast checks the contrasts in both themes.
func TestContrast(t *testing.T) {
	t.Parallel()
	for name, colours := range themes(t) {
		for _, test := range contrasts {
			for on := range strings.FieldsSeq(test.on) {
				if got := contrast(t, colours[test.fore], colours[on]); got < test.want {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want at least %.1f", name, test.fore, on, got, test.want)
				}
			}
		}
	}
}

func TestColoursAreInOnePlace(t *testing.T) {
	t.Parallel()
	_, rules, found := strings.Cut(styleSheet(t), "--av5-bg")
	if !found {
		t.Fatal("the style sheet has no colours of avatars")
	}
	apart := regexp.MustCompile(`--shadow|::selection|::backdrop`)
	for line := range strings.Lines(rules[strings.Index(rules, "\n"):]) {
		if regexp.MustCompile(`#[0-9a-f]{3,8}\b`).MatchString(line) && !apart.MatchString(line) {
			t.Errorf("a colour outside of :root: %s", strings.TrimSpace(line))
		}
	}
}

// classes adds the classes of all elements below n to set.
func classes(n *html.Node, set map[string]bool) {
	for child := range n.Descendants() {
		for _, a := range child.Attr {
			if a.Key == "class" {
				for class := range strings.FieldsSeq(a.Val) {
					set[class] = true
				}
			}
		}
	}
}

func TestEveryClassIsStyledAndUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"js": true, "copied": true, "htmx-request": true} // set by scripts
	pages := samples()
	pages["_ui"] = pageOf(views.ComponentsPage, chrome("Components", ""))
	for _, page := range pages {
		root, err := html.Parse(strings.NewReader(rendered(t, page(nil))))
		if err != nil {
			t.Fatal(err)
		}
		classes(root, used)
	}
	styled := make(map[string]bool)
	selectors := regexp.MustCompile(`(?s)\{[^{}]*\}|/\*.*?\*/`).ReplaceAllString(styleSheet(t), "{}")
	for _, m := range regexp.MustCompile(`\.([a-z][a-z0-9-]*)`).FindAllStringSubmatch(selectors, -1) {
		styled[m[1]] = true
	}
	for class := range used {
		if !styled[class] {
			t.Errorf("class %q is on a page but not in the style sheet", class)
		}
	}
	for class := range styled {
		if !used[class] {
			t.Errorf("class %q is in the style sheet but on no page", class)
		}
	}
}
