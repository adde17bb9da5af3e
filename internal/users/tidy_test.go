package users_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// tidied returns a directory on which Tidy has just run.
func tidied(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	tidy(t, d, true)
	return d
}

// tidy runs Tidy, and fails the test unless it was due.
func tidy(t *testing.T, d *userstest.Directory, want bool) {
	t.Helper()
	if mine, err := d.Tidy(t.Context()); err != nil || mine != want {
		t.Fatalf("Tidy: got %v, %v; want %v", mine, err, want)
	}
}

// tidyAfter moves the clock on, a minute at a time from where no deadline has passed, and
// tidies up.
func tidyAfter(t *testing.T, d *userstest.Directory, wait time.Duration) {
	t.Helper()
	for ; wait > 12*time.Hour; wait -= 12 * time.Hour {
		d.Clock.Advance(12 * time.Hour)
		tidy(t, d, true)
	}
	d.Clock.Advance(wait)
	tidy(t, d, true)
}

// rows returns the number that a query returns.
func rows(t *testing.T, d *userstest.Directory, query string, args ...any) (n int) {
	t.Helper()
	if err := d.DB.Reads().QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// exec runs a statement in the database.
func exec(t *testing.T, d *userstest.Directory, statement string) {
	t.Helper()
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), statement); return err })
	if err != nil {
		t.Fatal(err)
	}
}

// TestTidyIsDoneByOne runs Tidy on many consoles on one database at once, several times: one of them
// does the work.
func TestTidyIsDoneByOne(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	consoles := make([]*users.Service, 8)
	for i := range consoles {
		consoles[i] = d.Another(t)
	}
	for round := range 5 {
		did := make([]bool, 2*len(consoles)) // each is asked twice
		for _, err := range userstest.AtOnce(len(did), func(i int) (err error) {
			did[i], err = consoles[i%len(consoles)].Tidy(t.Context())
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		mine := 0
		for _, one := range did {
			if one {
				mine++
			}
		}
		if mine != 1 {
			t.Errorf("round %d: done by %d consoles, want 1", round, mine)
		}
		tidy(t, d, false)
		d.Clock.Advance(users.TidyEvery)
	}
}

// TestTidy looks for expired rows before and after Tidy, and for others, which are kept.
func TestTidy(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	ana := signIn(t, d, "s")
	if err := d.Keep(t.Context(), users.DigestOf("f"), []byte("x"), 10*time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddPerson(sending(t, users.NewFormKey()), d.Owner, users.NewPerson{ID: "bo@example.com"}); err != nil {
		t.Fatal(err)
	}
	kept := func(what string, want [3]int) {
		t.Helper()
		got := [3]int{
			rows(t, d, `SELECT COUNT(*) FROM sessions WHERE user_key = $1`, ana.User.Key),
			rows(t, d, `SELECT COUNT(*) FROM kept`), rows(t, d, `SELECT COUNT(*) FROM done_requests`),
		}
		if got != want {
			t.Errorf("%s: got %v sessions, kept forms and done forms, want %v", what, got, want)
		}
	}
	tidyAfter(t, d, 10*time.Minute-time.Microsecond)
	kept("before anything has had its time", [3]int{1, 1, 1})
	tidyAfter(t, d, users.TidyEvery)
	kept("after a form was kept for long enough", [3]int{1, 0, 1})
	tidyAfter(t, d, 12*time.Hour)
	kept("after a session expired", [3]int{1, 0, 1}) // for an hour it is known whose it was
	tidyAfter(t, d, time.Hour)
	kept("an hour later", [3]int{0, 0, 1})
	tidyAfter(t, d, 6*24*time.Hour)
	kept("in a week", [3]int{0, 0, 1})
	tidyAfter(t, d, 24*time.Hour)
	kept("after a week", [3]int{0, 0, 0})
}

// TestTidyOfRefusals fills the list of refused sign-ins past its end.
func TestTidyOfRefusals(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	if _, err := d.SignIn(t.Context(), userstest.Claims("stranger@example.com"), userstest.Visit("s")); err == nil {
		t.Fatal("a stranger is let in")
	}
	first := rows(t, d, `SELECT MIN(number) FROM refused_sign_ins`)
	exec(t, d, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10004)
		INSERT INTO refused_sign_ins (at, address, user_key, reason, request_id)
		SELECT r.at, r.address, r.user_key, r.reason, r.request_id FROM n, refused_sign_ins r`)
	tidyAfter(t, d, users.TidyEvery)
	if n, oldest := rows(t, d, `SELECT COUNT(*) FROM refused_sign_ins`), rows(t, d, `SELECT MIN(number) FROM refused_sign_ins`); n != 10_000 || oldest != first+5 {
		t.Errorf("got %d refusals since the %dth, want 10000 since the %dth", n, oldest, first+5)
	}
}

// TestTidy_fault makes the work fail: the lease is not taken.
func TestTidy_fault(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, databasetest.URL(t)) // whose role may rename a table
	tidy(t, d, true)
	exec(t, d, `ALTER TABLE kept RENAME TO mislaid`)
	d.Clock.Advance(users.TidyEvery)
	if mine, err := d.Tidy(t.Context()); err == nil || mine {
		t.Fatalf("Tidy with a fault: got %v, %v", mine, err)
	}
	exec(t, d, `ALTER TABLE mislaid RENAME TO kept`)
	tidy(t, d, true)
}
