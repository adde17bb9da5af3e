package users_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// somePast are two people and a service user, who have been there for some time.
func somePast(now time.Time) []users.Arrival {
	long := now.AddDate(-2, 0, 0)
	browser := users.Actor{Via: users.ViaSession, RequestID: "req-old", Address: "192.0.2.1", UserAgent: "Firefox"}
	ana := users.NewArrival(users.KindPerson, "ana@example.com", users.Command("req-first"), long)
	ana.User.Role = users.RoleOwner
	claims := userstest.Claims("ana@example.com")
	claims.Name, claims.TimeZone = "Ana Álvarez", "Europe/Madrid"
	self := browser
	self.Key = ana.User.Key
	ana.Since = []users.Step{
		users.FirstSignIn(long.Add(3*time.Hour), browser, claims),
		users.Edited(long.AddDate(0, 6, 0), self, users.ActionEdited, "", func(u *users.User) { u.Channels["web_ui"] = true }),
	}
	ana.Seen = now.Add(-time.Hour)
	robot := users.NewArrival(users.KindService, "robot", self, long.Add(4*time.Hour))
	robot.User.Responsible = users.Ref{Key: ana.User.Key, ID: ana.User.ID, Kind: users.KindPerson}
	bea := users.NewArrival(users.KindPerson, "bea@example.com", self, long.Add(5*time.Hour))
	bea.User.Name = "Bea"
	bea.Since = []users.Step{users.Departed(long.AddDate(0, 1, 0), self, "Left")}
	return []users.Arrival{ana, robot, bea}
}

// onFile returns an empty directory in a file, which alone can be loaded into.
func onFile(t *testing.T) *userstest.Directory {
	t.Helper()
	return userstest.NewEmptyAt(t, databasetest.SQLiteURL(t))
}

func load(t *testing.T, d *userstest.Directory, all []users.Arrival) error {
	t.Helper()
	return d.Load(t.Context(), slices.Values(all), func(users.Phase, int, int) {})
}

func TestLoad(t *testing.T) {
	t.Parallel()
	d := onFile(t)
	now := d.Clock.Now()
	if err := load(t, d, somePast(now)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"operator user.created ana@example.com [role:  → owner, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]",
		"ana@example.com identity.bound ana@example.com [identity:  → https://id.example.com sub-ana@example.com, name:  → Ana Álvarez, time_zone: UTC → Europe/Madrid]",
		"stranger user.created robot [role:  → user, time_zone:  → UTC, responsible:  → ana@example.com, channel.email: off → on, type.comment_mention: off → on]",
		"stranger user.created bea@example.com [name:  → Bea, role:  → user, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]",
		`stranger user.deactivated bea@example.com [status: invited → deactivated] because "Left"`,
		"ana@example.com user.edited ana@example.com [channel.web_ui: off → on]",
	}
	if diff := cmp.Diff(want, trimmed(d.Trail(t, 0))); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if _, first, last := d.Indexed(t); first != 1 || last != 6 {
		t.Errorf("the index of the log has %d to %d, want all six", first, last)
	}
	if got, _ := d.Find(t, history.Query{Text: "left bea"}); !slices.Equal(got, []int64{5}) {
		t.Errorf("the index finds %v, want the fifth event", got)
	}
	d.Owner = users.Command("req")
	ana := d.Must(t, "ana@example.com")
	if ana.Version != 3 || !ana.UpdatedAt.Equal(now.AddDate(-2, 6, 0)) || !ana.SeenAt.Equal(now.Add(-time.Hour)) || ana.Status != users.StatusActive {
		t.Errorf("got %+v", ana)
	}
	if got := d.Must(t, "robot").Responsible.Name; got != "Ana Álvarez" {
		t.Errorf("%q is responsible for robot", got)
	}
	d.Owner = d.SignedIn(t, "ana@example.com").Actor("req", "192.0.2.1", "test")
	d.Invited(t, "new@example.com", users.RoleUser)
	testKept(t, d)
}

// trimmed returns lines without white space at their ends.
func trimmed(lines []string) []string {
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}

