//go:build browser

package browsertest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/web/words"
)

// adminWalk does what an admin may do, and is refused the rest.
func adminWalk(t *testing.T, b *tab) {
	b.site.add(t, "ada.brandt@example.com")
	b.signIn("admin@example.com")
	b.open("/users/owner@example.com", http.StatusOK)
	b.sees("only an owner can edit a user with that role")
	b.misses("Edit", words.ChangeRole, "Deactivating")
	b.open("/users/owner@example.com/edit", http.StatusForbidden)
	b.sees("You don't have permission to do this", "only an owner can edit a user with that role", "Who can help", "owner@example.com")
	b.open("/users/ada.brandt@example.com", http.StatusOK)
	b.click("button", "More actions")
	b.misses(words.ChangeRole)
	b.follow("link", "Edit")
	b.fill("Name optional", "Ada Brandt")
	b.follow("button", "Save changes")
	b.sees("Name none to Ada Brandt")
	b.open("/users/new", http.StatusOK)
	b.fill("E-mail address", "adam.brandt@example.com")
	b.follow("button", "Add person")
	b.sees("adam.brandt@example.com can sign in now", "Link to send")
}

// auditorWalk sees everything and changes nothing.
func auditorWalk(_ *testing.T, b *tab) {
	b.signIn("auditor@example.com")
	b.at("/users")
	b.sees("Only admins and owners can add a person.")
	b.misses(words.AddPersonTitle, words.NewServiceUser)
	b.open("/users/owner@example.com", http.StatusOK)
	b.sees("Overview", "Last changes", "Only admins and owners can edit a user.")
	b.misses("Deactivating")
	b.follow("link", "Sessions")
	b.follow("link", "Activity")
	b.follow("link", words.AuditLog)
	b.openNewest()
	b.sees("Back to the audit log", "Source")
	b.open("/users/new", http.StatusForbidden)
	b.sees("You don't have permission to do this", "Your role is auditor.", "Who can help")
}

// userWalk edits their own profile and reviews a service user they are responsible for.
func userWalk(t *testing.T, b *tab) {
	b.signIn("user@example.com")
	b.at("/profile")
	b.misses(words.AuditLog, "Find a user")
	b.open("/users", http.StatusForbidden)
	b.sees("You don't have permission to do this", "Your role is user.", "Who can help", "owner@example.com")
	b.follow("link", words.MyProfile)
	b.fill("Name optional", "Robin Test")
	b.follow("button", "Save changes")
	b.sees("Robin Test")
	b.follow("button", "Mark as reviewed Warehouse uploader")
	b.at("/profile")
	b.sees("The review date is")
	record := download(t, b, "Download my data")
	if !json.Valid(record) {
		t.Errorf("the download is no JSON: %.100s", record)
	}
}

// download clicks on a link to a file and returns its content.
func download(t *testing.T, b *tab, link string) []byte {
	t.Helper()
	dir := t.TempDir()
	context := chromedp.FromContext(b.ctx).BrowserContextID
	if _, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: context, DownloadPath: dir,
	}); err != nil {
		t.Fatal(err)
	}
	b.click("link", link)
	var data []byte
	b.until("have the file", func() bool {
		files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		if len(files) == 1 {
			data, _ = os.ReadFile(files[0])
		}
		return len(data) > 0
	})
	return data
}

// refusedWalk signs in as people who are refused: the page says why.
func refusedWalk(_ *testing.T, b *tab) {
	for userID, why := range map[string]string{
		"deactivated@example.com": "Your account has been deactivated.",
		"stranger@example.com":    "You are not in the directory yet.",
		"unverified@example.com":  "Your e-mail address is not verified",
	} {
		b.open("/", http.StatusOK)
		b.follow("link", "Sign in")
		b.choose(userID, http.StatusForbidden)
		b.sees(words.CouldNotSignIn, why, "The provider sent the address "+userID, "What to tell an admin")
		b.open("/users", http.StatusOK) // the sign-in page
		b.sees("You sign in on your organisation's own page")
	}
}
