package users

import "testing"

// TestSpell fills in the search texts that a migration has emptied.
func TestSpell(t *testing.T) {
	t.Parallel()
	s := newTestService(t)
	err := s.note(t.Context(), bookkeeping{`UPDATE users SET search_text = '', sort_name = ''`, nil})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 1} {
		l, err := s.Users(t.Context(), Command(""), Query{Text: "owner"})
		if err != nil || len(l.Users) != want {
			t.Errorf("found %d, %v; want %d", len(l.Users), err, want)
		}
		told := 0
		if err := s.Spell(t.Context(), func(n int) { told = n }); err != nil || told != 1-want {
			t.Fatalf("Spell: told of %d users, %v", told, err)
		}
	}
}
