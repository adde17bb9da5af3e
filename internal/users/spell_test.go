package users_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestSpell fills in the search texts that a migration has emptied.
func TestSpell(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Alter(t, `UPDATE users SET search_text = '', sort_name = ''`)
	for _, want := range []int{0, 1} {
		l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: "owner"})
		if err != nil || len(l.Users) != want {
			t.Errorf("found %d, %v; want %d", len(l.Users), err, want)
		}
		done := 0
		if err := d.Spell(t.Context(), func(n int) { done = n }); err != nil || done != 1-want {
			t.Fatalf("Spell: %d users, %v", done, err)
		}
	}
}
