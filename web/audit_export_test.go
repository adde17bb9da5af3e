package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

// TestExportEvents exports the log as it is filtered, in each format, and records that.
func TestExportEvents(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	if _, err := s.ChangeRole(t.Context(), s.Owner, "nightly", users.RoleChange{Role: users.RoleAdmin, Reason: "=1+1"}); err != nil {
		t.Fatal(err)
	}
	b := s.signIn(t, "owner@example.com")
	form := b.get(t, "/audit?view=roles").must(t, http.StatusOK).form(t, "/audit/export")
	for format, want := range map[string]string{"csv": "'=1+1", "jsonl": `"reason":"=1+1"`, "xlsx": "PK"} {
		form.Set("format", format)
		file := b.post(t, "/audit/export", form).must(t, http.StatusOK)
		if !strings.Contains(file.body, want) || !strings.Contains(file.header.Get("Content-Disposition"), "audit-log."+format) {
			t.Errorf("%s: got %v %.300s", format, file.header, file.body)
		}
		if format != "xlsx" && (strings.Count(file.body, "user.role_changed") != 3 || strings.Contains(file.body, "user.deleted")) {
			t.Errorf("%s is not what the log showed: %s", format, file.body)
		}
		b.get(t, fmt.Sprintf("/audit/%d", s.Last(t)-1)).must(t, http.StatusOK, "exported the audit log")
		b.get(t, fmt.Sprintf("/audit/%d", s.Last(t))).must(t, http.StatusOK, "3 events sent; complete")
	}
	form.Set("format", "exe")
	b.post(t, "/audit/export", form).must(t, http.StatusUnprocessableEntity)
}

// TestListEvents_glance is that sign-ins are behind a switch, that presets narrow the log, and that
// a name stands for its user, of several for none.
func TestListEvents_glance(t *testing.T) {
	t.Parallel()
	s := newHistory(t)
	s.Person(t, "bo.one@example.com", users.RoleUser)
	s.Person(t, "bo.two@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	hidden := b.get(t, "/audit").must(t, http.StatusOK, "Today, Monday 23 November", "Undo…", "“helps out”", "today (UTC)")
	if strings.Contains(hidden.body, "refused a sign-in") || !strings.Contains(hidden.body, `aria-pressed="false"`) {
		t.Error("the log shows sign-ins at first")
	}
	b.get(t, "/audit?switch=on").must(t, http.StatusOK, "refused a sign-in", "Sign-ins")
	if p := b.get(t, "/audit?signins=1&switch=off").must(t, http.StatusOK); strings.Contains(p.body, "refused a sign-in") {
		t.Error("the switch does not turn off")
	}
	for view, want := range map[string]int{"roles": 2, "lost": 2, "refused": 1, "exports": 0, "commands": 2} {
		if got := sentences(t, b.get(t, "/audit?view="+view).must(t, http.StatusOK)); len(got) != want {
			t.Errorf("%s: got %q, want %d", view, got, want)
		}
	}
	b.get(t, "/audit?view=mine").must(t, http.StatusOK, "reviewed Nightly")
	b.get(t, "/audit?view=bogus").must(t, http.StatusBadRequest)
	b.get(t, "/audit?target=Nightly").must(t, http.StatusOK, "reviewed Nightly")
	p := b.get(t, "/audit?target=bo").must(t, http.StatusUnprocessableEntity, "Several users match", "bo.one@example.com", "bo.two@example.com")
	if !strings.Contains(p.body, `href="/audit?target=bo.one%40example.com"`) {
		t.Error("a user who matches is no link")
	}
}
