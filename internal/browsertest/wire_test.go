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
	maxFirstLoad = 62_300  // with all headers
	maxLaterLoad = 8 << 10 // without headers
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
	for _, path := range []string{
		"/users", "/users?q=mar", "/users?sort=-created", "/users/user@example.com", "/users/user@example.com/edit",
		"/users/user@example.com/deactivate", "/service-users/new", "/audit", "/audit?action=user.edited", "/profile",
	} {
		b.weighLater(path, func() { b.open(path, http.StatusOK) })
	}
	b.open("/users", http.StatusOK)
	b.weighLater("searching while typing", func() {
		b.do("click on the search", chromedp.Click(chromedp.CSS("#q")))
		b.do("type at once, for one answer", command(input.InsertText, input.InsertTextParams{Text: "mar"}))
		b.at("/users?q=mar")
	})
}

// weighLater weighs a page that is loaded after others; what names it.
func (b *tab) weighLater(what string, act func()) {
	b.t.Helper()
	if all, headers := b.weigh(act); all-headers > maxLaterLoad {
		b.t.Errorf("%s: got %d bytes, want at most %d", what, all-headers, maxLaterLoad)
	}
}
