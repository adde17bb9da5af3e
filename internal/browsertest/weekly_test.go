//go:build browser

package browsertest

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// A weekly is an admin at work, with the domain of the site to look at what has become of it.
type weekly struct {
	*tab
	domain   *users.Service
	list     *directory.Service
	log      *history.Service
	operator users.Actor
	keys     bool // there is no pointer
	n        int  // interactions so far: each click, each key, each field typed
}

// startWeek starts a site with the users of the jobs, and signs in as its owner.
func startWeek(t *testing.T) *weekly {
	t.Helper()
	s := startSite(t)
	db, err := database.Open(t.Context(), s.database, database.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &weekly{domain: users.NewService(db, users.Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}), operator: users.Command("set up")}
	t.Cleanup(func() {
		w.domain.Close()
		db.Close()
	})
	w.list, w.log = directory.New(db, w.domain, directory.Config{}), history.New(db, w.domain)
	w.tab = s.visit(t)
	w.people()
	w.services()
	w.signIn("owner@example.com")
	return w
}

// people adds the people of the jobs: one with a namesake, one with a session, and forty who leave.
func (w *weekly) people() {
	w.t.Helper()
	add := func(id, name, department, labels string) {
		n := users.NewPerson{ID: id + "@example.com", Name: name, OrgFields: users.OrgFields{Department: &department, Labels: &labels}}
		if _, err := w.domain.AddPerson(w.t.Context(), w.operator, n); err != nil {
			w.t.Fatal(err)
		}
	}
	add("x.quillfeather", "Xanthippe Quillfeather", "Mapping", "")
	add("rosalind.quimby", "Rosalind Quimby", "Mapping", "")
	add("rosalind.second", "Rosalind Quimby", "Field service", "")
	add("leopold.quast", "Leopold Quast", "Mapping", "")
	add("ottilie.quennell", "Ottilie Quennell", "Mapping", "")
	add("hildegard.quaid", "Hildegard Quaid", "Mapping", "")
	for i := range 40 {
		add(fmt.Sprintf("leaver-%d", i), fmt.Sprintf("Leaver %d", i), "Season", "season")
	}
	if _, err := w.domain.SignIn(w.t.Context(), userstest.Claims("hildegard.quaid@example.com"), userstest.Visit("week")); err != nil {
		w.t.Fatal(err)
	}
}

// services creates two service users to hand over, and fourteen to review.
func (w *weekly) services() {
	w.t.Helper()
	add := func(id, responsible string, review users.Date) {
		n := users.NewServiceUser{NewPerson: users.NewPerson{ID: id}, ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: responsible, ReviewOn: string(review)}}
		if _, err := w.domain.CreateServiceUser(w.t.Context(), w.operator, n); err != nil {
			w.t.Fatal(err)
		}
	}
	soon := users.DateOf(w.domain.Now().AddDate(0, 2, 0))
	add("quast-loader", "leopold.quast@example.com", soon)
	add("quast-mover", "leopold.quast@example.com", soon)
	for i := range 14 {
		add(fmt.Sprintf("due-%d", i), "ottilie.quennell@example.com", "")
	}
}

// user returns a user of the domain.
func (w *weekly) user(id users.ID) users.User {
	w.t.Helper()
	u, err := w.domain.User(w.t.Context(), w.operator, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// becomes waits until something is so in the domain.
func (w *weekly) becomes(what string, so func() bool) {
	w.t.Helper()
	w.until("have it in the domain: "+what, so)
}

// key presses a key that loads no page.
func (w *weekly) key(what string, action chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	w.n++
	w.do("press "+what, action)
}

// types types into the focused field.
func (w *weekly) types(text string) {
	w.t.Helper()
	w.n++
	w.press(text)
}

// pastes pastes into the focused field.
func (w *weekly) pastes(text string) {
	w.t.Helper()
	w.n++
	w.do("paste", command(input.InsertText, input.InsertTextParams{Text: text}))
}

// enters presses Enter, which leads to a page.
func (w *weekly) enters() {
	w.t.Helper()
	w.n++
	w.enter(200)
}

// clicks clicks on what a selector finds. It leads to a page if leads is true.
func (w *weekly) clicks(selector string, leads bool) {
	w.t.Helper()
	if w.keys {
		w.fail("there is no pointer to click on %s with", selector)
	}
	w.n++
	click := chromedp.Click(chromedp.CSS(selector))
	if leads {
		w.load("click on "+selector, 200, click)
	} else {
		w.do("click on "+selector, click)
	}
}

// tabs presses Tab until the focus is on what a selector finds.
func (w *weekly) tabs(selector string) {
	w.t.Helper()
	for range 300 {
		w.key("Tab", keystroke("Tab", "Tab", "", 9))
		if focus := js[struct{ Name, Fault string }](w.tab, focused); focus.Fault != "" {
			w.fail("with the focus, %q %s", focus.Name, focus.Fault)
		}
		if js[bool](w.tab, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	w.fail("Tab does not lead to %s", selector)
}

// does opens the palette and chooses the first hit for a text: three interactions.
func (w *weekly) does(text string) {
	w.t.Helper()
	w.key("Ctrl-K", controlK)
	w.wait("be in the palette", `document.activeElement.closest("#palette[open]")`)
	w.n++
	w.askPalette(text)
	w.enters()
}

// asks sends a text by the page that is the palette without a script.
func (w *weekly) asks(text string) {
	w.t.Helper()
	w.clicks("a.find", true)
	w.inField("#go")
	w.types(text)
	w.enters()
}

// replaces types a value into the field that a selector finds, in place of what it holds.
func (w *weekly) replaces(selector, value string) {
	w.t.Helper()
	w.clicks(selector, false)
	js[any](w.tab, `document.activeElement.select()`)
	w.types(value)
}

// inField waits until the field that a selector finds has the focus.
func (w *weekly) inField(selector string) {
	w.t.Helper()
	w.wait("be in "+selector, fmt.Sprintf(`document.activeElement.matches(%q)`, selector))
}

// listed waits until the list has that many users.
func (w *weekly) listed(n int) {
	w.t.Helper()
	w.sees(strings.TrimSpace(fmt.Sprintf("1–%d of %d", n, n)))
	w.wait("have no request under way", `!document.querySelector(".htmx-request")`)
}
