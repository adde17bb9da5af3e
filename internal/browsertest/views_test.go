//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/web/words"
)

// viewsWalk saves a view, shares its address, chooses columns and the size of a
// page, and deletes the view, all without scripts.
func viewsWalk(t *testing.T, b *tab) {
	b.do("turn scripts off", command(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.signIn("admin@example.com")
	b.open("/users?role=auditor&sort=-seen", http.StatusOK)
	b.click("button", "Save view")
	b.wait("type a name at once", `document.activeElement.name === "name"`)
	b.fill("Name", "Auditors of late")
	b.follow("button", "Save")
	b.at("/users?role=auditor&sort=-seen")
	b.sees(words.SavedView("Auditors of late"))
	b.click("button", "Export, columns and views")
	b.follow("link", "Columns…")
	b.click("checkbox", "Time zone")
	b.click("radio", "25")
	b.load("apply", http.StatusOK, chromedp.Click(chromedp.CSS("main .primary")))
	b.at("/users?role=auditor&sort=-seen")
	b.sees("Last seen Created Time zone", "1–25 of")
	b.click("button", "Export, columns and views")
	b.follow("link", "Manage views")
	b.sees("Role: Auditor · Last seen first")
	b.follow("button", "Delete Auditors of late")
	b.sees(words.DeletedView("Auditors of late"))
}

// savedView saves the filters of the directory as a view of that name.
func savedView(name string, status int) func(*tab) {
	return func(b *tab) {
		b.click("button", "Save view")
		b.fill("Name", name)
		b.lead("button", "Save", status)
	}
}

// opened clicks on a button that opens a part of the page.
func opened(button string) func(*tab) {
	return func(b *tab) { b.click("button", button) }
}
