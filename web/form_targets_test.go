package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// alsoChanged are the acts that change other users than the one in their route, by the
// action of their events. The test below asks about each of these users by itself.
var alsoChanged = map[string]users.Action{
	"/users/:id/deactivate": users.ActionHandedOver,
	"/users/:id/delete":     users.ActionHandedOver,
}

// TestActsChangeWhatTheActorMay posts the form of every act as an admin, on a user who is
// responsible for one service user with the role user and one with the role admin. Every
// event is about the user in the route, the actor or a user whom the form names; what
// else changes, the actor may edit, or it loses its responsible person and no more.
func TestActsChangeWhatTheActorMay(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		admin := f.Person(t, "other-admin@example.com", users.RoleAdmin)
		target, targeted := f.target()
		if targeted && f.Must(t, target).Kind == users.KindPerson && f.Must(t, target).Status != users.StatusDeactivated {
			serviceUserOf(t, f.site, "plain", string(target))
			serviceUserOf(t, f.site, "mighty", string(target))
			if _, err := f.ChangeRole(t.Context(), f.Owner, "mighty", users.RoleChange{Role: users.RoleAdmin}); err != nil {
				t.Fatal(err)
			}
			if alsoChanged[f.route] != "" {
				f.values["hand_over"] = []string{"other-admin@example.com", "other-admin@example.com"}
			}
		}
		f.Settle()
		last := f.Last(t)
		b := f.signIn(t, string(admin.ID))
		f.values.Del("form") // the key of the page that the owner was shown
		if p := b.post(t, f.to, f.values); p.status >= http.StatusInternalServerError {
			t.Fatalf("got status %d", p.status)
		}
		for _, e := range f.Since(t, last) {
			named := e.Target.Key == "" || e.Target.Key == admin.Key || targeted && e.Target.ID == target || string(e.Target.ID) == f.values.Get("user_id") ||
				e.Undoes != 0 || strings.Contains(f.to, string(e.Target.Key))
			if named || e.Actor.Key != admin.Key {
				continue
			}
			if e.Action != alsoChanged[f.route] {
				t.Errorf("%s of %s, which the form does not ask for", e.Action, e.Target.ID)
			}
			u := f.Must(t, e.Target.ID)
			if admin.May(users.ActEdit, u) != nil && u.Responsible.Key != "" {
				t.Errorf("%s was handed over to %s by an admin, who may not edit it", u.ID, u.Responsible.ID)
			}
		}
	})
}
