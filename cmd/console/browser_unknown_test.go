//go:build browser

package main

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestBrowserUnknown loses the answers to changes in a demo of its own, whose database
// does so as it is told, and looks at the pages that say so.
func TestBrowserUnknown(t *testing.T) {
	t.Parallel()
	var loss atomic.Int64
	s := startFaulty(t, database.Options{Lose: func() database.Loss { return database.Loss(loss.Swap(int64(database.LoseNothing))) }})
	b := s.visit(t)
	b.signIn("owner@example.com")

	lose := func(how database.Loss, address string) {
		b.open("/users/new", http.StatusOK)
		b.fill("E-mail address", address)
		b.fill("Name optional", "Kim <Larsen>")
		loss.Store(int64(how))
		b.lead("button", "Add person", http.StatusServiceUnavailable)
		b.sees("It is not known whether this was done", "never a part", "Request")
	}
	lose(database.LoseAnswer, "kim@example.com")
	b.examine("unknown")
	b.follow("button", "See whether it was done")
	b.sees("It was done", "There is nothing left to do.")
	b.examine("unknown-done")
	b.follow("link", "Go on")
	b.at("/users/kim@example.com?added=1")

	lose(database.LoseCommit, "lou@example.com")
	b.follow("button", "See whether it was done")
	b.sees("It was not done", "Send it again")
	b.examine("unknown-not-done")
	b.follow("button", "Send it again")
	b.at("/users/lou@example.com?added=1")
	b.sees("Kim <Larsen>")

	lose(database.LoseAnswer, "mia@example.com")
	b.follow("button", "Send it again")
	b.at("/users/mia@example.com?added=1")
	b.sees("That was done already")

	unknownSignOut(b, &loss)
}

// unknownSignOut signs out while the answer to that gets lost.
func unknownSignOut(b *tab, loss *atomic.Int64) {
	b.open("/profile", http.StatusOK)
	loss.Store(int64(database.LoseCommit))
	b.lead("button", "Sign out", http.StatusServiceUnavailable)
	b.sees("It is not known whether you are signed out")
	b.examine("unknown-sign-out")
	b.follow("button", "Sign out again")
	b.at("/sign-in") // by way of the provider
}
