//go:build browser

package main

import (
	"net/http"
	"testing"
)

// ownerWalk does the main job as an owner, with a mouse.
func ownerWalk(t *testing.T, b *tab) {
	b.site.add(t, "zora.novak@example.com")
	b.signIn("owner@example.com")
	b.at("/users")
	searchLive(b)
	b.follow("link", "zora.novak@example.com")
	editWithReason(b)
	readAudit(b)
	createServiceUser(b)
	changeRole(b)
	deactivate(b)
	signOut(b)
}

// searchLive finds someone among a thousand while typing.
func searchLive(b *tab) {
	pages := js[int](b, `history.length`)
	b.fill("Search by name or user ID", "zora.n")
	b.at("/users?q=zora.n")
	b.sees("Search: zora.n", "1–1 of 1")
	b.wait("hear the count", `document.querySelector("#announce").textContent === "1 user found"`)
	if focus := js[string](b, `document.activeElement.id`); focus != "q" {
		b.fail("the focus went to %q", focus)
	}
	if got := js[int](b, `history.length`); got != pages {
		b.fail("typing made %d pages to go back to", got-pages)
	}
}

// editWithReason gives someone a name and reads on their page what came of it.
func editWithReason(b *tab) {
	b.follow("link", "Edit")
	b.at("/users/zora.novak@example.com/edit")
	b.fill("Name optional", "Zora Nováková")
	b.click("checkbox", "Notices in the web interface")
	b.fill("Reason optional", "She asked for it at the desk.")
	b.follow("button", "Save changes")
	b.at("/users/zora.novak@example.com")
	b.sees("Saved zora.novak@example.com.", "Name none to Zora Nováková", "“She asked for it at the desk.”")
}

// readAudit finds the change in the audit log and opens it there.
func readAudit(b *tab) {
	b.follow("link", "Audit log")
	b.fill("Search the log", "asked for it")
	b.at("/audit?q=asked+for+it")
	b.sees("Amara Okafor", "Zora Nováková", "“She asked for it at the desk.”")
	b.follow("link", "just now")
	b.sees("What changed", "Name none to Zora Nováková", "She asked for it at the desk.", "user.edited")
}

// createServiceUser creates one with a responsible person.
func createServiceUser(b *tab) {
	b.follow("link", "Users")
	b.follow("link", "New service user")
	b.fill("User ID", "dock-loader")
	b.fill("Purpose", "Loads the dock at night.")
	b.fill("Responsible person", "user@example.com")
	b.click("radio", "Auditor")
	b.follow("button", "Create service user")
	b.at("/users/dock-loader")
	b.sees("Loads the dock at night.", "user@example.com", "Service user", "Auditor")
}

// changeRole gives someone another role.
func changeRole(b *tab) {
	b.open("/users/zora.novak@example.com", http.StatusOK)
	b.click("DisclosureTriangle", "Change role")
	b.click("radio", "Auditor")
	b.fill("Reason optional", "She audits now.")
	b.follow("button", "Change role")
	b.at("/users/zora.novak@example.com")
	b.sees("Role User to Auditor", "“She audits now.”")
}

// deactivate deactivates someone after reading what that means.
func deactivate(b *tab) {
	b.follow("link", "Deactivate")
	b.sees("Deactivate Zora Nováková?", "What ends now", "What stays")
	b.fill("Reason optional", "She left.")
	b.follow("button", "Deactivate zora.novak@example.com")
	b.at("/users/zora.novak@example.com")
	b.sees("Zora Nováková is deactivated.", "“She left.”")
}

// signOut signs out, after which nothing private is to be seen, and nothing
// signs in again by itself.
func signOut(b *tab) {
	b.follow("button", "Sign out")
	b.sees("You are signed out")
	b.wait("be back from the provider", `location.pathname === "/sign-in"`)
	b.sees("Sign in")
	for range 3 {
		js[any](b, `history.back()`)
		b.wait("have gone back", `document.readyState === "complete"`)
		b.misses("Zora Nováková", "Deactivated")
	}
	b.open("/", http.StatusOK)
	b.at("/")
	b.sees("You sign in on your organisation's own page")
}
