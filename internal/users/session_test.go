package users_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// signIn signs Ana in, adding her if she is not there, with a session of that
// secret.
func signIn(t *testing.T, d *userstest.Directory, secret string) users.SignedIn {
	t.Helper()
	if _, err := d.User(t.Context(), d.Owner, "ana@example.com"); errors.Is(err, users.ErrNotFound) {
		d.Invited(t, "ana@example.com", users.RoleUser)
	}
	in, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), userstest.Visit(secret))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// lives checks whether the session of a secret may be used.
func lives(t *testing.T, d *userstest.Directory, secret string, want bool) {
	t.Helper()
	in, err := d.Session(t.Context(), users.DigestOf(secret))
	if want && (err != nil || in.User.ID == "" || in.Session.ID == "") || !want && !errors.Is(err, users.ErrNoSession) {
		t.Errorf("session %s: got %s, %v; want it to live: %v", secret, in.User.ID, err, want)
	}
	d.Settle()
}

func TestSessionLimits(t *testing.T) {
	t.Parallel()
	type step struct {
		forward time.Duration
		lives   bool
	}
	const idle = 12 * time.Hour
	tests := map[string][]step{
		"used at once":                  {{0, true}},
		"idle almost too long":          {{idle - time.Microsecond, true}},
		"idle too long":                 {{idle, false}},
		"idle long ago stays over":      {{idle, false}, {-time.Hour, true}, {2 * time.Hour, true}},
		"used again and again":          {{idle - 1000, true}, {idle - 1000, true}, {idle - 1000, true}, {idle, false}},
		"clock set back an hour":        {{time.Hour, true}, {-time.Hour, true}, {time.Hour, true}},
		"clock set back before it":      {{-time.Hour, true}, {time.Hour, true}},
		"clock set back a year":         {{-365 * 24 * time.Hour, false}, {365 * 24 * time.Hour, true}},
		"clock set a year ahead, back":  {{365 * 24 * time.Hour, false}, {-365 * 24 * time.Hour, true}},
		"clock set back, limits remain": {{-time.Hour, true}, {time.Hour + idle, false}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			signIn(t, d, "s")
			for _, step := range steps {
				d.Clock.Advance(step.forward)
				lives(t, d, "s", step.lives)
				all, err := d.Sessions(t.Context(), d.Owner, "ana@example.com")
				if err != nil || len(all) > 0 != step.lives {
					t.Errorf("Sessions: got %d, %v; want some: %v", len(all), err, step.lives)
				}
			}
		})
	}
}

func TestSessionLifetime(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	in := signIn(t, d, "s")
	for range 7*4 - 1 {
		d.Clock.Advance(6 * time.Hour)
		lives(t, d, "s", true)
	}
	d.Clock.Advance(6*time.Hour - time.Microsecond)
	lives(t, d, "s", true)
	d.Clock.Advance(time.Microsecond)
	lives(t, d, "s", false)
	if got := in.Session.ExpiresAt.Sub(in.Session.StartedAt); got != users.DefaultSessionLifetime {
		t.Errorf("got a lifetime of %v, want %v", got, users.DefaultSessionLifetime)
	}
}

func TestSessionLimitsAreSettings(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{SessionIdle: 10 * time.Minute, SessionLifetime: 15 * time.Minute})
	signIn(t, d, "idle")
	d.Clock.Advance(9 * time.Minute)
	lives(t, d, "idle", true)
	d.Clock.Advance(6 * time.Minute)
	lives(t, d, "idle", false)
}

// TestSeenAtMostOnceAMinute uses a session within a minute, after it, and with the clock set back: one
// write a minute.
func TestSeenAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "s")
	start := d.Clock.Now()
	last := d.Last(t)
	for _, step := range []struct{ forward, seen time.Duration }{
		{time.Minute, time.Minute}, {59 * time.Second, time.Minute}, {time.Second, 2 * time.Minute}, {-time.Hour, 2 * time.Minute},
	} {
		d.Clock.Advance(step.forward)
		lives(t, d, "s", true)
		sessions, err := d.Sessions(t.Context(), d.Owner, "ana@example.com")
		if err != nil || len(sessions) != 1 {
			t.Fatalf("Sessions: got %d, %v", len(sessions), err)
		}
		if u, want := d.Must(t, "ana@example.com"), start.Add(step.seen); !u.SeenAt.Equal(want) || !sessions[0].SeenAt.Equal(want) || u.Version != 2 {
			t.Errorf("got user seen %v, session %v, version %d; want %v and 2", u.SeenAt, sessions[0].SeenAt, u.Version, want)
		}
	}
	check(t, d, last, nil, nil)
}

