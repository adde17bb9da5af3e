//go:build browser

package browsertest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the browser of all tests. Every test has a browser context of its own, which shares
// no cookies and no cache with others.
var chromium context.Context

// TestMain starts the browser that CONSOLE_TEST_BROWSER names, or one that chromedp finds.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Env("HOME="+home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME="), // where it writes crash reports and caches
		chromedp.NoSandbox, // it opens trusted pages alone
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	if path := os.Getenv("CONSOLE_TEST_BROWSER"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	var closeTab context.CancelFunc
	chromium, closeTab = chromedp.NewContext(allocator)
	status := 1
	if err := chromedp.Do(chromium); err != nil {
		fmt.Fprintln(os.Stderr, "start the browser:", err)
	} else {
		status = m.Run()
	}
	closeTab()
	stop()
	_ = os.RemoveAll(home)
	os.Exit(status)
}

// walks are jobs that a person does in the browser.
var walks = map[string]func(*testing.T, *tab){
	"the main job as owner":              ownerWalk,
	"the main job without scripts":       scriptlessWalk,
	"the main job by keyboard":           keyboardWalk,
	"the drawer of a phone":              phoneWalk,
	"views and columns without scripts":  viewsWalk,
	"an export, followed to its end":     exportWalk,
	"how much comes over the wire":       wireWalk,
	"what an admin may":                  adminWalk,
	"what an auditor may":                auditorWalk,
	"what a user may":                    userWalk,
	"who is turned away":                 refusedWalk,
	"a form sent after the session":      keptFormWalk,
	"two tabs that edit the same person": conflictWalk,
	"on paper and in forced colours":     outputWalk,
	"a copy that the browser refuses":    refusedCopyWalk,
	"a form with mistakes":               mistakesWalk,
	"a name with many marks":             markedNameWalk,
	"filters typed bit by bit":           typingWalk,
	"a form left half filled":            halfFilledWalk,
	"orders and pages by keyboard":       turnPagesWalk,
	"tokens from first to last":          tokensWalk,
	"tokens that concern people":         peopleWalk,
	"the palette by keyboard":            paletteWalk,
	"the palette in every state":         paletteStatesWalk,
	"the palette without scripts":        scriptlessPaletteWalk,
	"the keys of lists":                  listKeysWalk,
	"unsaved input":                      unsavedWalk,
	"unsaved input without scripts":      scriptlessBackWalk,
	"a console that is not reached":      unreachedWalk,
	"a page that is left open":           clockWalk,
	"how much room the directory takes":  layoutWalk,
}

// TestBrowser walks through a demo. Concurrent walks change different users.
func TestBrowser(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	for name, walk := range walks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(t, s.visit(t))
		})
	}
	s.add(t, "conflict@example.com")
	for _, group := range looks {
		t.Run("pages as seen by "+cmp.Or(group.who, "a visitor who has not signed in"), func(t *testing.T) {
			t.Parallel()
			pagesWalk(s.visit(t), group.who, group.pages)
		})
	}
}
