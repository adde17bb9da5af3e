package users_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestKeepAndTake takes each thing once, by its own secret, and not after its
// time.
func TestKeepAndTake(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	keep := func(secret, data string) {
		t.Helper()
		if err := d.Keep(t.Context(), users.DigestOf(secret), []byte(data), 10*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	take := func(secret, want string) {
		t.Helper()
		got, err := d.Take(t.Context(), users.DigestOf(secret))
		if want == "" && !errors.Is(err, users.ErrNotFound) || want != "" && (err != nil || string(got) != want) {
			t.Errorf("Take %s: got %q, %v; want %q", secret, got, err, want)
		}
	}
	keep("a", "form")
	take("b", "")
	take("a", "form")
	take("a", "") // once
	keep("in time", "x")
	keep("too late", "x")
	d.Clock.Advance(10*time.Minute - time.Microsecond)
	take("in time", "x")
	d.Clock.Advance(time.Microsecond)
	take("too late", "")
	d.Clock.Advance(-time.Hour)
	take("too late", "") // it is gone
}

// TestTakeAtOnce has twenty requests take the same form.
func TestTakeAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	if err := d.Keep(t.Context(), users.DigestOf("a"), []byte("x"), time.Minute); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, err := range userstest.AtOnce(20, func(int) error {
		_, err := d.Take(t.Context(), users.DigestOf("a"))
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

// dialect is what the engines write differently: bytes of a text, and the moment that is
// so many microseconds after one.
var dialect = map[database.Engine]struct{ bytes, after string }{
	database.SQLite:     {`CAST(%s AS BLOB)`, `%d + %s`},
	database.PostgreSQL: {`convert_to(%s, 'UTF8')`, `to_timestamp(%d / 1000000) + %s * INTERVAL '1 microsecond'`},
}

// many has as many rows as its parameter says, numbered from one on.
const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) `

// A filling is what strangers can fill, and how one more is added.
type filling struct {
	fill  string
	most  int
	add   func(*testing.T, *userstest.Directory) error
	count string
	first string // counts the oldest row
}

// fillings are those that there are, in the words of this run's engine.
func fillings() map[string]filling {
	in := dialect[databasetest.Engine()]
	const later = 4_000_000_000_000_000 // than what is added
	return map[string]filling{
		"kept": {
			`INSERT INTO kept (digest, data, expires_at) ` + many + `SELECT ` + fmt.Sprintf(in.bytes, `'old' || i`) + `, ` +
				fmt.Sprintf(in.bytes, `'x'`) + `, ` + fmt.Sprintf(in.after, later, `i`) + ` FROM n`,
			2000,
			func(t *testing.T, d *userstest.Directory) error {
				return d.Keep(t.Context(), users.DigestOf("new"), []byte("x"), 100*365*24*time.Hour)
			}, `SELECT COUNT(*) FROM kept`, `SELECT COUNT(*) FROM kept WHERE expires_at = ` + fmt.Sprintf(in.after, later, `1`),
		},
		"refused sign-ins": {
			`INSERT INTO refused_sign_ins (at, address, user_key, reason, request_id) ` + many + `SELECT ` + fmt.Sprintf(in.after, 0, `i`) + `, 'x', '', 'taken', '' FROM n`,
			10_000,
			func(t *testing.T, d *userstest.Directory) error {
				if _, err := d.SignIn(t.Context(), userstest.Claims("stranger@example.com"), userstest.Visit("x")); refusalOf(err) != users.RefusedUninvited {
					return err
				}
				return nil
			}, `SELECT COUNT(*) FROM refused_sign_ins`, `SELECT COUNT(*) FROM refused_sign_ins WHERE at = ` + fmt.Sprintf(in.after, 0, `1`),
		},
	}
}

// TestBookkeepingOfStrangersIsBounded fills what strangers can fill, and adds one
// more.
func TestBookkeepingOfStrangersIsBounded(t *testing.T) {
	t.Parallel()
	for name, test := range fillings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			fill := func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), test.fill, test.most)
				return err
			}
			if err := d.DB.Transact(t.Context(), fill); err != nil {
				t.Fatal(err)
			}
			checkCount(t, d, test.first, 1)
			if err := test.add(t, d); err != nil {
				t.Fatal(err)
			}
			checkCount(t, d, test.count, test.most)
			checkCount(t, d, test.first, 0)
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
