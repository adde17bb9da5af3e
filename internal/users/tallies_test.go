package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// differing count the differences between the tallies and the rows that they count.
var differing = []string{
	`SELECT COUNT(*) FROM (SELECT kind, role, status, n FROM tallies WHERE n <> 0
		EXCEPT SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status) AS differing`,
	`SELECT COUNT(*) FROM (SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status
		EXCEPT SELECT kind, role, status, n FROM tallies) AS differing`,
	`SELECT COUNT(*) FROM (SELECT what, day, n FROM day_tallies WHERE n <> 0
		EXCEPT SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day) AS differing`,
	`SELECT COUNT(*) FROM (SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day
		EXCEPT SELECT what, day, n FROM day_tallies) AS differing`,
}

// TestTalliesMatchTheRows compares the tallies with the rows after changes of all kinds.
func TestTalliesMatchTheRows(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, id := range []string{"ana0@example.com", "ana1@example.com", "ana2@example.com"} {
		d.Invited(t, id, users.RoleUser)
	}
	for _, id := range []string{"ana-0", "ana-1", "ana-2", "ana-4"} {
		d.ServiceUser(t, id, users.RoleUser)
	}
	ctx, operator := t.Context(), users.Command("")
	changes := map[string]func() error{
		"sign in": func() error { d.SignedIn(t, "ana1@example.com"); return nil },
		"role": func() error {
			_, err := d.ChangeRole(ctx, operator, "ana2@example.com", users.RoleChange{Role: users.RoleOwner})
			return err
		},
		"deactivate": func() error { return d.Deactivate(ctx, operator, "ana0@example.com", users.Departure{}) },
		"reactivate": func() error {
			err := d.Deactivate(ctx, operator, "ana-0", users.Departure{})
			return errors.Join(err, d.Reactivate(ctx, operator, "ana-0", users.Reactivation{}))
		},
		"delete": func() error { return d.Delete(ctx, operator, "ana-4", users.Deletion{Confirm: "ana-4"}) },
		"responsible": func() error {
			_, err := d.Edit(ctx, operator, "ana-1", users.Edit{Service: &users.ServiceFields{Responsible: "ana1@example.com", ReviewOn: "2099-01-01"}})
			return err
		},
		"days later": func() error {
			d.Clock.Advance(48 * time.Hour)
			_, err := d.Edit(ctx, operator, "ana-2", users.Edit{Fields: users.Fields{Name: new("Other")}})
			return err
		},
	}
	for what, change := range changes {
		if err := change(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		checkTallies(t, d, what)
	}
}

// checkTallies checks the tallies after a change.
func checkTallies(t *testing.T, d *userstest.Directory, after string) {
	t.Helper()
	for _, query := range differing {
		if n, err := database.Count(t.Context(), d.DB.Reads(), query); err != nil || n != 0 {
			t.Errorf("after %s: %d tallies differ, %v: %s", after, n, err, query)
		}
	}
}
