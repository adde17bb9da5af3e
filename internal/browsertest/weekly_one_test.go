//go:build browser

package browsertest

import (
	"net/http"

	"github.com/roboto-ai/console/internal/users"
)

// The jobs that are about one user.

func findBest(w *weekly) { w.does("xantipe quilfether") }

func findPlain(w *weekly) {
	w.asks("xantipe quilfether")
	w.clicks("main .hits a[href='/users/x.quillfeather@example.com']", true)
}

func findDone(w *weekly) { w.at("/users/x.quillfeather@example.com") }

func nameBest(w *weekly) {
	w.does("rename rosalind.second to Rosalind Quimby-Hall")
	w.inField("[name=name]")
	w.enters()
}

func namePlain(w *weekly) {
	w.asks("rename rosalind.second@example.com to Rosalind Quimby-Hall")
	w.clicks("main form .primary", true)
}

func nameDone(w *weekly) {
	w.becomes("one of two namesakes has another name", func() bool {
		return w.user("rosalind.second@example.com").Name == "Rosalind Quimby-Hall" && w.user("rosalind.quimby@example.com").Name == "Rosalind Quimby"
	})
}

// Where service users are handed over: the fields of the first and the second, and the button.
const (
	firstHeir  = "form.card li:nth-of-type(1) [name=hand_over]"
	secondHeir = "form.card li:nth-of-type(2) [name=hand_over]"
	formButton = "form.card footer button"
)

func leaveBest(w *weekly) {
	w.does("deactivate leopold quast")
	w.clicks(firstHeir, false)
	w.types("ottilie.quennell@example.com")
	w.clicks(secondHeir, false)
	w.types("owner@example.com")
	w.clicks(formButton, true)
}

func leaveKeys(w *weekly) {
	w.does("deactivate leopold quast")
	for _, each := range [][2]string{{firstHeir, "ottilie.quennell@example.com"}, {secondHeir, "owner@example.com"}} {
		w.tabs(each[0])
		w.types(each[1])
		w.key("Escape", keystroke("Escape", "Escape", "", 27)) // closes the list of suggestions
	}
	w.tabs(formButton)
	w.enters()
}

func leavePlain(w *weekly) {
	w.asks("deactivate leopold.quast@example.com")
	w.replaces(firstHeir, "ottilie.quennell@example.com")
	w.replaces(secondHeir, "owner@example.com")
	w.clicks(formButton, true)
}

func leaveDone(w *weekly) {
	w.becomes("deactivated, with both service users handed over", func() bool {
		heirs := map[users.ID]bool{w.user("quast-loader").Responsible.ID: true, w.user("quast-mover").Responsible.ID: true}
		return w.user("leopold.quast@example.com").Status == users.StatusDeactivated && heirs["ottilie.quennell@example.com"] && heirs["owner@example.com"]
	})
}

// withToken is the button that also issues a token.
const withToken = "form.card button[name=token]"

func tokenBest(w *weekly) {
	w.does("create service user quay-loader")
	w.inField("[name=purpose]")
	w.types("Loads the quay.")
	w.clicks(withToken, true)
}

func tokenKeys(w *weekly) {
	w.does("create service user quay-loader")
	w.inField("[name=purpose]")
	w.types("Loads the quay.")
	w.tabs(withToken)
	w.enters()
}

func tokenPlain(w *weekly) {
	w.asks("create service user quay-loader")
	w.replaces("[name=purpose]", "Loads the quay.")
	w.clicks(withToken, true)
}

func tokenDone(w *weekly) {
	w.wait("see the secret", `document.querySelector("#secret")`)
	w.becomes("a token", func() bool {
		all, err := w.domain.Tokens(w.t.Context(), w.operator, "quay-loader")
		return err == nil && len(all) == 1
	})
}

func undoFirst(w *weekly) {
	w.open("/users/ottilie.quennell@example.com/edit", http.StatusOK)
	w.wait("be in the name", `document.activeElement.matches("[name=name]")`)
	js[any](w.tab, `document.activeElement.select()`)
	w.press("Ottilie Wrong")
	w.enter(http.StatusOK)
	w.becomes("the wrong name", func() bool { return w.user("ottilie.quennell@example.com").Name == "Ottilie Wrong" })
}

func undoBest(w *weekly) { w.clicks(".saved form button", true) }

func undoKeys(w *weekly) {
	w.tabs(".saved form button")
	w.enters()
}

func undoDone(w *weekly) {
	w.becomes("the name as it was", func() bool { return w.user("ottilie.quennell@example.com").Name == "Ottilie Quennell" })
}

// endAll is the button that ends all sessions.
const endAll = "form.card button[value=all]"

func sessionsBest(w *weekly) {
	w.does("end sessions of hildegard")
	w.clicks(endAll, true)
}

func sessionsKeys(w *weekly) {
	w.does("end sessions of hildegard")
	w.tabs(endAll)
	w.enters()
}

func sessionsPlain(w *weekly) {
	w.asks("end sessions hildegard.quaid@example.com")
	w.clicks(endAll, true)
}

func sessionsDone(w *weekly) {
	w.becomes("no session", func() bool {
		c, err := w.domain.Consequences(w.t.Context(), w.operator, "hildegard.quaid@example.com")
		return err == nil && len(c.Sessions) == 0
	})
}
