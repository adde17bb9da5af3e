//go:build browser

package browsertest

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// exportWalk exports the results of a search, in two formats.
func exportWalk(t *testing.T, b *tab) {
	dir := t.TempDir()
	b.signIn("auditor@example.com")
	b.do("have a place for downloads", command(browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	}))
	b.fill("Name, address or filter", "mar")
	b.wait("have the search in the link", `document.querySelector("[data-asked]").search === "?q=mar"`)
	b.click("button", "Export, columns and views")
	b.follow("link", "Export…")
	b.sees("Search: mar")
	count := js[string](b, `document.querySelector("form.card button.primary").innerText.trim()`)
	if !strings.HasPrefix(count, "Export ") || !strings.HasSuffix(count, " users") {
		b.fail("the button says %q", count)
	}
	b.click("radio", "JSON Lines")
	b.click("button", count)
	users := strings.TrimSuffix(strings.TrimPrefix(count, "Export "), " users")
	b.sees("Done: " + users + " users exported")
	b.wait("hear it", `document.querySelector("#announce").textContent.startsWith("Done: ")`)
	b.at("/users/export?q=mar")
	b.until("have the file", func() bool { return lines(filepath.Join(dir, "users.jsonl")) == users })

	b.click("radio", "CSV")
	b.do("send the form again", chromedp.Click(chromedp.CSS("form.card button.primary")))
	b.until("have the other file", func() bool { return lines(filepath.Join(dir, "users.csv")) != "" })
	b.open("/audit?action=directory.exported", http.StatusOK)
	b.sees("exported the directory (" + users + " users)")
}

// lines returns the number of lines of a file, empty if the file does not exist.
func lines(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	n := 0
	for s := bufio.NewScanner(file); s.Scan(); {
		n++
	}
	return strconv.Itoa(n)
}
