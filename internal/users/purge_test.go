package users_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// tidyAgain tidies up until it is the turn of d.
func tidyAgain(t *testing.T, d *userstest.Directory) {
	t.Helper()
	for range 2 { // the first time after a pause only takes the lease
		if _, err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.Clock.Advance(2 * users.TidyEvery)
	}
}

// consistent fails the test on inconsistencies of the directory.
func consistent(t *testing.T, d *userstest.Directory) {
	t.Helper()
	d.Settle()
	for _, flaw := range checked(t, d) {
		t.Error(flaw)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	d, ana, secret := withGrace(t)
	deleted(t, d, ana.ID, "")
	last := d.Last(t)
	checkMistakes(t, d, last, d.Purge(t.Context(), d.Owner, ana.Key, users.Purging{Confirm: "ana"}), "confirm")
	check(t, d, last, d.Purge(t.Context(), d.Owner, ana.Key, users.Purging{Confirm: "ana@example.com", Reason: "for good"}), nil,
		"owner@example.com token.revoked ana@example.com [token:  → tok_*, token_name: tests → tests, cause:  → deleted]",
		`owner@example.com user.purged ana@example.com because "for good"`)
	if _, err := d.Restore(t.Context(), d.Owner, ana.Key, users.Restoration{}); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("restored after the end: got error %v", err)
	}
	if _, err := d.Authenticate(t.Context(), secret, users.Program("r", "192.0.2.9", "x", "")); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the token: got error %v", err)
	}
	if in := d.SignedIn(t, "ana@example.com").User.Key; in == ana.Key {
		t.Error("a new user has the key of a deleted one")
	}
	consistent(t, d)
}

func TestPurge_endOfGrace(t *testing.T) {
	t.Parallel()
	d, ana, _ := withGrace(t)
	tidyAgain(t, d)
	deleted(t, d, ana.ID, "")
	d.Clock.Advance(grace - time.Hour)
	tidyAgain(t, d)
	if all, _, err := d.DeletedUsers(t.Context(), d.Owner, ""); err != nil || len(all) != 1 {
		t.Fatalf("before the end: %d deleted users, %v", len(all), err)
	}
	d.Clock.Advance(time.Hour)
	last := d.Last(t)
	tidyAgain(t, d)
	check(t, d, last, nil, nil, "stranger token.revoked ana@example.com [token:  → tok_*, token_name: tests → tests, cause:  → deleted]", "stranger user.purged ana@example.com")
	consistent(t, d)
}

// TestDeletionIsFinal deletes in each way that has no grace.
func TestDeletionIsFinal(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(context.Context, *userstest.Directory) error{
		"through the API": func(ctx context.Context, d *userstest.Directory) error {
			return d.Delete(ctx, d.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com", Erase: users.EraseLater})
		},
		"with an erasure": func(ctx context.Context, d *userstest.Directory) error {
			return d.Delete(ctx, d.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com", Erase: users.EraseNow})
		},
		"erased after the deletion": func(ctx context.Context, d *userstest.Directory) error {
			deleted(t, d, "ana@example.com", "")
			_, err := d.EraseUser(ctx, users.Command(""), "ana@example.com", users.ErasureRequest{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ana, _ := withGrace(t)
			if err := remove(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if all, _, err := d.DeletedUsers(t.Context(), d.Owner, ""); err != nil || len(all) != 0 {
				t.Errorf("got %d deleted users, %v", len(all), err)
			}
			if in := d.SignedIn(t, "ana@example.com").User.Key; in == ana.Key {
				t.Error("a new user has the key of a deleted one")
			}
			consistent(t, d)
		})
	}
}

// TestEraseUser_restored erases by the user_id that a restored user had before: they stay.
func TestEraseUser_restored(t *testing.T) {
	t.Parallel()
	d, ana, _ := withGrace(t)
	deleted(t, d, ana.ID, "")
	if _, err := d.Restore(t.Context(), d.Owner, ana.Key, users.Restoration{ID: "anna@example.com"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.EraseUser(t.Context(), users.Command(""), "ana@example.com", users.ErasureRequest{}); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("got error %v, want %v", err, users.ErrNotFound)
	}
	d.Must(t, "anna@example.com")
	consistent(t, d)
}

func TestDeletedUsers_pages(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{DeletionGrace: grace})
	for i := range users.DeletedPage + 3 {
		id := fmt.Sprintf("robot-%d", i)
		d.ServiceUser(t, id, users.RoleUser)
		deleted(t, d, users.ID(id), "")
		if i%2 == 0 { // two at the same time
			d.Clock.Advance(time.Second)
		}
	}
	seen := map[users.ID]bool{}
	for after, more := users.Key(""), true; more; {
		var all []users.DeletedUser
		var err error
		all, more, err = d.DeletedUsers(t.Context(), d.Owner, after)
		if err != nil || len(all) == 0 {
			t.Fatalf("%d users, %v", len(all), err)
		}
		for _, u := range all {
			if seen[u.ID] {
				t.Errorf("%s is on two pages", u.ID)
			}
			seen[u.ID] = true
		}
		after = all[len(all)-1].Key
	}
	if len(seen) != users.DeletedPage+3 {
		t.Errorf("got %d users, want %d", len(seen), users.DeletedPage+3)
	}
}
