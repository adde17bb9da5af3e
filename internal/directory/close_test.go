package directory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// named adds a person with a name and an address made of it.
func named(t *testing.T, d *userstest.Directory, name string, role users.Role) users.User {
	t.Helper()
	id := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
	u, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: strings.NewReplacer("ó", "o", "ü", "u", "'", "").Replace(id), Name: name, Role: role})
	if err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return u
}

// closeTo returns the names of the close matches of a search, with commas between.
func closeTo(t *testing.T, s *directory.Service, as users.Actor, q directory.Query) string {
	t.Helper()
	found, err := s.CloseMatches(t.Context(), as, q)
	if err != nil {
		t.Fatalf("close to %+v: %v", q, err)
	}
	var names []string
	for _, u := range found {
		names = append(names, u.Name)
	}
	return strings.Join(names, ", ")
}

// TestCloseMatches searches for misspelled names, before and after names change.
func TestCloseMatches(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, name := range []string{"Erik Jónsson", "Erika Johnson", "Wojciech Lis", "Maeve O'Shaughnessy", "Jürgen Müller", "Ana Silva", "Bo Li"} {
		named(t, d, name, users.RoleUser)
	}
	check := func(text, want string) {
		t.Helper()
		if got := closeTo(t, d.Directory, d.Owner, directory.Query{Text: text, After: "x", Sort: "-seen"}); got != want {
			t.Errorf("close to %q: %s, not %s", text, got, want)
		}
	}
	check("jonson", "Erik Jónsson, Erika Johnson")
	check("erik jonson", "Erik Jónsson, Erika Johnson")
	check("JONSSEN, eirk", "Erik Jónsson")
	check("wojtech", "Wojciech Lis")
	check("shaugnessy", "Maeve O'Shaughnessy")
	check("Muleler", "Jürgen Müller")
	check("anna", "Ana Silva")
	check("bo lu", "")
	check("jonson role:admin", "")
	check("jonson type:person", "Erik Jónsson, Erika Johnson")
	check("anna@example.com", "")
	check("xylophone", "")
	check("", "")

	named(t, d, "Ann Doe", users.RoleUser)
	check("anna", "Ana Silva, Ann Doe")
	if err := d.Delete(t.Context(), d.Owner, "ana.silva@example.com", users.Deletion{Confirm: "ana.silva@example.com"}); err != nil {
		t.Fatal(err)
	}
	check("anna", "Ann Doe")
	other := directory.New(d.DB, d.Another(t), directory.Config{})
	if _, err := d.Edit(t.Context(), d.Owner, "bo.li@example.com", users.Edit{Fields: users.Fields{Name: new("Annabelle Lee")}}); err != nil {
		t.Fatal(err)
	}
	if got := closeTo(t, other, d.Owner, directory.Query{Text: "anabele"}); got != "Annabelle Lee" {
		t.Errorf("another console finds %q", got)
	}
}

// TestCloseMatches_limits asks for more close matches than there may be, as different actors.
func TestCloseMatches_limits(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 12 {
		named(t, d, fmt.Sprintf("Jonssen %c", 'a'+i), users.RoleUser)
	}
	named(t, d, "Zoe Jonson", users.RoleAdmin)
	got := closeTo(t, d.Directory, d.Owner, directory.Query{Text: "jonsn"})
	if got != "Zoe Jonson" {
		t.Errorf("close to a word of five letters: %s", got)
	}
	got = closeTo(t, d.Directory, d.Owner, directory.Query{Text: "jonsonn"})
	if !strings.HasPrefix(got, "Zoe Jonson, Jonssen a, ") || strings.Count(got, ",") != 9 {
		t.Errorf("close to a word of seven letters: %s", got)
	}
	user := d.SignedIn(t, "jonssen.a@example.com").Actor("req-user", "192.0.2.1", "test")
	if _, err := d.Directory.CloseMatches(t.Context(), user, directory.Query{Text: "jonson"}); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("a user without permission gets %v", err)
	}
	if _, err := d.Directory.CloseMatches(t.Context(), d.Owner, directory.Query{Text: "jonson role:king"}); err == nil {
		t.Error("an unknown role is no error")
	}
}
