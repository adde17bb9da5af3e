package users_test

import (
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// visitWith returns a visit with a new session and that attempt.
func visitWith(session, attempt string) users.Visit {
	v := userstest.Visit(session)
	v.Attempt = users.Attempt{Digest: users.DigestOf(attempt), ReturnTo: "/audit"}
	return v
}

// TestAttemptSignsInOnce sends one attempt to two consoles on the database, twenty times
// at once: one session starts, and the answers to the others say why.
func TestAttemptSignsInOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	consoles := []*users.Service{d.Service, d.Another(t)}
	started := 0
	for _, err := range userstest.AtOnce(20, func(i int) error {
		_, err := consoles[i%2].SignIn(t.Context(), userstest.Claims("ana@example.com"), visitWith(string(rune('a'+i)), "attempt"))
		return err
	}) {
		if err == nil {
			started++
		} else if !errors.Is(err, users.ErrAttemptUsed) {
			t.Error(err)
		}
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM sessions s JOIN users u ON u.key = s.user_key WHERE u.user_id = 'ana@example.com'`); started != 1 || n != 1 {
		t.Errorf("%d sign-ins with one attempt, %d sessions; want one of each", started, n)
	}
	to, err := d.UsedAttempt(t.Context(), users.DigestOf("attempt"))
	if err != nil || to != "/audit" {
		t.Errorf("UsedAttempt: got %q, %v", to, err)
	}
	if _, err := d.UsedAttempt(t.Context(), users.DigestOf("another")); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("UsedAttempt of another: got %v", err)
	}
}

// TestRefusedSignInLeavesTheAttempt refuses a person, whom an owner adds before they come
// again with the same attempt.
func TestRefusedSignInLeavesTheAttempt(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	visit := visitWith("s", "attempt")
	if _, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), visit); refusalOf(err) != users.RefusedUninvited {
		t.Fatalf("got %v", err)
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM used_attempts WHERE return_to = '/audit'`); n != 0 {
		t.Errorf("%d attempts are used", n)
	}
	d.Invited(t, "ana@example.com", users.RoleUser)
	if _, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), visit); err != nil {
		t.Error(err)
	}
}

// TestTidyOfUsedAttempts deletes them an hour after their use, and those of a clock that
// was ahead.
func TestTidyOfUsedAttempts(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	d.Invited(t, "ana@example.com", users.RoleUser)
	sign := func(session string) {
		t.Helper()
		if _, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), visitWith(session, session)); err != nil {
			t.Fatal(err)
		}
	}
	count := func(want int) {
		t.Helper()
		if n := rows(t, d, `SELECT COUNT(*) FROM used_attempts WHERE return_to = '/audit'`); n != want {
			t.Errorf("%d used attempts, want %d", n, want)
		}
	}
	sign("now")
	d.Clock.Advance(48 * time.Hour)
	sign("ahead")
	d.Clock.Advance(-48 * time.Hour)
	tidyAfter(t, d, users.TidyEvery)
	count(1)
	tidyAfter(t, d, time.Hour-2*users.TidyEvery)
	count(1)
	tidyAfter(t, d, users.TidyEvery)
	count(0)
}
