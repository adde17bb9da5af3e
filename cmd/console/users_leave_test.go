package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// inDirectory runs do in the directory of the database at url.
func inDirectory(t *testing.T, url string, do func(*users.Service)) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	directory := users.NewService(db, users.Config{})
	defer directory.Close()
	do(directory)
}

// eventsIn returns the events that a query selects in the database at url, newest first.
func eventsIn(t *testing.T, url string, q history.Query) []users.Event {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	directory := users.NewService(db, users.Config{})
	defer directory.Close()
	page, err := history.New(db, directory).Events(t.Context(), users.Command(""), q)
	if err != nil {
		t.Fatal(err)
	}
	return page.Events
}

// withServiceUsers returns a database with two people and two service users, for which the first
// person is responsible.
func withServiceUsers(t *testing.T) string {
	t.Helper()
	url, operator := databasetest.URL(t), users.Command("")
	inDirectory(t, url, func(directory *users.Service) {
		for _, id := range []string{"ana@example.com", "ben@example.com"} {
			if _, err := directory.AddPerson(t.Context(), operator, users.NewPerson{ID: id, Role: users.RoleUser}); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"importer", "mailer"} {
			service := users.NewServiceUser{NewPerson: users.NewPerson{ID: id, Name: id, Role: users.RoleUser}, ServiceFields: users.ServiceFields{Purpose: "Moves data.", Responsible: "ana@example.com"}}
			if _, err := directory.CreateServiceUser(t.Context(), operator, service); err != nil {
				t.Fatal(err)
			}
		}
	})
	return url
}

// TestUsersDeactivateHandsOver deactivates people who are responsible for service users: the
// person that the command names becomes responsible for them.
func TestUsersDeactivateHandsOver(t *testing.T) {
	t.Parallel()
	url, operator := withServiceUsers(t), users.Command("")
	for _, step := range []struct{ id, handOver, says, responsible string }{
		{"ana@example.com", "ben@example.com", "ana@example.com is deactivated and signed out. Responsible for importer, mailer now: ben@example.com.\n", "ben@example.com"},
		{"ben@example.com", "", "ben@example.com is deactivated and signed out. Responsible for importer, mailer now: no one.\n", ""},
	} {
		args := []string{"deactivate", "--reason", "left the company", step.id}
		if step.handOver != "" {
			args = append([]string{args[0], "--hand-over", step.handOver}, args[1:]...)
		}
		said, err := runUsers(t, url, args)
		if err != nil || said != step.says {
			t.Errorf("%v: got %q, %v, want %q", args, said, err, step.says)
		}
		inDirectory(t, url, func(directory *users.Service) {
			for _, id := range []users.ID{"importer", "mailer"} {
				if u, err := directory.User(t.Context(), operator, id); err != nil || string(u.Responsible.ID) != step.responsible {
					t.Errorf("%s: got responsible %q (%v), want %q", id, u.Responsible.ID, err, step.responsible)
				}
			}
		})
		events := eventsIn(t, url, history.Query{Target: users.ID(step.id)})
		if len(events) == 0 || events[0].Reason != "left the company" || events[0].Via != users.ViaCommand {
			t.Errorf("history of %s: got %+v", step.id, events)
		}
	}
}

// TestUsersListIsRecorded lists users as JSON, and checks the event of it.
func TestUsersListIsRecorded(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	if _, err := runUsers(t, url, []string{"add", "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	if _, err := runUsers(t, url, []string{"add", "Ben@example.com", "--role", "auditor"}); err != nil {
		t.Fatal(err)
	}
	said, err := runUsers(t, url, []string{"list", "--format", "json"})
	var list []listedUser
	if err == nil {
		err = json.Unmarshal([]byte(said), &list)
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, said)
	}
	got := map[users.ID]users.Role{}
	for _, u := range list {
		got[u.ID] = u.Role
		if u.Status != users.StatusInvited || u.SeenAt != nil || time.Since(u.CreatedAt) > time.Hour {
			t.Errorf("got %+v, want who was invited just now and never seen", u)
		}
	}
	if diff := cmp.Diff(map[users.ID]users.Role{"ana@example.com": users.RoleUser, "ben@example.com": users.RoleAuditor}, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	events := eventsIn(t, url, history.Query{})
	if len(events) < 2 || events[0].Action != users.ActionExportEnded || events[1].Action != users.ActionExported {
		t.Errorf("newest events: got %+v, want those of the list", events)
	}
}

// TestUsersAddWithAnAddressInUse adds a person with the address that another user signs in with
// now, without and with --despite-address-in-use.
func TestUsersAddWithAnAddressInUse(t *testing.T) {
	t.Parallel()
	url := databasetest.URL(t)
	inDirectory(t, url, func(d *users.Service) {
		if _, err := d.AddPerson(t.Context(), users.Command(""), users.NewPerson{ID: "bo@example.com"}); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"bo@example.com", "New@example.com"} {
			claims := users.Claims{Issuer: "https://id.example.com", Subject: "bo", Address: address, Verified: users.VerifiedYes}
			if _, err := d.SignIn(t.Context(), claims, users.Visit{Digest: users.DigestOf(address), Attempt: users.Attempt{Digest: users.DigestOf("attempt of " + address), ReturnTo: "/"}}); err != nil {
				t.Fatal(err)
			}
		}
	})
	_, err := runUsers(t, url, []string{"add", "new@example.com"})
	if want := "bo@example.com signs in with the address new@example.com."; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
	if said, err := runUsers(t, url, []string{"add", "new@example.com", "--despite-address-in-use"}); err != nil || !strings.Contains(said, "was added") {
		t.Errorf("with the flag: got %q, %v", said, err)
	}
}
