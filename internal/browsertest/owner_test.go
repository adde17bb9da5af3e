//go:build browser

package browsertest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/roboto-ai/console/web/words"
)

// A job is the main job of an owner, with the users it changes.
type job struct {
	*tab
	person  string // user_id of someone without a name
	service string // user_id of a service user to create
}

// ownerWalk does the main job with a mouse.
func ownerWalk(t *testing.T, b *tab) {
	j := job{b, "zora.novak@example.com", "dock-loader"}
	b.site.add(t, j.person)
	b.signIn("owner@example.com")
	b.at("/users")
	j.searchLive()
	j.work()
	j.signOut()
}

// scriptlessWalk does the main job where no scripts run.
func scriptlessWalk(t *testing.T, b *tab) {
	j := job{b, "zita.szabo@example.com", "gate-keeper"}
	b.site.add(t, j.person)
	b.do("turn scripts off", command(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.signIn("owner@example.com")
	b.fill("Name, address or filter", j.person)
	b.enter(http.StatusOK)
	b.sees("1–1 of 1")
	j.work()
	j.signOut()
}

// work is the main job, from the list that shows the person.
func (j job) work() {
	j.t.Helper()
	j.follow("link", j.person)
	j.edit()
	j.readAudit()
	j.createServiceUser()
	j.changeRole()
	j.deactivate()
}

// searchLive finds the person among a thousand while typing.
func (j job) searchLive() {
	j.t.Helper()
	pages := js[int](j.tab, `history.length`)
	j.fill("Name, address or filter", j.person)
	j.at("/users?q=" + url.QueryEscape(j.person))
	j.sees("1–1 of 1")
	j.wait("hear the count", `document.querySelector("#announce").textContent.startsWith("1 of ")`)
	if focus := js[string](j.tab, `document.activeElement.id`); focus != "q" {
		j.fail("the focus went to %q", focus)
	}
	if got := js[int](j.tab, `history.length`); got != pages {
		j.fail("typing made %d pages to go back to", got-pages)
	}
	// The first click on a result moves the focus away from the field. It must not
	// replace the results, or the click would miss.
	j.settle()
	js[any](j.tab, `(document.querySelector("#results").marked = true, document.activeElement.blur())`)
	j.settle()
	if !js[bool](j.tab, `document.querySelector("#results").marked === true`) {
		j.fail("to leave the search field puts other results in the place of those that are shown")
	}
}

// edit gives the person a name and checks the change on their page.
func (j job) edit() {
	j.t.Helper()
	j.click("button", "More actions")
	j.follow("link", "Edit")
	j.at("/users/" + j.person + "/edit")
	j.fill("Name optional", "Zoë Test")
	j.click("checkbox", words.Channel("web_ui"))
	j.fill("Reason optional", j.reason())
	j.follow("button", "Save changes")
	j.at("/users/" + j.person)
	j.sees("Saved", "Name none to Zoë Test", "Notifications in the web interface Off to On", j.reason())
}

// reason returns a reason for the edit that no other event has.
func (j job) reason() string {
	name, _, _ := strings.Cut(j.person, ".")
	return "Asked for by " + name + " at the desk"
}

// readAudit finds the change in the audit log and opens it there.
func (j job) readAudit() {
	j.t.Helper()
	j.follow("link", words.AuditLog)
	j.fill("Search the log", j.reason())
	j.do("press Enter", chromedp.KeyEvent(kb.Enter))
	j.sees("Search: "+j.reason(), "Amara Okafor changed", "“"+j.reason()+"”")
	j.openNewest()
	j.sees("What changed", "Name none to Zoë Test", j.reason(), "user.edited")
}

// createServiceUser creates a service user with a responsible person.
func (j job) createServiceUser() {
	j.t.Helper()
	j.follow("link", "Users")
	j.click("button", "New")
	j.follow("link", words.NewServiceUser)
	j.fill("User ID", j.service)
	j.fill("Purpose", "Loads the dock at night.")
	j.fill("Responsible person", "user@example.com")
	j.click("radio", "Auditor")
	j.follow("button", "Create service user")
	j.follow("link", words.SkipForNow)
	j.at("/users/" + j.service)
	j.sees("Loads the dock at night.", "user@example.com", "Service user", "Auditor")
}

// changeRole gives the person another role.
func (j job) changeRole() {
	j.t.Helper()
	j.open("/users/"+j.person, http.StatusOK)
	j.click("button", "More actions")
	j.follow("link", words.ChangeRole)
	j.click("radio", "Auditor")
	j.fill("Reason optional", "Audits now.")
	j.follow("button", words.ChangeRole)
	j.at("/users/" + j.person)
	j.sees("Role User to Auditor", "“Audits now.”")
}

// deactivate deactivates the person on the page that lists the consequences.
func (j job) deactivate() {
	j.t.Helper()
	j.click("button", "More actions")
	j.follow("link", "Deactivate")
	j.sees("Deactivate Zoë Test?", "What ends now", "What stays")
	j.fill("Reason optional", "Has left.")
	j.follow("button", "Deactivate "+j.person)
	j.at("/users/" + j.person)
	j.sees(words.Deactivated("Zoë Test"), "“Has left.”", "Reactivate")
}

// signOut signs out. After that no private page is shown, and nothing signs in again by itself.
func (j job) signOut() {
	j.t.Helper()
	j.follow("button", "Sign out")
	j.wait("be back from the provider", `location.pathname === "/sign-in"`)
	j.sees("You sign in on your organisation's own page")
	j.goBackTo(j.site.console + "/users/" + j.person)
	j.at("/sign-in?return_to=" + url.QueryEscape("/users/"+j.person))
	j.misses("Zoë Test")
	j.open("/", http.StatusOK)
	j.at("/")
	j.sees("You sign in on your organisation's own page")
}

// goBackTo goes back to the last page with that address, as the Back button does.
func (b *tab) goBackTo(address string) {
	b.t.Helper()
	history := ask(b, "read the history", chromedp.NavigationEntries())
	slices.Reverse(history.Entries)
	i := slices.IndexFunc(history.Entries, func(e *page.NavigationEntry) bool { return e.URL == address })
	if i < 0 {
		b.fail("%s is not in the history", address)
	}
	b.load("go back to "+address, http.StatusOK, command(page.NavigateToHistoryEntry,
		page.NavigateToHistoryEntryParams{EntryID: history.Entries[i].ID}))
}
