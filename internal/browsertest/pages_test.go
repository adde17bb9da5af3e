//go:build browser

package browsertest

import (
	"net/http"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/web/words"
)

// A look is a page to examine.
type look struct {
	name   string // of its screenshots
	path   string // of the console
	status int    // 200 if 0
	then   func(*tab)
}

// looks are all the pages, by the person who sees them, empty for a visitor who has not signed in.
// Each group has a browser context of its own.
var looks = []struct {
	who   string
	pages []look
}{
	{"", []look{
		{name: "sign-in", path: "/"},
		{name: "sign-in-return", path: "/sign-in?return_to=%2Faudit"},
		{name: "provider", path: "/sign-in/start"},
		{name: "refused-deactivated", path: "/", then: signInRefused("deactivated@example.com")},
		{name: "refused-stranger", path: "/", then: signInRefused("stranger@example.com")},
		{name: "refused-unverified", path: "/", then: signInRefused("unverified@example.com")},
		{name: "refused-attempt", path: "/sign-in/callback?state=old&code=old", status: http.StatusBadRequest},
		{name: "nobody-not-found", path: "/nowhere", status: http.StatusNotFound},
	}},
	{"owner@example.com", []look{
		{name: "directory", path: "/users"},
		{name: "directory-filtered", path: "/users?q=mar&type=person&status=invited&sort=-created"},
		{name: "directory-none", path: "/users?q=nobody%40example.com"},
		{name: "directory-close", path: "/users?q=jonson"},
		{name: "directory-stranger", path: "/users?q=stranger%40example.com"},
		{name: "directory-columns", path: "/users/layout"},
		{name: "directory-filters", path: "/users/filter?role=admin,owner&department=Mapping"},
		{name: "directory-all-selected", path: "/users?view=people&all=1"},
		{name: "directory-review-due", path: "/users?view=review-due"},
		{name: "directory-reviewed", path: "/users?view=review-due", then: reviewFirst},
		{name: "directory-deactivated", path: "/users?view=deactivated"},
		{name: "directory-addresses", path: "/users/addresses?all=1&role=admin"},
		{name: "directory-save", path: "/users?q=mar", then: opened("Save view")},
		{name: "directory-saved", path: "/users?role=admin", then: savedView("Admins", http.StatusOK)},
		{name: "saved-views", path: "/users/views"},
		{name: "saved-views-mistake", path: "/users?role=owner", then: savedView("Admins", http.StatusUnprocessableEntity)},
		{name: "export", path: "/users/export"},
		{name: "export-filtered", path: "/users/export?view=people&q=mar&status=invited&sort=-created"},
		{name: "export-none", path: "/users/export?q=nobody%40example.com"},
		{name: "export-mistake", path: "/users/export?type=robot", status: http.StatusUnprocessableEntity},
		{name: "export-done", path: "/users/export?role=admin", then: exportAll},
		{name: "batches-none", path: "/batches"},
		{name: "batch-role", path: "/users/batch?act=role&all=1&q=mar"},
		{name: "batch-labels", path: "/users/batch?act=labels&all=1&q=mar"},
		{name: "batch-responsible", path: "/users/batch?act=responsible&all=1&type=service"},
		{name: "batch-no-users", path: "/users/batch"},
		{name: "batch-preview", path: "/users/batch?act=deactivate&all=1&q=mar", then: func(b *tab) { b.follow("button", "Show what changes") }},
		{name: "import", path: "/users/import"},
		{name: "import-mistake", path: "/users/import", then: func(b *tab) { b.lead("button", "Check", http.StatusUnprocessableEntity) }},
		{name: "import-check", path: "/users/import", then: checkMany},
		{name: "import-done", path: "/users/import", then: addMany},
		{name: "overview", path: "/overview"},
		{name: "todo", path: "/todo"},
		{name: "users-as-of", path: "/users?as_of=" + time.Now().AddDate(0, 0, -1).Format(time.DateOnly) + "&role=admin"},
		{name: "user-as-of", path: "/users/admin@example.com/as-of?at=" + time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)},
		{name: "service-users", path: "/users?type=service"},
		{name: "bad-filter", path: "/users?q=typ%3Aservice+seen%3Ayesterday", status: http.StatusUnprocessableEntity},
		{name: "bad-place", path: "/users?after=x", status: http.StatusBadRequest},
		{name: "detail-self", path: "/users/owner@example.com"},
		{name: "detail", path: "/users/admin@example.com"},
		{name: "detail-menu", path: "/users/admin@example.com", then: func(b *tab) { b.click("button", "More actions") }},
		{name: "detail-folds", path: "/users/admin@example.com", then: func(b *tab) { b.do("unfold the sign-in", chromedp.Click("#sign-in > summary")) }},
		{name: "detail-deactivated", path: "/users/deactivated@example.com"},
		{name: "detail-invited", path: "/users/invited@example.com"},
		{name: "detail-service", path: "/users/warehouse-uploader"},
		{name: "tokens", path: "/users/warehouse-uploader/tokens"},
		{name: "tokens-none", path: "/users/admin@example.com/tokens"},
		{name: "tokens-own", path: "/profile/tokens"},
		{name: "activity", path: "/users/admin@example.com/activity"},
		{name: "sessions", path: "/users/owner@example.com/sessions"},
		{name: "sessions-none", path: "/users/invited@example.com/sessions"},
		{name: "edit", path: "/users/admin@example.com/edit"},
		{name: "edit-service", path: "/users/warehouse-uploader/edit"},
		{name: "note", path: "/users/admin@example.com/note"},
		{name: "edit-mistake", path: "/users/admin@example.com/edit", then: mistake("Picture optional", "no address", "Save changes")},
		{name: "role", path: "/users/admin@example.com/role"},
		{name: "deactivate", path: "/users/user@example.com/deactivate"},
		{name: "deactivate-mistake", path: "/users/user@example.com/deactivate", then: mistake("Hand over Warehouse uploader to optional", "nobody", "Deactivate user@example.com")},
		{name: "reactivate", path: "/users/deactivated@example.com/reactivate"},
	}},
	{"owner@example.com", []look{
		{name: "delete", path: "/users/user@example.com/delete"},
		{name: "delete-mistake", path: "/users/invited@example.com/delete", then: mistake("Type invited@example.com to confirm", "someone", words.Withdraw+" invited@example.com")},
		{name: "deleted-none", path: "/users?view=deleted"},
		{name: "deleted", path: "/service-users/new", then: deleteSomeone("gone-soon", "")},
		{name: "deleted-user", path: "/service-users/new", then: deleteSomeone("gone-now", "Gone")},
		{name: "reset", path: "/users/admin@example.com/reset-sign-in"},
		{name: "new-person", path: "/users/new"},
		{name: "new-person-mistake", path: "/users/new", then: mistake("E-mail address", "owner@example.com", "Add person")},
		{name: "new-service", path: "/service-users/new"},
		{name: "new-service-named", path: "/service-users/new?user_id=dock"},
		{name: "new-service-mistake", path: "/service-users/new", then: mistake("User ID", "", "Create service user")},
		{name: "person-added", path: "/users/new", then: addSomeone},
		{name: "audit", path: "/audit"},
		{name: "audit-sign-ins", path: "/audit?signins=1"},
		{name: "audit-refused", path: "/audit?view=refused"},
		{name: "audit-matches", path: "/audit?actor=example", status: http.StatusUnprocessableEntity},
		{name: "audit-export", path: "/audit?view=roles", then: openExport},
		{name: "audit-none", path: "/audit?q=nothing+of+the+kind"},
		{name: "audit-mistake", path: "/audit?actor=%21%21", status: http.StatusUnprocessableEntity},
		{name: "event", path: "/audit", then: openEvent("changed")},
		{name: "undo", path: "/audit", then: undoEvent},
		{name: "event-none", path: "/audit/999999999", status: http.StatusNotFound},
		{name: "profile", path: "/profile"},
		{name: "profile-mistake", path: "/profile", then: mistake("Picture optional", "no address", "Save changes")},
		{name: "not-found", path: "/nowhere", status: http.StatusNotFound},
		{name: "nobody-found", path: "/users/nobody@example.com", status: http.StatusNotFound},
		{name: "api", path: "/api"},
		{name: "go", path: "/go?q=ad"},
		{name: "go-none", path: "/go?q=qqzz"},
		{name: "keys-page", path: "/keys"},
		{name: "about", path: "/about"},
		{name: "components", path: "/_ui"},
		{name: "signed-out", path: "/profile", then: signedOut},
	}},
	{"admin@example.com", []look{
		{name: "admin-detail", path: "/users/owner@example.com"},
		{name: "admin-refused", path: "/users/owner@example.com/edit", status: http.StatusForbidden},
		{name: "admin-new-service", path: "/service-users/new"},
		{name: "conflict", path: "/users/conflict@example.com/edit", then: conflict},
		{name: "sign-in-again", path: "/users/conflict@example.com/edit", then: signInAgain},
	}},
	{"auditor@example.com", []look{
		{name: "auditor-directory", path: "/users"},
		{name: "auditor-views", path: "/users/views"},
		{name: "auditor-detail", path: "/users/admin@example.com"},
		{name: "auditor-refused", path: "/users/new", status: http.StatusForbidden},
	}},
	{"user@example.com", []look{
		{name: "user-profile", path: "/profile"},
		{name: "user-go", path: "/go"},
		{name: "user-refused", path: "/users", status: http.StatusForbidden},
		{name: "user-service", path: "/users/warehouse-uploader"},
	}},
}

