package users_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestSeeNotices records up to which event Ana has seen what others did to her account: never an
// earlier one than before, one on another account, or one that does not exist.
func TestSeeNotices(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, bob := d.Person(t, "ana@example.com", users.RoleUser), d.Person(t, "bob@example.com", users.RoleUser)
	rename := func(id users.ID, name string) int64 {
		t.Helper()
		if _, err := d.Edit(t.Context(), d.Owner, id, users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
			t.Fatal(err)
		}
		return d.Last(t)
	}
	first, theirs, second := rename(ana.ID, "One"), rename(bob.ID, "Two"), rename(ana.ID, "Three")
	for _, step := range []struct{ see, want int64 }{{first, first}, {theirs, first}, {second + 100, first}, {-1, first}, {second, second}, {first, second}} {
		if err := d.SeeNotices(t.Context(), ana, step.see); err != nil {
			t.Fatal(err)
		}
		detail, err := d.Detail(t.Context(), ana, ana.ID)
		if err != nil || detail.NoticesSeen != step.want {
			t.Errorf("after seeing %d: got %d, %v, want %d", step.see, detail.NoticesSeen, err, step.want)
		}
	}
	if last := d.Last(t); last != second {
		t.Errorf("%d events of bookkeeping", last-second)
	}
	if err := d.Delete(t.Context(), d.Owner, ana.ID, users.Deletion{Confirm: string(ana.ID)}); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM notices_seen`); n != 0 {
		t.Errorf("%d rows after a deletion", n)
	}
}
