//go:build browser

package browsertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/roboto-ai/console/web/words"
)

// keyboardWalk does the main job with the keyboard alone.
func keyboardWalk(t *testing.T, b *tab) {
	b.site.add(t, "kaja.lind@example.com")
	b.open("/", http.StatusOK)
	b.tabTo("Sign in")
	b.enter(http.StatusOK)
	b.tabTo("owner@example.com")
	b.enter(http.StatusOK)
	b.at("/users")
	skipAndSearch(b)
	editByKeys(b)
	createByKeys(b)
	changeRoleByKeys(b)
	deactivateByKeys(b)
	b.tabTo("Sign out")
	b.enter(http.StatusOK)
	b.wait("be back from the provider", `location.pathname === "/sign-in"`)
}

// skipAndSearch skips the sidebar, then finds someone while typing.
func skipAndSearch(b *tab) {
	b.tabTo("Skip to content")
	b.do("press Enter", enterKey)
	b.wait("be at the content", `document.activeElement.id === "main"`)
	b.focusOn("#q")
	b.press("kaja.lind")
	b.sees("1–1 of 1")
	b.wait("be in the search still", `document.activeElement.id === "q"`)
	b.tabTo("kaja.lind@example.com")
	b.enter(http.StatusOK)
}

// editByKeys makes a mistake, follows the summary to it, and corrects it.
func editByKeys(b *tab) {
	b.tabTo("More actions")
	b.press(kb.Enter)
	b.tabTo("Edit")
	b.enter(http.StatusOK)
	b.tabTo("Name optional")
	b.press("Kaja Lind")
	b.tabTo("Picture optional")
	b.press("no address")
	b.enter(http.StatusUnprocessableEntity)
	b.wait("have the focus on what is wrong", `document.activeElement.id === "errors"`)
	b.press(kb.Tab) // to the first link of the summary
	b.do("press Enter", enterKey)
	b.wait("be in the field", `document.activeElement.name === "picture_url"`)
	js[any](b, `document.activeElement.select()`)
	b.press(kb.Backspace)
	b.tabTo("Reason optional")
	b.press("New surname.")
	b.enter(http.StatusOK)
	b.at("/users/kaja.lind@example.com")
	b.sees("Name none to Kaja Lind", "“New surname.”")
}

// createByKeys creates a service user.
func createByKeys(b *tab) {
	b.tabTo("Service users")
	b.enter(http.StatusOK)
	b.tabTo("New")
	b.do("press Enter", enterKey)
	b.tabTo(words.NewServiceUser)
	b.enter(http.StatusOK)
	b.tabTo("User ID")
	b.press("key-turner")
	b.tabTo("Purpose")
	b.press("Turns keys.")
	b.tabTo("Responsible person")
	b.press("owner@example.com")
	b.press(kb.Escape) // closes the list of suggestions
	b.tabTo("User")    // the role that is selected
	b.press(kb.ArrowDown)
	b.enter(http.StatusOK)
	b.at("/users/key-turner/tokens/new?first=1")
	b.tabTo(words.SkipForNow)
	b.enter(http.StatusOK)
	b.at("/users/key-turner")
	b.sees("Turns keys.", "Auditor")
}

// changeRoleByKeys finds the act with the palette.
func changeRoleByKeys(b *tab) {
	b.do("press Ctrl-K", controlK)
	b.askPalette("change role of kaja")
	b.hit("Change role of Kaja Lind…")
	b.enter(http.StatusOK)
	b.tabTo("User")
	b.press(kb.ArrowDown)
	b.tabTo("Reason optional")
	b.press("Audits now.")
	b.enter(http.StatusOK)
	b.sees("Role User to Auditor", "“Audits now.”")
}

// deactivateByKeys deactivates the person and finds the event in the audit log.
func deactivateByKeys(b *tab) {
	b.tabTo("More actions")
	b.press(kb.Enter)
	b.tabTo("Deactivate")
	b.enter(http.StatusOK)
	b.tabTo("Reason optional")
	b.press("Has left.")
	b.tabTo("Deactivate kaja.lind@example.com")
	b.enter(http.StatusOK)
	b.sees(words.Deactivated("Kaja Lind"), "“Has left.”")
	b.tabTo(words.AuditLog)
	b.enter(http.StatusOK)
	b.sees("deactivated Kaja Lind")
}

// phoneWalk opens and closes the menu on a phone.
func phoneWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.look(390, "dark", false)
	b.misses(words.AuditLog)
	b.click("button", "Open menu")
	b.sees(words.AuditLog)
	b.checkAccess("drawer", 390, "dark")
	b.shoot("drawer-dark-390")
	b.press(kb.Escape)
	b.wait("have the focus where it was", `document.activeElement.ariaLabel === "Open menu"`)
	b.misses(words.AuditLog)
	b.click("button", "Open menu")
	b.click("button", "Light")
	b.wait("be light", `document.documentElement.dataset.theme === "light"`)
	b.follow("link", words.MyProfile)
	b.at("/profile")
}

// press presses keys one after another.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do("press keys", chromedp.KeyEvent(keys))
}

// enterKey presses Enter.
var enterKey = keystroke("Enter", "Enter", "\r", 13)

// keystroke presses a key as a keyboard does: no character is typed if the page prevents the
// default of the key.
func keystroke(key, code, text string, number int64) chromedp.Action[chromedp.Void] {
	down := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: code, Text: text, WindowsVirtualKeyCode: number,
	}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	return chromedp.Steps(command(input.DispatchKeyEvent, down), command(input.DispatchKeyEvent, up))
}

// enter presses Enter, which leads to a page with that status.
func (b *tab) enter(status int) {
	b.t.Helper()
	b.load("press Enter", status, enterKey)
}

// focused returns the name of the focused element, and what is wrong with its focus indicator.
const focused = `(() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const label = e.getAttribute("aria-label") ?? e.labels?.[0]?.innerText ?? e.innerText;
  const name = label.replace(/\s+/g, " ").trim();
  if (e === document.body) return {name: ""};
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return {name, fault: "has no outline"};
  if (!e.contains(top) && !top?.contains(e)) return {name, fault: "is out of sight"};
  return {name};
})()`

// tabTo presses Tab until the focus is on the element of that name, or on one with that user ID in
// its name; it may be there already. Every element on the way must have a visible focus indicator.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	var stops []string
	if js[struct{ Name, Fault string }](b, focused).Name == name { // the first field of a form
		return
	}
	for len(stops) < 300 {
		b.press(kb.Tab)
		focus := js[struct{ Name, Fault string }](b, focused)
		if focus.Fault != "" {
			b.fail("with the focus, %q %s", focus.Name, focus.Fault)
		}
		box := strings.HasPrefix(focus.Name, "Select ") // stands before the link to a user
		if focus.Name == name || strings.Contains(name, "@") && strings.Contains(focus.Name, name) && !box {
			return
		}
		stops = append(stops, focus.Name)
	}
	b.fail("Tab does not lead to %q but to %q", name, stops)
}
