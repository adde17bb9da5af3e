package web_test

import (
	"database/sql"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestListUsers_typedFilters types filters into the search, well and badly.
func TestListUsers_typedFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	s.ServiceUser(t, "robot-1", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	for query, want := range map[string]string{
		"type:service": "robot-1", "role:auditor status:invited": "ana@example.com", "seen:never type:people created:<7d": "ana@example.com",
		"created:>2026-11-01 ana": "ana@example.com", "Ana <ANA@example.com>": "ana@example.com",
	} {
		p := b.get(t, "/users?q="+url.QueryEscape(query)).must(t, 200, want, "1–1 of 1")
		if strings.Contains(p.body, `id="q" name="q" value="`+html.EscapeString(query)+`"`) == strings.Contains(query, ":") {
			t.Errorf("%s: filters are in the box, or words are not", query)
		}
		fragment := b.with("HX-Request", "true").with("HX-Target", "section#results") // while it is typed
		fragment.get(t, "/users?q="+url.QueryEscape(query)).must(t, 200, want)
	}
	bad := b.get(t, "/users?q="+url.QueryEscape("robots:yes ana")).must(t, 422, "There is no filter “robots:”.", "There are type:, role:, status:, department:, label:, manager:, seen:, created: and tokens:.")
	if strings.Contains(bad.body, "<table") {
		t.Error("users are shown all the same")
	}
	fragment := b.with("HX-Request", "true").with("HX-Target", "section#results")
	fragment.get(t, "/users?q=typ:robot").must(t, 422, "There is no filter “typ:”.")
	for _, unfinished := range []string{"role:", "role:ad", "seen:>9", "created:2026-0"} { // while it is typed
		fragment.get(t, "/users?q="+url.QueryEscape(unfinished)).must(t, 200)
	}
}

// TestListUsers_tooMany finds more than can be put in order, or counted.
func TestListUsers_tooMany(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{directory: directory.Config{MaxSorted: 5}})
	for i := range 8 {
		s.ServiceUser(t, fmt.Sprintf("robot-%d", i), users.RoleUser)
	}
	b := s.as(t, users.RoleOwner)
	if p := b.get(t, "/users?q=robot").must(t, 200, words.TooManyToSort, "1–8 of 8"); strings.Contains(p.body, "aria-sort") {
		t.Error("a column claims to order them")
	}
	b.get(t, "/users/export?q=robot").must(t, 200, words.NewestFirst)
	b.get(t, "/users?q=robot-3").must(t, 200, "1–1 of 1")
	if p := b.get(t, "/users?q=robot-3"); strings.Contains(p.body, words.TooManyToSort) {
		t.Error("one user is not put in order")
	}
}

// TestListUsers_damagedIndex has the page say that a search goes on without its index, where
// something is searched for, found or not.
func TestListUsers_damagedIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	err := s.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO damaged_indexes (engine, name, found_at) SELECT $1, 'users_search', at FROM events WHERE seq = 1`, s.DB.Engine())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const says = words.IndexDamaged
	b.get(t, "/users?q=owner").must(t, 200, says, "1–1 of 1")
	b.get(t, "/users?q=zzqqzz").must(t, 200, says)
	if p := b.get(t, "/users"); strings.Contains(p.text(t), says) {
		t.Error("it says so where nothing is searched for")
	}
}
