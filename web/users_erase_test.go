package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestEraseUser ticks the box of the page that deletes: an owner's form has it, with what it
// does not reach, and what an admin posts all the same is refused.
func TestEraseUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	const at = "/users/ana@example.com/delete"
	admin, owner := s.as(t, users.RoleAdmin), s.signIn(t, "owner@example.com")
	form := admin.get(t, at).must(t, http.StatusOK).form(t, at)
	if form.Has("erase") || strings.Contains(admin.get(t, at).body, `name="erase"`) {
		t.Error("an admin is offered to erase")
	}
	admin.post(t, at, set(form, "confirm", "ana@example.com", "erase", "on")).must(t, http.StatusUnprocessableEntity, "Only owners can erase a user")
	owner.get(t, "/audit?action=access.refused").must(t, http.StatusOK, "erase")

	form = owner.get(t, at).must(t, http.StatusOK, "Also erase their personal data from the audit log",
		"Not erased: backups of the database, the console's own log, exports that were downloaded").form(t, at)
	owner.post(t, at, set(form, "confirm", "ana@example.com", "erase", "on", "reason", "asked for it")).must(t, http.StatusSeeOther)
	owner.get(t, "/users").must(t, http.StatusOK, words.UserErased)
	log := owner.get(t, "/audit").must(t, http.StatusOK, "owner@example.com erased user "+string(ana.Key[:14]), "Details erased")
	for _, text := range []string{"ana@example.com", "asked for it"} {
		if strings.Contains(log.body, text) {
			t.Errorf("the audit log still has %q", text)
		}
	}
	for _, e := range s.Since(t, 0) {
		if e.Target.Key == ana.Key {
			owner.get(t, "/audit/"+strconv.FormatInt(e.Seq, 10)).must(t, http.StatusOK)
		}
	}
}
