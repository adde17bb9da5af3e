package users_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestKeepAndTake takes each thing once, by its own secret, and not after its
// time.
func TestKeepAndTake(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	keep := func(what users.Kept, secret, data string) {
		t.Helper()
		if err := d.Keep(t.Context(), what, users.DigestOf(secret), []byte(data), 10*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	take := func(what users.Kept, secret, want string) {
		t.Helper()
		got, err := d.Take(t.Context(), what, users.DigestOf(secret))
		if want == "" && !errors.Is(err, users.ErrNotFound) || want != "" && (err != nil || string(got) != want) {
			t.Errorf("Take %s %s: got %q, %v; want %q", what, secret, got, err, want)
		}
	}
	keep(users.KeptAttempt, "a", "attempt")
	keep(users.KeptForm, "a", "form")
	take(users.KeptAttempt, "b", "")
	take(users.KeptAttempt, "a", "attempt")
	take(users.KeptAttempt, "a", "") // once
	take(users.KeptForm, "a", "form")
	keep(users.KeptForm, "in time", "x")
	keep(users.KeptForm, "too late", "x")
	d.Clock.Advance(10*time.Minute - time.Microsecond)
	take(users.KeptForm, "in time", "x")
	d.Clock.Advance(time.Microsecond)
	take(users.KeptForm, "too late", "")
	d.Clock.Advance(-time.Hour)
	take(users.KeptForm, "too late", "") // it is gone
}

// TestTakeAtOnce has twenty requests take the same attempt.
func TestTakeAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	if err := d.Keep(t.Context(), users.KeptAttempt, users.DigestOf("a"), []byte("x"), time.Minute); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, err := range atOnce(20, func(int) error {
		_, err := d.Take(t.Context(), users.KeptAttempt, users.DigestOf("a"))
		return err
	}) {
		if err == nil {
			taken++
		} else if !errors.Is(err, users.ErrNotFound) {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times, want once", taken)
	}
}

// TestBookkeepingOfStrangersIsBounded fills what strangers can fill, and adds one
// more.
func TestBookkeepingOfStrangersIsBounded(t *testing.T) {
	t.Parallel()
	const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) `
	tests := map[string]struct {
		fill  string
		most  int
		add   func(*testing.T, *userstest.Directory) error
		count string
		first string // counts the oldest row
	}{
		"kept": {`INSERT INTO kept (what, digest, data, expires_at) SELECT 'attempt', CAST('old' || i AS BLOB), CAST('x' AS BLOB), 4000000000000000 + i FROM n`, 2000,
			func(t *testing.T, d *userstest.Directory) error {
				return d.Keep(t.Context(), users.KeptAttempt, users.DigestOf("new"), []byte("x"), 100*365*24*time.Hour)
			}, `SELECT COUNT(*) FROM kept`, `SELECT COUNT(*) FROM kept WHERE expires_at = 4000000000000001`},
		"refused sign-ins": {`INSERT INTO refused_sign_ins (at, address, user_key, reason, request_id) SELECT i, 'x', '', 'taken', '' FROM n`, 10_000,
			func(t *testing.T, d *userstest.Directory) error {
				if _, err := d.SignIn(t.Context(), userstest.Claims("stranger@example.com"), userstest.Visit("x")); refusalOf(err) != users.RefusedUninvited {
					return err
				}
				return nil
			}, `SELECT COUNT(*) FROM refused_sign_ins`, `SELECT COUNT(*) FROM refused_sign_ins WHERE at = 1`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			fill := func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), strings.Replace(test.fill, "SELECT", numbers+"SELECT", 1), test.most)
				return err
			}
			if err := errors.Join(d.DB.Transact(t.Context(), fill), test.add(t, d)); err != nil {
				t.Fatal(err)
			}
			for query, want := range map[string]int{test.count: test.most, test.first: 0} {
				checkCount(t, d, query, want)
			}
		})
	}
}

// checkCount checks the number that a query asks for.
func checkCount(t *testing.T, d *userstest.Directory, query string, want int) {
	t.Helper()
	var got int
	if err := d.DB.Reads().QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
		t.Errorf("%s: got %d, %v; want %d", query, got, err, want)
	}
}
