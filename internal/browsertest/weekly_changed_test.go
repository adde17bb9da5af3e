//go:build browser

package browsertest

import (
	"net/http"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// changed is the change of a user that the job looks for: of last month, with a reason, and by
// another person.
func (w *weekly) changed() users.Event {
	w.t.Helper()
	from := w.domain.Now().AddDate(0, -1, 0)
	for _, action := range []users.Action{users.ActionRoleChanged, users.ActionEdited, users.ActionDeactivated} {
		page, err := w.log.Events(w.t.Context(), w.operator, history.Query{Action: action, From: from, Limit: users.MaxLimit})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range page.Events {
			u, err := w.domain.User(w.t.Context(), w.operator, e.Target.ID)
			if err == nil && u.Key == e.Target.Key && e.Reason != "" && e.Actor.Name != "" {
				return e
			}
		}
	}
	w.t.Fatal("no change of last month has a reason")
	return users.Event{}
}

func changedBest(w *weekly) { w.does("activity of " + string(w.changed().Target.ID)) }

func changedPlain(w *weekly) {
	id := w.changed().Target.ID
	w.open("/users", http.StatusOK)
	w.asks("activity " + string(id))
}

func changedDone(w *weekly) {
	e := w.changed()
	w.sees(e.Actor.Name, e.Reason)
}
