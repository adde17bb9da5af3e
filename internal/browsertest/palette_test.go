//go:build browser

package browsertest

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/roboto-ai/console/web/words"
)

// controlK opens the palette.
var controlK = chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))

// inPalette is true if the palette is open and shows what was found for what is typed.
const inPalette = `document.activeElement.closest("#palette[open]") &&
	document.querySelector("#found [data-text]")?.dataset.text === document.activeElement.value.trim()`

// chosenHit is the text of the chosen option.
const chosenHit = `(document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.innerText.replace(/\s+/g, " ") ?? "")`

// ask types into the palette and waits for the hits.
func (b *tab) askPalette(text string) {
	b.t.Helper()
	b.press(text)
	b.wait("have hits for "+text, inPalette)
}

// hit checks the text of the chosen option.
func (b *tab) hit(want string) {
	b.t.Helper()
	b.wait("have chosen "+want, chosenHit+`.includes(`+strconv.Quote(want)+`)`)
}

// paletteWalk finds users, acts, views and pages by keyboard alone.
func paletteWalk(t *testing.T, b *tab) {
	b.site.add(t, "paula.paletta@example.com", "paul.paletta@example.com")
	b.signIn("owner@example.com")
	b.open("/users", http.StatusOK)
	b.focusOn(".crumbs a, .page-head a, main a")
	js[any](b, `window.before = document.activeElement`)
	b.do("press Ctrl-K", controlK)
	b.askPalette("paletta")
	b.wait("be an expanded combobox", `document.activeElement.role === "combobox" && document.activeElement.ariaExpanded === "true"`)
	b.hit("paul.paletta@example.com")
	b.press(kb.ArrowDown)
	b.hit("paula.paletta@example.com")
	b.press(kb.ArrowUp + kb.ArrowUp)
	b.wait("go round", `[...document.querySelectorAll("#found [role=option]")].at(-1).ariaSelected === "true"`)
	b.wait("announce the count", `/^\d results$/.test(document.querySelector("#palette [role=status]").textContent)`)
	b.wait("mark the hits", `document.querySelector("#found mark").textContent === "paletta"`)
	b.press(kb.Escape)
	b.wait("have the focus where it was", `document.activeElement === window.before`)
	b.do("press /", keystroke("/", "Slash", "/", 191))
	b.askPalette("deactivate paula")
	b.hit("Deactivate paula.paletta@example.com…")
	b.enter(http.StatusOK)
	b.at("/users/paula.paletta@example.com/deactivate")
	b.do("press Ctrl-K", controlK)
	b.askPalette("paula.paletta@example.com")
	b.enter(http.StatusOK)
	b.at("/users/paula.paletta@example.com")
	b.do("press Ctrl-K", controlK)
	b.wait("have hits", inPalette)
	b.hit("paula.paletta@example.com") // the one that was opened last
	b.askPalette("audit l")
	b.enter(http.StatusOK)
	b.at("/audit")
}

// paletteStatesWalk looks at the palette in every state: with hits, nothing found, and not reached.
// A keystroke cancels the request of the one before.
func paletteStatesWalk(_ *testing.T, b *tab) {
	b.signIn("owner@example.com")
	b.open("/users", http.StatusOK)
	b.click("link", words.FindOrDo)
	b.askPalette("ad")
	b.examineOpen("palette")
	b.focusOn("#palette input")
	b.press("qqzz")
	b.wait("find nothing", inPalette+` && document.querySelector("#found .none")`)
	b.wait("be no longer expanded", `document.activeElement.ariaExpanded === "false"`)
	b.wait("announce it", `document.querySelector("#palette [role=status]").textContent.includes("adqqzz")`)
	b.examineOpen("palette-none")
	b.focusOn("#palette input")
	js[any](b, `document.activeElement.value = ""`)
	b.askPalette("ad")
	b.focusOn("#palette input")
	b.block("/go*")
	b.press("a")
	b.wait("say that it was not reached, with the hits", `document.querySelector("#found [data-again]") && document.querySelector("#found [role=option]")`)
	b.examineOpen("palette-away")
	b.block()
	b.click("button", "Try again")
	b.wait("have hits", `document.querySelector("#found [data-text]").dataset.text === "ada"`)
	js[any](b, `(() => {
	  const fetch = window.fetch;
	  window.fetch = (url, options) => { // the first request is never answered
	    window.fetch = fetch;
	    window.first = options.signal;
	    return new Promise((_, fail) => options.signal.onabort = () => fail(options.signal.reason));
	  };
	  document.querySelector("#palette input").focus();
	})()`)
	b.press("m")
	b.wait("have sent a request", `window.first`)
	b.press("a")
	b.wait("have cancelled it", `window.first.aborted`)
	b.wait("have hits for all of the text", inPalette)
}

// scriptlessPaletteWalk uses the palette as a form.
func scriptlessPaletteWalk(t *testing.T, b *tab) {
	b.site.add(t, "willa.formby@example.com", "wilma.formby@example.com")
	b.do("turn scripts off", command(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.signIn("owner@example.com")
	b.follow("link", words.FindOrDo)
	b.fill(words.FindOrDo, "formby")
	b.enter(http.StatusOK)
	b.at("/go?q=formby")
	b.sees("willa.formby@example.com", "wilma.formby@example.com", "Do with willa.formby@example.com")
	b.open("/go?q=Audit+log", http.StatusOK)
	b.at("/audit")
	b.open("/go?q=willa.formby%40example.com", http.StatusOK)
	b.at("/users/willa.formby@example.com")
	b.open("/go?q=qqzzqq", http.StatusOK)
	b.sees(words.NothingNamed("qqzzqq"))
}

// examineOpen checks an open dialog in both colour schemes and at three widths.
func (b *tab) examineOpen(name string) {
	b.t.Helper()
	b.settle()
	for _, width := range []int64{1366, 390, 320} {
		for _, scheme := range []string{"light", "dark"} {
			b.look(width, scheme, false)
			b.checkAccess(name, width, scheme)
			b.report(name, width, scheme, js[[]string](b, findOverflow))
			b.shoot(name + "-" + scheme + "-" + strconv.FormatInt(width, 10))
		}
	}
	b.look(1366, "light", false)
}

// block lets requests for paths of these patterns fail, and no others.
func (b *tab) block(patterns ...string) {
	b.t.Helper()
	var all []*network.BlockPattern
	for _, p := range patterns {
		all = append(all, &network.BlockPattern{URLPattern: b.site.console + p, Block: true})
	}
	b.do("block requests", command(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: all}))
}
