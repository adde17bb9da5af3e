//go:build browser

package browsertest

import (
	"fmt"
	"strconv"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// The jobs that are about several users.

// joiners are five people as someone has sent them.
const joiners = "June Quarles <june.quarles@example.com>\nquincy@example.com; quilla@example.com, quora@example.com\nquade@example.com"

// importButtons are the buttons of the first and the second step.
const (
	checkButton = "form[action='/users/import'] .primary"
	addButton   = "form[action$='/start'] .primary"
)

func joinBest(w *weekly) {
	w.n++
	w.load("press n", 200, keystroke("n", "KeyN", "n", 78))
	w.inField("[name=text]")
	w.pastes(joiners)
	w.clicks(checkButton, true)
	w.wait("have checked all", fmt.Sprintf(`document.querySelector(%q)`, addButton))
	w.clicks(addButton, true)
}

func joinKeys(w *weekly) {
	w.n++
	w.load("press n", 200, keystroke("n", "KeyN", "n", 78))
	w.inField("[name=text]")
	w.pastes(joiners)
	w.tabs(checkButton)
	w.enters()
	w.wait("have checked all", fmt.Sprintf(`document.querySelector(%q)`, addButton))
	w.tabs(addButton)
	w.enters()
}

func joinPlain(w *weekly) {
	w.clicks("button[popovertarget=new]", false)
	w.clicks("#new a[href='/users/import']", true)
	w.clicks("[name=text]", false)
	w.pastes(joiners)
	w.clicks(checkButton, true)
	w.wait("have checked all", fmt.Sprintf(`document.querySelector(%q)`, addButton))
	w.clicks(addButton, true)
}

func joinDone(w *weekly) {
	w.becomes("five are invited", func() bool {
		for _, id := range []users.ID{"june.quarles", "quincy", "quilla", "quora", "quade"} {
			if u, err := w.domain.User(w.t.Context(), w.operator, id+"@example.com"); err != nil || u.Status != users.StatusInvited {
				return false
			}
		}
		return true
	})
}

// view returns the link to a view.
func view(v directory.View) string { return "nav.views a[href='/users?view=" + string(v) + "']" }

func dormantBest(w *weekly) { w.clicks(view(directory.ViewDormant), true) }

func dormantKeys(w *weekly) {
	w.tabs(view(directory.ViewDormant))
	w.enters()
}

func dormantDone(w *weekly) {
	found, err := w.list.Users(w.t.Context(), w.operator, directory.Query{View: directory.ViewDormant})
	if err != nil || len(found.Users) == 0 {
		w.fail("the domain has %d dormant admins: %v", len(found.Users), err)
	}
	w.listed(len(found.Users))
	for _, u := range found.Users {
		w.sees(string(u.ID))
	}
}

// The box that selects all rows, and the buttons of the bar.
const (
	allRows          = ".picks thead [type=checkbox]"
	reviewButton     = ".bulk button[value=review]:not(.only-phone)"
	deactivateButton = ".bulk button[value=deactivate]:not(.only-phone)"
	startButton      = "form[action$='/start'] footer button"
)

func reviewsBest(w *weekly) {
	w.clicks(view(directory.ViewReviewDue), true)
	w.clicks(allRows, false)
	w.clicks(reviewButton, true)
}

func reviewsKeys(w *weekly) {
	w.tabs(view(directory.ViewReviewDue))
	w.enters()
	w.tabs(allRows)
	w.key("Space", keystroke(" ", "Space", " ", 32))
	w.tabs(reviewButton)
	w.enters()
}

// reviewsPlain ticks one row, then selects all of the list. What is selected so has a preview.
func reviewsPlain(w *weekly) {
	w.clicks(view(directory.ViewReviewDue), true)
	w.selectsAll()
	w.clicks(reviewButton, true)
	w.wait("have the preview", fmt.Sprintf(`document.querySelector(%q)`, startButton))
	w.confirms()
	w.clicks(startButton, true)
}

// selectsAll selects all users of the list without a script.
func (w *weekly) selectsAll() {
	w.t.Helper()
	w.clicks(".picks tbody tr:first-child [type=checkbox]", false)
	w.clicks(".bulk a[href*='all=1']", true)
}

// confirms types the number of changes if the page asks for it.
func (w *weekly) confirms() {
	w.t.Helper()
	if js[bool](w.tab, `!!document.querySelector("[name=confirm]")`) {
		n := js[string](w.tab, `document.querySelector("[name=confirm]").labels[0].textContent.match(/\d+/)[0]`)
		w.replaces("[name=confirm]", n)
	}
}

func reviewsDone(w *weekly) {
	w.becomes("all have a date to come", func() bool {
		due, err := w.list.Users(w.t.Context(), w.operator, directory.Query{View: directory.ViewReviewDue})
		return err == nil && len(due.Users) == 0 && w.user("due-0").ReviewOn != "" && w.user("due-13").ReviewOn != ""
	})
}

func leaversBest(w *weekly) {
	w.clicks("#q", false)
	w.types("label:season")
	w.listed(40)
	w.clicks(allRows, false)
	w.clicks(deactivateButton, true)
	w.inField("[name=confirm]")
	w.types("40")
	w.enters()
}

func leaversKeys(w *weekly) {
	w.tabs("#q")
	w.types("label:season")
	w.listed(40)
	w.tabs(allRows)
	w.key("Space", keystroke(" ", "Space", " ", 32))
	w.key("a", keystroke("a", "KeyA", "a", 65)) // from the first row to the acts
	w.inBar()
	w.enters()
	w.inField("[name=confirm]")
	w.types("40")
	w.enters()
}

// inBar moves on from the first act of the bar to that which deactivates.
func (w *weekly) inBar() {
	w.t.Helper()
	w.wait("be in the bar", `document.activeElement.closest(".bulk")`)
	if !js[bool](w.tab, fmt.Sprintf(`document.activeElement.matches(%q)`, deactivateButton)) {
		w.tabs(deactivateButton)
	}
}

func leaversPlain(w *weekly) {
	w.replaces("#q", "label:season")
	w.enters()
	w.selectsAll()
	w.clicks(deactivateButton, true)
	w.wait("have the preview", fmt.Sprintf(`document.querySelector(%q)`, startButton))
	w.confirms()
	w.clicks(startButton, true)
}

func leaversDone(w *weekly) {
	w.becomes("forty are deactivated", func() bool {
		for i := range 40 {
			if w.user(users.ID("leaver-"+strconv.Itoa(i)+"@example.com")).Status != users.StatusDeactivated {
				return false
			}
		}
		return true
	})
}
