package users_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// leaving plans that Ana leaves in an hour, and hands over robot-1 to Bob.
func leaving(t *testing.T, d *userstest.Directory, by users.Actor) {
	t.Helper()
	robot := d.Must(t, "robot-1")
	err := d.PlanDeparture(t.Context(), by, "ana@example.com", users.Departure{Reason: "new job", HandOverEach: map[users.Key]string{robot.Key: "bob@example.com"}}, d.Clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlanDeparture(t *testing.T) {
	t.Parallel()
	d, _ := withRobots(t)
	tidyAgain(t, d)
	last := d.Last(t)
	leaving(t, d, d.Owner)
	check(t, d, last, nil, nil, `owner@example.com departure.planned ana@example.com [due:  → 2026-11-23T10:04:00Z] because "new job"`)
	tidyAgain(t, d)
	if got := d.Must(t, "ana@example.com").Status; got != users.StatusActive {
		t.Errorf("before the time: %s", got)
	}
	d.Clock.Advance(time.Hour)
	last = d.Last(t)
	tidyAgain(t, d)
	check(t, d, last, nil, nil,
		`owner@example.com user.deactivated ana@example.com [status: active → deactivated] because "new job"`,
		"owner@example.com user.handed_over robot-1 [responsible: ana@example.com → bob@example.com]",
		"owner@example.com user.handed_over robot-2 [responsible: ana@example.com →]",
		"owner@example.com session.ended ana@example.com [session: ses_* → deactivated]")
	if via := d.Since(t, last)[0].Via; via != users.ViaSchedule {
		t.Errorf("the source is %s, want %s", via, users.ViaSchedule)
	}
	if detail, err := d.Detail(t.Context(), d.Owner, "ana@example.com"); err != nil || detail.Departure != nil {
		t.Errorf("afterwards: got %v, %v", detail.Departure, err)
	}
}

func TestPlanDeparture_mistakes(t *testing.T) {
	t.Parallel()
	d, _ := withRobots(t)
	robot, last := d.Must(t, "robot-1"), d.Last(t)
	for name, test := range map[string]struct {
		ask   users.Departure
		after time.Duration
		field string
	}{
		"in the past":      {users.Departure{}, -time.Minute, "leave_on"},
		"in two years":     {users.Departure{}, 2 * 366 * 24 * time.Hour, "leave_on"},
		"to no such user":  {users.Departure{HandOverEach: map[users.Key]string{robot.Key: "nobody@example.com"}}, time.Hour, "hand_over_" + string(robot.Key)},
		"to the leaver":    {users.Departure{HandOver: "ana@example.com"}, time.Hour, "hand_over"},
		"with a long text": {users.Departure{Reason: strings.Repeat("x", 600)}, time.Hour, "reason"},
	} {
		t.Run(name, func(t *testing.T) {
			err := d.PlanDeparture(t.Context(), d.Owner, "ana@example.com", test.ask, d.Clock.Now().Add(test.after))
			checkMistakes(t, d, last, err, test.field)
		})
	}
	check(t, d, last, d.PlanDeparture(t.Context(), d.Owner, d.Owner.ID, users.Departure{}, d.Clock.Now().Add(time.Hour)), users.ErrForbidden)
}

func TestCancelDeparture(t *testing.T) {
	t.Parallel()
	d, _ := withRobots(t)
	leaving(t, d, d.Owner)
	last := d.Last(t)
	check(t, d, last, d.CancelDeparture(t.Context(), d.Owner, "ana@example.com"), nil, "owner@example.com departure.cancelled ana@example.com [due: 2026-11-23T10:00:00Z →]")
	last = d.Last(t)
	check(t, d, last, d.CancelDeparture(t.Context(), d.Owner, "ana@example.com"), nil)
	d.Clock.Advance(2 * time.Hour)
	tidyAgain(t, d)
	if got := d.Must(t, "ana@example.com").Status; got != users.StatusActive {
		t.Errorf("cancelled, and then: %s", got)
	}
}

// TestDepartureWhenDue changes the directory between the plan and its time.
func TestDepartureWhenDue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(*testing.T, *userstest.Directory, users.Actor)
		want      []string
	}{
		"the planner may not any more": {func(t *testing.T, d *userstest.Directory, admin users.Actor) {
			if _, err := d.ChangeRole(t.Context(), d.Owner, admin.ID, users.RoleChange{Role: users.RoleUser}); err != nil {
				t.Fatal(err)
			}
		}, []string{"stranger departure.cancelled ana@example.com [due: 2026-11-23T10:04:00Z →, cause:  → not_allowed]"}},
		"the planner is deleted": {func(t *testing.T, d *userstest.Directory, admin users.Actor) { deleted(t, d, admin.ID, "") },
			[]string{"stranger departure.cancelled ana@example.com [due: 2026-11-23T10:04:00Z →, cause:  → planner_gone]"}},
		"the heir is deactivated": {func(t *testing.T, d *userstest.Directory, _ users.Actor) {
			if err := d.Deactivate(t.Context(), d.Owner, "bob@example.com", users.Departure{}); err != nil {
				t.Fatal(err)
			}
		}, []string{`admin@example.com user.deactivated ana@example.com [status: active → deactivated] because "new job"`,
			"admin@example.com user.handed_over robot-1 [responsible: ana@example.com →, cause:  → heir_gone]",
			"admin@example.com user.handed_over robot-2 [responsible: ana@example.com →]",
			"admin@example.com session.ended ana@example.com [session: ses_* → deactivated]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := withRobots(t)
			admin := d.Person(t, "admin@example.com", users.RoleAdmin)
			tidyAgain(t, d)
			leaving(t, d, admin)
			test.meanwhile(t, d, admin)
			d.Clock.Advance(time.Hour)
			last := d.Last(t)
			tidyAgain(t, d)
			if diff := cmp.Diff(test.want, d.Trail(t, last)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHeirs suggests who is responsible for a service user with the same purpose, then who has
// acted on it.
func TestHeirs(t *testing.T) {
	t.Parallel()
	d, _ := withRobots(t)
	d.ServiceUser(t, "robot-3", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, "robot-3", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "bob@example.com"}}); err != nil {
		t.Fatal(err)
	}
	robot := d.Must(t, "robot-1")
	heirs, err := d.Heirs(t.Context(), d.Owner, d.Must(t, "ana@example.com"), []users.User{robot})
	var got []users.ID
	for _, r := range heirs[robot.Key] {
		got = append(got, r.ID)
	}
	if diff := cmp.Diff([]users.ID{"bob@example.com", "owner@example.com"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestWithdraw deletes an invited person, which is final at once.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	d, _, _ := withGrace(t)
	d.Invited(t, "late@example.com", users.RoleUser)
	deleted(t, d, "late@example.com", "")
	if all, _, err := d.DeletedUsers(t.Context(), d.Owner, ""); err != nil || len(all) != 0 {
		t.Errorf("got %d deleted users, %v", len(all), err)
	}
}