// TestTwentySessions signs in once more than the limit of sessions: the one that was not used for
// longest ends, with an event.
func TestTwentySessions(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i := range 20 {
		signIn(t, d, fmt.Sprint(i))
		d.Clock.Advance(time.Minute)
	}
	lives(t, d, "0", true) // the first is used again, so that the second is the one longest unused
	last := d.Last(t)
	signIn(t, d, "20")
	check(t, d, last, nil, nil, "ana@example.com session.ended ana@example.com [session: ses_* → session_limit]",
		"ana@example.com session.started ana@example.com [session:  → ses_*]")
	lives(t, d, "0", true)
	lives(t, d, "1", false)
	if all, err := d.Sessions(t.Context(), d.Owner, "ana@example.com"); err != nil || len(all) != 20 {
		t.Errorf("got %d sessions, %v; want 20", len(all), err)
	}
}

// TestReplacedSessionEnds signs in in a browser that has a session, of the same
// user and of another.
func TestReplacedSessionEnds(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "first")
	visit := userstest.Visit("second")
	visit.Replaces = users.DigestOf("first")
	last := d.Last(t)
	if _, err := d.SignIn(t.Context(), userstest.Claims("ana@example.com"), visit); err != nil {
		t.Fatal(err)
	}
	d.Invited(t, "bob@example.com", users.RoleUser)
	visit = userstest.Visit("third")
	visit.Replaces = users.DigestOf("second")
	if _, err := d.SignIn(t.Context(), userstest.Claims("bob@example.com"), visit); err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]bool{"first": false, "second": false, "third": true} {
		lives(t, d, secret, want)
	}
	trail := strings.Join(d.Trail(t, last), "\n")
	for _, want := range []string{"ana@example.com session.ended ana@example.com [session: ses_* → signed_in_again]",
		"bob@example.com session.ended ana@example.com [session: ses_* → signed_in_again]"} {
		if !strings.Contains(trail, want) {
			t.Errorf("got events\n%s\nwant %s among them", trail, want)
		}
	}
}

// TestRefusedSignInEndsNothing is refused a sign-in in a browser with a session, which goes on.
func TestRefusedSignInEndsNothing(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	signIn(t, d, "first")
	visit := userstest.Visit("second")
	visit.Replaces = users.DigestOf("first")
	if _, err := d.SignIn(t.Context(), userstest.Claims("stranger@example.com"), visit); refusalOf(err) != users.RefusedUninvited {
		t.Fatalf("got error %v", err)
	}
	lives(t, d, "first", true)
	lives(t, d, "second", false)
}

// TestDatabaseHoldsNoSecret searches the whole database for the secret of a session.
func TestDatabaseHoldsNoSecret(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	const secret = "canary-oPTvZ1nS0bYb3Ay8ZqAb3A"
	signIn(t, d, secret)
	if err := d.Keep(t.Context(), users.DigestOf(secret), []byte("data"), time.Minute); err != nil {
		t.Fatal(err)
	}
	content := contents(t, d)
	withoutHint := bytes.ReplaceAll(content, []byte("id-token-of-"+secret), nil)
	if bytes.Contains(withoutHint, []byte(secret)) || bytes.Contains(withoutHint, []byte(secret[7:])) {
		t.Error("the database holds the secret of a session")
	}
	digest := users.DigestOf(secret)
	if !bytes.Contains(content, digest[:]) {
		t.Error("the database does not hold its digest: this test looked in the wrong place")
	}
	if _, err := d.Session(t.Context(), users.DigestOf(string(digest[:]))); !errors.Is(err, users.ErrNoSession) {
		t.Errorf("who has the digest came in: %v", err)
	}
}

// contents returns the content of the database: the files of SQLite, or the rows of PostgreSQL, with
// the bytes of bytea columns.
func contents(t *testing.T, d *userstest.Directory) (content []byte) {
	t.Helper()
	if d.DB.Engine() == database.SQLite {
		return files(t, d.DB.Name())
	}
	for _, table := range texts(t, d, `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'`) {
		for _, row := range texts(t, d, `SELECT t::text FROM `+table+` t`) {
			content = append(content, row...)
			for _, digits := range regexp.MustCompile(`\\x([0-9a-f]+)`).FindAllStringSubmatch(row, -1) {
				bytes, err := hex.DecodeString(digits[1])
				if err != nil {
					t.Fatal(err)
				}
				content = append(content, bytes...)
			}
		}
	}
	return content
}

// texts returns the rows of a query, which are one text each.
func texts(t *testing.T, d *userstest.Directory, query string) (all []string) {
	t.Helper()
	rows, err := d.DB.Reads().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// files returns what is in the files whose paths begin with that of the database.
func files(t *testing.T, path string) (content []byte) {
	t.Helper()
	all, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, part...)
	}
	return content
}
