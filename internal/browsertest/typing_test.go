//go:build browser

package browsertest

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/roboto-ai/console/web/words"
)

// typingWalk types filters character by character, with a search at each. The focus stays in the
// box, even if the text is no valid filter, and nothing is searched while an input method composes
// a word.
func typingWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	for _, text := range []string{"role:ad", "seen:>9", "created:>2026-0", "rolle:admin"} {
		b.open("/users", http.StatusOK)
		b.typeBitByBit("#q", text)
	}
	b.sees("There is no filter “rolle:”.")
	b.press(kb.Enter)
	b.wait("have searched", `!document.querySelector(".htmx-request")`)
	b.wait("be in the box still", `document.activeElement.id === "q"`)
	b.open("/audit", http.StatusOK)
	b.typeBitByBit("#q", "ada")
	b.typeBitByBit("#f-actor", "!!")
	b.press(kb.Tab)
	b.sees(words.EnterNameOrID)
	b.wait("be in the field that Tab leads to", `document.activeElement.id === "f-target"`)
	composeWord(b)
	menuInUse(b)
}

// typeBitByBit types text and waits for the list after each character. The focus and the caret
// must stay.
func (b *tab) typeBitByBit(selector, text string) {
	b.t.Helper()
	b.do("click on "+selector, chromedp.Click(chromedp.CSS(selector)))
	js[any](b, `window.lost = 0; document.activeElement.onblur = () => window.lost++`)
	for _, r := range text {
		js[any](b, `window.asked = 0; document.body.addEventListener("htmx:finally:request", () => window.asked++, {once: true})`)
		b.press(string(r))
		if selector == "#q" {
			b.wait("have a list for what is typed", `window.asked > 0`)
		}
	}
	b.wait("keep the focus, the caret and the text", `window.lost === 0 && document.activeElement.selectionStart === `+
		`document.activeElement.value.length && document.activeElement.value === `+strconv.Quote(text))
	js[any](b, `document.activeElement.onblur = null`)
}

// composeWord types with an input method, which composes a word.
func composeWord(b *tab) {
	b.open("/users", http.StatusOK)
	b.do("click on the search", chromedp.Click(chromedp.CSS("#q")))
	js[any](b, `window.held = 0; window.asked = []; addEventListener("htmx:config:request", (e) => e.defaultPrevented ? window.held++ : window.asked.push(e.type))`)
	for _, text := range []string{"す", "すず", "鈴木"} {
		b.do("compose "+text, command(input.ImeSetComposition, input.ImeSetCompositionParams{
			Text: text, SelectionStart: int64(len([]rune(text))), SelectionEnd: int64(len([]rune(text))),
		}))
	}
	b.wait("hold back the search", `window.held > 0 && window.asked.length === 0`)
	b.do("end the word", command(input.InsertText, input.InsertTextParams{Text: "鈴木"}))
	b.at("/users?q=" + url.QueryEscape("鈴木"))
	b.wait("be in the box still", `document.activeElement.id === "q" && document.activeElement.value === "鈴木"`)
}

// menuInUse types a name into a menu of the list while the list is reloaded.
func menuInUse(b *tab) {
	b.open("/users?q=ad", http.StatusOK)
	b.click("button", "Save view")
	b.press("Ad")
	js[any](b, `(window.list = document.querySelector("#results"), null)`)
	js[any](b, `(() => { const q = document.querySelector("#q"); q.value = "ada"; q.dispatchEvent(new Event("input", {bubbles: true})); })()`)
	js[any](b, `new Promise((done) => document.addEventListener("htmx:finally:request", done, {once: true}))`)
	b.press("as")
	b.wait("type on", `document.activeElement.name === "name" && document.activeElement.value === "Adas"`)
	b.press(kb.Escape)
	b.wait("have the list for what was typed", `window.list && !window.list.isConnected && document.querySelector("#results")`)
	b.at("/users?q=ada")
}