// testKept checks what triggers keep up to date, and that references lead
// somewhere.
func testKept(t *testing.T, d *userstest.Directory) {
	t.Helper()
	for what, query := range map[string]string{
		"tallies": `SELECT COUNT(*) FROM (SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status
			EXCEPT SELECT kind, role, status, n FROM tallies)`,
		"tallies of days": `SELECT COUNT(*) FROM (SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day
			EXCEPT SELECT what, day, n FROM day_tallies)`,
		"tallies of events": `SELECT COUNT(*) FROM (SELECT day, action, n FROM events_on_days EXCEPT SELECT day, action, n FROM event_tallies)`,
		"active weeks":      `SELECT COUNT(*) FROM (SELECT week, n FROM users_on_weeks EXCEPT SELECT week, n FROM active_weeks)`,
		"references":        `SELECT COUNT(*) FROM pragma_foreign_key_check`,
	} {
		var wrong int
		if err := d.DB.Reads().QueryRowContext(t.Context(), query).Scan(&wrong); err != nil || wrong > 0 {
			t.Errorf("%s: %d are wrong, %v", what, wrong, err)
		}
	}
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO users_search (users_search, rank) VALUES ('integrity-check', 1)`)
		return err
	})
	if err != nil {
		t.Errorf("search: %v", err)
	}
}

// command is the operator.
var command = users.Command("req")

// impossible are changes that make somePast a history that cannot have happened.
var impossible = map[string]func(now time.Time, all []users.Arrival){
	"a user who came before the one before": func(now time.Time, all []users.Arrival) { all[0], all[1] = all[1], all[0] },
	"the same user_id twice":                func(now time.Time, all []users.Arrival) { all[2].User.ID = all[1].User.ID },
	"a user_id that is none":                func(now time.Time, all []users.Arrival) { all[2].User.ID = "no one" },
	"a name that a form would refuse":       func(now time.Time, all []users.Arrival) { all[2].User.Name = "\u202e" },
	"a service user who is an owner":        func(now time.Time, all []users.Arrival) { all[1].User.Role = users.RoleOwner },
	"nobody who could answer for one":       func(now time.Time, all []users.Arrival) { all[1].User.Responsible.Key = all[2].User.Key },
	"the responsible person does not exist": func(now time.Time, all []users.Arrival) { all[1].User.Responsible.Key = "usr_nobody" },
	"steps in another order":                func(now time.Time, all []users.Arrival) { slices.Reverse(all[0].Since) },
	"a step in the future": func(now time.Time, all []users.Arrival) {
		all[2].Since[0] = users.Departed(now.Add(time.Second), command, "")
	},
	"seen without a sign-in":             func(now time.Time, all []users.Arrival) { all[2].Seen = now },
	"a sign-in without having been seen": func(now time.Time, all []users.Arrival) { all[0].Seen = time.Time{} },
	"a change of nothing": func(now time.Time, all []users.Arrival) {
		all[0].Since = append(all[0].Since, users.Edited(now, command, users.ActionEdited, "", func(*users.User) {}))
	},
	"a change after the departure": func(now time.Time, all []users.Arrival) {
		all[2].Since = append(all[2].Since, users.Departed(now, command, ""))
	},
	"a departure of the last owner": func(now time.Time, all []users.Arrival) {
		all[0].Since = append(all[0].Since, users.Departed(now, command, ""))
		all[1].User.Responsible = users.Ref{}
	},
}

// TestLoadRefuses checks that nothing is kept of an impossible history, nor of what
// came before.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, spoil := range impossible {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := onFile(t)
			all := somePast(d.Clock.Now())
			spoil(d.Clock.Now(), all)
			if err := load(t, d, all); err == nil {
				t.Error("got no error")
			}
			if err := load(t, d, somePast(d.Clock.Now())); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestLoadRefusesToJoin loads into a directory that is not empty.
func TestLoadRefusesToJoin(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, databasetest.SQLiteURL(t))
	last := d.Last(t)
	err := load(t, d, somePast(d.Clock.Now()))
	if err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
	if got := d.Last(t); got != last {
		t.Errorf("there are events up to %d, not %d", got, last)
	}
}

// TestLoadInterrupted stops in the middle.
func TestLoadInterrupted(t *testing.T) {
	t.Parallel()
	d := onFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	endless := func(yield func(users.Arrival) bool) {
		at := d.Clock.Now().AddDate(-1, 0, 0)
		for yield(users.NewArrival(users.KindService, users.ID(at.Format("robot-20060102-150405")), users.Command("req"), at)) {
			at = at.Add(time.Second)
		}
	}
	if err := d.Load(ctx, endless, func(users.Phase, int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := load(t, d, somePast(d.Clock.Now())); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
