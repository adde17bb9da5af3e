//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/roboto-ai/console/web/words"
)

// keptFormWalk sends a form after its session has ended. After the sign-in the form is filled in
// as before.
func keptFormWalk(t *testing.T, b *tab) {
	b.site.add(t, "kim.larsen@example.com")
	b.signIn("owner@example.com")
	b.open("/users/kim.larsen@example.com/edit", http.StatusOK)
	b.fill("Name optional", "Kim Larsen")
	b.fill("Reason optional", "Married.")
	b.endSession()
	b.lead("button", "Save changes", http.StatusUnauthorized)
	b.sees(words.SignInAgain, "Your form is kept for ten minutes.")
	b.follow("link", "Sign in")
	b.choose("owner@example.com", http.StatusOK)
	b.at("/users/kim.larsen@example.com/edit")
	b.sees("It has not been sent yet")
	b.holds("Name optional", "Kim Larsen")
	b.holds("Reason optional", "Married.")
	b.another().openUnnamed("/users/kim.larsen@example.com", "Kim Larsen")
	b.follow("button", "Save changes")
	b.sees("Name none to Kim Larsen", "“Married.”")
}

// openUnnamed opens a page that does not show name yet.
func (b *tab) openUnnamed(path, name string) {
	b.t.Helper()
	b.open(path, http.StatusOK)
	b.misses(name)
}

// conflictWalk edits the same user in two tabs.
func conflictWalk(t *testing.T, b *tab) {
	b.site.add(t, "cleo.marin@example.com")
	b.signIn("owner@example.com")
	theirs := b.another()
	for _, one := range []*tab{b, theirs} {
		one.open("/users/cleo.marin@example.com/edit", http.StatusOK)
	}
	theirs.fill("Name optional", "Cleo Marin")
	theirs.follow("button", "Save changes")
	b.fill("Name optional", "Cléo Marín")
	b.lead("button", "Save changes", http.StatusConflict)
	b.sees("You saved other changes to this user meanwhile", "Before None", "Saved Cleo Marin", "Yours Cléo Marín")
	b.wait("have the focus on the message", `document.activeElement.id === "stale"`)
	b.holds("Name optional", "Cléo Marín")
	b.follow("button", "Save changes")
	b.sees("Name Cleo Marin to Cléo Marín")
}

// mistakesWalk sends a form with mistakes: all values are kept.
func mistakesWalk(_ *testing.T, b *tab) {
	b.signIn("owner@example.com")
	b.open("/service-users/new", http.StatusOK)
	b.fill("User ID", "owner@example.com")
	b.fill("Purpose", "Counts what is left.")
	b.fill("Responsible person", "nobody@example.com")
	b.lead("button", "Create service user", http.StatusUnprocessableEntity)
	b.wait("have the focus on what is wrong", `document.activeElement.id === "errors"`)
	b.holds("User ID", "owner@example.com")
	b.holds("Purpose", "Counts what is left.")
	b.fill("User ID", "left-counter")
	b.fill("Responsible person", "owner@example.com")
	b.follow("button", "Create service user")
	b.at("/users/left-counter/tokens/new?first=1")
}
