//go:build browser

package browsertest

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// halfFilledWalk fills in half of a form, chooses a theme, reloads, leaves and comes back. The
// browser restores the values and the version they were based on, so that a conflicting edit is
// noticed. The next person who signs in sees none of it.
func halfFilledWalk(t *testing.T, b *tab) {
	b.site.add(t, "half.done@example.com")
	b.signIn("owner@example.com")
	b.open("/users/half.done@example.com/edit", http.StatusOK)
	b.fill("Name optional", "Half")
	version := js[string](b, `document.querySelector("[name=version]").value`)
	b.click("button", "Dark")
	b.wait("be dark", `document.documentElement.dataset.theme === "dark" && document.activeElement.ariaPressed === "true"`)
	b.holds("Name optional", "Half")
	b.load("reload", http.StatusOK, command(page.Reload, page.ReloadParams{}))
	b.wait("be dark still", `document.documentElement.dataset.theme === "dark"`)
	b.holds("Name optional", "Half")
	theirs := b.another()
	theirs.open("/users/half.done@example.com/edit", http.StatusOK)
	theirs.fill("Name optional", "Done")
	theirs.follow("button", "Save changes")
	b.follow("link", "Cancel")
	b.load("go back", http.StatusOK, back)
	b.holds("Name optional", "Half")
	b.wait("be filled from what was seen", `document.querySelector("[name=version]").value === "`+version+`"`)
	b.lead("button", "Save changes", http.StatusConflict)
	b.wait("have the focus on the message", `document.activeElement.id === "stale"`)
	b.holds("Name optional", "Half")
	b.open("/users/half.done@example.com/edit", http.StatusOK)
	b.fill("Reason optional", "For my eyes.")
	b.follow("link", "Cancel")
	b.endSession()
	b.another().signIn("admin@example.com")
	b.load("go back as someone else", http.StatusOK, back)
	b.holds("Reason optional", "")
}

// back goes one page back.
var back = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	history, err := cdp.Call(ctx, t, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		return err
	}
	_, err = cdp.Call(ctx, t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{
		EntryID: history.Entries[history.CurrentIndex-1].ID,
	})
	return err
})

// turnPagesWalk sorts the directory and pages through it by keyboard: the focus stays in place,
// and the result is announced.
func turnPagesWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.open("/users", http.StatusOK)
	b.focusOn("thead a[href*=created]")
	b.do("press Enter", enterKey)
	b.at("/users?sort=-created")
	b.wait("be at the column still", `document.activeElement.closest("th")?.ariaSort === "descending"`)
	b.wait("announce it", `/^[0-9,]+ users, Newest first$/.test(document.querySelector("#announce").textContent)`)
	b.wait("show the order in the head", `document.querySelector("[aria-sort=descending]")?.textContent.trim() === "Created"`)
	b.focusOn(".pager [rel=next]")
	b.do("press Enter", enterKey)
	b.wait("announce the place", `/, 51–100 of [0-9,]+$/.test(document.querySelector("#announce").textContent)`)
	b.wait("be at the beginning of the list, in sight", `document.activeElement.id === "results" &&
		document.activeElement.getBoundingClientRect().top >= 0`)
	b.press(kb.Tab)
	b.wait("go on in the list", `document.activeElement.closest("#results") !== null`)
	b.open("/audit", http.StatusOK)
	b.focusOn(".pager [rel=next]")
	b.do("press Enter", enterKey)
	b.wait("be at the beginning of the list", `document.activeElement.id === "results" && location.search.startsWith("?after=")`)
}

// focusOn focuses the element of a selector.
func (b *tab) focusOn(selector string) {
	b.t.Helper()
	js[any](b, `document.querySelector("`+selector+`").focus()`)
}