// signInRefused signs in as a person who is refused.
func signInRefused(userID string) func(*tab) {
	return func(b *tab) {
		b.follow("link", "Sign in")
		b.choose(userID, http.StatusForbidden)
	}
}

// mistake sends the form with a wrong value in a field.
func mistake(label, value, button string) func(*tab) {
	return func(b *tab) {
		b.fill(label, value)
		b.lead("button", button, http.StatusUnprocessableEntity)
	}
}

// openNewest opens the newest event of the log by its clock time.
func (b *tab) openNewest() {
	b.t.Helper()
	b.load("open the newest event", http.StatusOK, chromedp.Click(chromedp.CSS(".events .at a")))
}

// openExport opens the menu with the formats of an export.
func openExport(b *tab) { b.click("button", "Export") }

// openEvent opens the newest event in the list that has a word in it.
func openEvent(word string) func(*tab) {
	return func(b *tab) {
		path := js[string](b, `[...document.querySelectorAll(".events li")].find((e) => e.innerText.includes("`+word+`"))
			.querySelector("a[href^='/audit/']").getAttribute("href")`)
		b.open(path, http.StatusOK)
	}
}

// addSomeone adds a person, which leads to the page with the link to send.
func addSomeone(b *tab) {
	b.fill("E-mail address", "added@example.com")
	b.follow("button", "Add person")
}

