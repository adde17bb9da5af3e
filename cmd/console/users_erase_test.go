package main

import (
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// TestUsersErase erases several users by one command: two exist, one was deleted before, and one
// user_id does not exist. The others are erased, and the command lists what an erasure does not reach.
func TestUsersErase(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	for _, args := range []string{"add owner@example.com --role owner", "add ana@example.com", "add bo@example.com"} {
		if _, err := runUsers(t, url, strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
	}
	inDirectory(t, url, func(s *users.Service) {
		if err := s.Delete(t.Context(), users.Command(""), "ana@example.com", users.Deletion{Confirm: "ana@example.com"}); err != nil {
			t.Error(err)
		}
	})
	said, err := runUsers(t, url, strings.Fields("erase ana@example.com nobody@example.com bo@example.com"))
	if err == nil || err.Error() != "there is no user nobody@example.com" {
		t.Errorf("got error %v", err)
	}
	for _, want := range []string{"Erased ana@example.com.", "Erased bo@example.com.", "Not erased: backups, logs of the console"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	for _, e := range eventsIn(t, url, history.Query{Limit: users.MaxLimit}) {
		if e.Target.ID == "ana@example.com" || e.Target.ID == "bo@example.com" {
			t.Errorf("the event %s still names %s", e.Action, e.Target.ID)
		}
	}
}
