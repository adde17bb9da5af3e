//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// How many bytes may be transferred, compressed.
const (
	maxFirstLoad = 62_300 // with all headers
	maxLaterLoad = 6_000  // without headers, of a page that is loaded after others
	maxDirectory = 7_800  // with 50 users
	maxEvents    = 9_600  // with the 50 newest events, whatever they are
	maxProfile   = 10_000 // with all time zones, and ten sessions of other walks; TestWeight has the limit without these
)

// wireWalk weighs the first load of the directory and the pages after it.
func wireWalk(t *testing.T, b *tab) {
	b.signIn("owner@example.com")
	b.do("forget what is cached", command(network.ClearBrowserCache, cdp.Empty{}))
	first, _ := b.weigh(func() { b.open("/users", http.StatusOK) })
	t.Logf("the first load of the directory: %d bytes", first)
	if first > maxFirstLoad {
		t.Errorf("the first load of the directory: got %d bytes, want at most %d", first, maxFirstLoad)
	}
	for path, most := range map[string]int{
		"/users": maxDirectory, "/users?q=mar": maxDirectory, "/users?sort=-created": maxDirectory,
		"/users/user@example.com": maxLaterLoad, "/users/user@example.com/edit": maxLaterLoad, "/users/user@example.com/deactivate": maxLaterLoad,
		"/service-users/new": maxLaterLoad, "/audit": maxEvents, "/audit?action=user.edited": maxEvents, "/profile": maxProfile,
	} {
		b.weighLater(path, most, func() { b.open(path, http.StatusOK) })
	}
	b.open("/users", http.StatusOK)
	b.weighLater("searching while typing", maxLaterLoad, func() {
		b.do("click on the search", chromedp.Click(chromedp.CSS("#q")))
		b.do("type at once, for one answer", command(input.InsertText, input.InsertTextParams{Text: "mar"}))
		b.at("/users?q=mar")
	})
}

// weighLater weighs a page that is loaded after others; what names it. It fails the test if the page
// has more than most bytes.
func (b *tab) weighLater(what string, most int, act func()) {
	b.t.Helper()
	all, headers := b.weigh(act)
	b.t.Logf("%s: %d bytes", what, all-headers)
	if all-headers > most {
		b.t.Errorf("%s: got %d bytes, want at most %d", what, all-headers, most)
	}
}