// checkMany pastes the addresses of two people, and one that is none.
func checkMany(b *tab) {
	b.fill("Addresses", "Check One <check.one@example.com>, check.two@example.com; nothing@")
	b.follow("button", "Check")
}

// addMany adds the two people.
func addMany(b *tab) {
	checkMany(b)
	b.follow("button", "Add 2 people")
	b.sees("Text to send")
}

// undoEvent opens the page that undoes the newest change that can be taken back.
func undoEvent(b *tab) {
	openEvent("Undo…")(b)
	b.follow("link", "Undo…")
}

// deleteSomeone creates a service user and deletes it; then it opens the page about a deleted user of that
// name, or the view Deleted.
func deleteSomeone(id, name string) func(*tab) {
	return func(b *tab) {
		b.fill("User ID", id)
		b.fill("Name optional", name)
		b.fill("Purpose", "Gone soon.")
		b.fill("Responsible person", "owner@example.com")
		b.follow("button", "Create service user")
		b.open("/users/"+id+"/delete", http.StatusOK)
		b.fill("Type "+id+" to confirm", id)
		b.follow("button", "Delete "+id)
		b.open("/users?view=deleted", http.StatusOK)
		if name != "" {
			b.follow("link", name)
		}
	}
}

// reviewFirst marks the first user of the list as reviewed, which the next page says.
func reviewFirst(b *tab) {
	b.do("tick the first row", chromedp.Click(chromedp.CSS(".picks tbody tr:first-child [type=checkbox]")))
	b.load("mark it", http.StatusOK, chromedp.Click(chromedp.CSS(reviewButton)))
	b.wait("be told so", `document.querySelector(".saved form button")`)
}

// exportAll exports all users of the page and drops the file.
func exportAll(b *tab) {
	b.do("keep no downloads", command(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	}))
	b.do("send the form", chromedp.Click(chromedp.CSS("form.card button.primary")))
	b.sees("Done: ")
}

// signedOut signs out after the session has ended: the page does not redirect to the provider
// then.
func signedOut(b *tab) {
	b.endSession()
	b.follow("button", "Sign out")
}

// conflict saves a form that another tab has saved meanwhile.
func conflict(b *tab) {
	other := b.another()
	other.open("/users/conflict@example.com/edit", http.StatusOK)
	other.fill("Name optional", "Theirs")
	other.follow("button", "Save changes")
	b.fill("Name optional", "Ours")
	b.lead("button", "Save changes", http.StatusConflict)
}

// signInAgain sends a form after the session has ended.
func signInAgain(b *tab) {
	b.endSession()
	b.lead("button", "Save changes", http.StatusUnauthorized)
}

// pagesWalk examines pages as a person sees them.
func pagesWalk(b *tab, who string, pages []look) {
	if who != "" {
		b.signIn(who)
	}
	for _, page := range pages {
		b.open(page.path, max(page.status, http.StatusOK))
		if page.then != nil {
			page.then(b)
		}
		b.examine(page.name)
	}
}
