//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rowFocused is the index of the row of the cursor, with the focus on its link; -1 without one.
const rowFocused = `[...document.querySelectorAll("tbody tr")].findIndex((row) =>
	row.matches(".cursor") && document.activeElement.closest("tr") === row)`

// listKeysWalk moves through a list with single keys, and turns these off.
func listKeysWalk(_ *testing.T, b *tab) {
	b.signIn("owner@example.com")
	b.open("/users", http.StatusOK)
	b.press("j")
	b.wait("be in the first row", rowFocused+` === 0`)
	b.press("jjk")
	b.wait("be in the second row", rowFocused+` === 1`)
	href := js[string](b, `document.activeElement.getAttribute("href")`)
	b.enter(http.StatusOK)
	b.at(href)
	b.load("edit the user", http.StatusOK, chromedp.KeyEvent("e"))
	b.at(href + "/edit")
	b.open("/users", http.StatusOK)
	b.do("press Ctrl-J and Alt-J", chromedp.KeyEvent("j", chromedp.KeyModifiers(chromedp.ModifierAlt)))
	b.do("click on the search", chromedp.Click(chromedp.CSS("#q")))
	b.press("j?")
	b.wait("type only", `document.activeElement.value === "j?" && !document.querySelector("tr.cursor, dialog[open]")`)
	b.open("/users", http.StatusOK)
	b.press("?")
	b.wait("see the keys", `document.activeElement.closest("#keys[open]")`)
	b.examineOpen("keys")
	b.press("j" + kb.Escape)
	b.wait("be back", `!document.querySelector("tr.cursor, dialog[open]")`)
	b.open("/keys", http.StatusOK)
	b.follow("button", "Turn them off")
	b.at("/keys")
	b.open("/users", http.StatusOK)
	b.press("j?/")
	b.do("press Ctrl-K", controlK)
	b.wait("open the palette only", `document.querySelector("dialog[open]").id === "palette" && !document.querySelector("tr.cursor")`)
	b.open("/keys", http.StatusOK)
	b.follow("button", "Turn them on")
	b.open("/users", http.StatusOK)
	b.press("j")
	b.wait("be in the first row", rowFocused+` === 0`)
}
