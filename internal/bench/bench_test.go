package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestTermsHaveTheirHits checks that each search term stands in the decade of the users who
// have it, whatever the candidates were estimated at.
func TestTermsHaveTheirHits(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	d := userstest.NewAt(t, url)
	s := &site{database: url}
	for _, id := range []users.ID{"ana.lopez1@example.com", "ana.lopez2@example.com", "bea.lopez@example.com", "cem.kaya@example.com"} {
		d.Invited(t, string(id), users.RoleUser)
		s.people = append(s.people, person{id, string(id)})
	}
	decades, err := chooseTerms(t.Context(), s, 10)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, d := range decades {
		for _, term := range d.terms {
			found[term.text] = term.hits
		}
	}
	// userstest has an owner with an address of the same domain.
	for text, want := range map[string]int{"ana.lopez1": 1, "bea.lopez": 1, "example": 5, "an": 2, "lo": 3} {
		if found[text] != want {
			t.Errorf("%q has %d hits, want %d, among %v", text, found[text], want, found)
		}
	}
}

func TestNearestTerms(t *testing.T) {
	t.Parallel()
	all := []term{{"none", 0}, {"one", 1}, {"few", 9}, {"many", 800}}
	got := nearest(all, 1000, 2)
	if want := []term{{"many", 800}, {"few", 9}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestResultIsWrittenBetweenMarks(t *testing.T) {
	t.Parallel()
	other := beginMarks["sqlite"] + "sqlite's\n" + endMark
	path := filepath.Join(t.TempDir(), "document.md")
	if err := os.WriteFile(path, []byte(other+"before\n"+beginMarks["postgres"]+"old\n"+endMark+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var results table
	results.add("detail", "≤ 1", "2", false)
	for range 2 {
		if err := writeTo(path, "postgres", results.String()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	want := other + "before\n" + beginMarks["postgres"] + "\n| what | goal | measured | reached |\n|---|---|---|---|\n| detail | ≤ 1 | 2 | **no** |\n\n" + endMark + "after\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestDocumentHasMarks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "performance.md"))
	for engine, mark := range beginMarks {
		if _, after, begins := strings.Cut(string(text), mark); err != nil || !begins || !strings.Contains(after, endMark) {
			t.Errorf("docs/performance.md has no marks for the result of %s (%v)", engine, err)
		}
	}
}
