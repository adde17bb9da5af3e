//go:build browser

package browsertest

import (
	"time"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// changed is the change of a user that the job looks for: of last month, with a reason, and by
// another person.
func (w *weekly) changed() users.Event {
	w.t.Helper()
	now := w.domain.Now()
	to := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, action := range []users.Action{users.ActionRoleChanged, users.ActionEdited, users.ActionDeactivated} {
		page, err := w.log.Events(w.t.Context(), w.operator, history.Query{Action: action, From: to.AddDate(0, -1, 0), To: to, Limit: users.MaxLimit})
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
	w.asks("activity " + string(w.changed().Target.ID))
}

func changedDone(w *weekly) {
	e := w.changed()
	w.sees(e.Actor.Name, e.Reason)
}
