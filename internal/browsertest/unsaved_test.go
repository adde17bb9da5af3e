//go:build browser

package browsertest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/web/words"
)

// unsavedWalk leaves a form with and without unsaved input.
func unsavedWalk(t *testing.T, b *tab) {
	b.site.add(t, "una.saved@example.com")
	const path = "/users/una.saved@example.com/edit"
	b.signIn("owner@example.com")
	b.open(path, http.StatusOK)
	b.follow("link", words.AuditLog)
	b.asked("leave an untouched form", 0)
	b.open(path, http.StatusOK)
	b.fill("Name optional", "Una")
	b.stays.Store(true)
	b.click("link", words.AuditLog)
	b.asked("leave with unsaved input", 1)
	b.at(path)
	b.holds("Name optional", "Una")
	b.stays.Store(false)
	b.follow("link", words.AuditLog)
	b.asked("leave anyway", 2)
	b.open(path, http.StatusOK)
	b.fill("Name optional", "Una")
	b.fill("Name optional", " ")
	js[any](b, `document.activeElement.value = ""; document.activeElement.dispatchEvent(new Event("input", {bubbles: true}))`)
	b.follow("link", words.AuditLog)
	b.asked("leave what was undone", 2)
	b.open(path, http.StatusOK)
	b.fill("Name optional", "Una")
	b.follow("link", "Cancel")
	b.asked("cancel", 2)
	b.open(path, http.StatusOK)
	b.fill("Picture optional", "no address")
	b.lead("button", "Save changes", http.StatusUnprocessableEntity)
	b.asked("send", 2)
	b.follow("link", words.AuditLog)
	b.asked("leave a form with mistakes", 3)
	b.open(path, http.StatusOK)
	b.fill("Name optional", "Una Saved")
	b.follow("button", "Save changes")
	b.asked("save", 3)
}

// asked checks how often the browser has asked whether to leave a page.
func (b *tab) asked(what string, times int64) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s: be asked %d times", what, times), func() bool { return b.leaving.Load() >= times })
	if got := b.leaving.Load(); got != times {
		b.fail("%s: asked %d times, want %d", what, got, times)
	}
}

// scriptlessBackWalk leaves a half-filled form and comes back, without scripts.
func scriptlessBackWalk(t *testing.T, b *tab) {
	b.site.add(t, "benno.back@example.com")
	b.do("turn scripts off", command(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.signIn("owner@example.com")
	b.open("/users/benno.back@example.com/edit", http.StatusOK)
	b.fill("Name optional", "Benno")
	b.follow("link", words.AuditLog)
	b.do("go back", back)
	b.at("/users/benno.back@example.com/edit")
	b.wait("have the input", `document.querySelector("[name=name]").value === "Benno"`)
}

// unreachedWalk sorts and pages through a list while the console cannot be reached, and while an
// answer breaks off. The rows stay.
func unreachedWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.open("/users", http.StatusOK)
	const rows = `document.querySelectorAll("#results tbody tr").length === 50`
	const alert = `document.querySelector("#results > [role=alert] [data-again]")`
	b.block("/users*")
	b.focusOn("thead a[href*=created]")
	b.do("press Enter", enterKey)
	b.wait("say so, with the rows", alert+` && `+rows)
	b.examineOpen("unreached")
	b.block()
	b.click("button", "Try again")
	b.at("/users?sort=-created")
	b.wait("be sorted, without the message", rows+` && !`+alert)
	b.block("/users*")
	b.do("click on the search", chromedp.Click(chromedp.CSS("#q")))
	b.press("ada")
	b.wait("say so, with the rows", alert+` && `+rows)
	b.block()
	js[any](b, `(() => {
	  const fetch = window.fetch;
	  window.before = document.querySelector("[data-again]");
	  window.fetch = async (...request) => { // the answer breaks off after 500 bytes
	    window.fetch = fetch;
	    const whole = await fetch(...request), body = await whole.arrayBuffer();
	    const broken = new ReadableStream({start(c) { c.enqueue(new Uint8Array(body, 0, 500)); },
	      pull(c) { c.error(new TypeError("network error")); }});
	    return new Response(broken, {status: 200, headers: whole.headers});
	  };
	})()`)
	b.click("button", "Try again")
	b.wait("say so anew, with the rows", alert+` && `+alert+` !== window.before && `+rows)
	b.click("button", "Try again")
	b.wait("have the hits", `!`+alert+` && document.querySelectorAll("#results tbody tr").length < 50`)
}

// clockWalk leaves a page open for hours.
func clockWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.open("/audit", http.StatusOK)
	for _, ago := range []time.Duration{
		90 * time.Second, 59*time.Minute + 30*time.Second, 61*time.Minute + 30*time.Second, 26 * time.Hour, 31 * 24 * time.Hour, 700 * 24 * time.Hour, 800 * 24 * time.Hour,
		-90 * time.Second, -25 * time.Hour, -15 * 24 * time.Hour,
	} {
		got := js[string](b, fmt.Sprintf(`(() => {
		  const time = document.querySelector("time[title]"), root = document.documentElement;
		  time.dateTime = new Date(Date.now() - %d).toISOString();
		  document.dispatchEvent(new Event("visibilitychange"));
		  return time.textContent;
		})()`, ago.Milliseconds()))
		if want := words.Relative(ago); got != want {
			b.t.Errorf("%s: got %q, want %q", ago, got, want)
		}
	}
}
