package demodata_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
)

// many is how many users most of whom are a crowd.
const many = 3000

// TestCrowd looks at a directory with a crowd from all sides.
func TestCrowd(t *testing.T) {
	t.Parallel()
	o := options(many)
	told := demodata.Progress{}
	o.Progress = func(p demodata.Progress) {
		if p.Share < told.Share || p.Users < told.Users || p.Users > many || p.Doing == "" {
			t.Errorf("progress %v after %v", p, told)
		}
		told = p
	}
	s := built(t, o)
	if told.Share < 0.999 || told.Share > 1 || told.Users != many {
		t.Errorf("progress in the end: %v", told)
	}
	all, events := everyone(t, s), eventsOf(t, s)
	for circumstance, look := range map[string]func(*testing.T, *demo, []users.User, []users.Event){
		"every record keeps the rules":          testRules,
		"every time is in its order":            testTimes(now.AddDate(-10, 0, -14)),
		"names are from many scripts":           testScripts,
		"service users are looked after":        testServices,
		"the sample people are as announced":    testSample,
		"everyone was created":                  testCreated,
		"the history explains every record":     testExplained,
		"the history is in the order of time":   testOrder,
		"the history is varied":                 testHistory,
		"only the sample people are signed in":  testSessions,
		"the provider's people are known again": testIdentities,
		"the crowd is mixed":                    testCrowdMixture,
		"the counts are right":                  testCrowdCounted,
		"a search finds the crowd":              testCrowdFound,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			look(t, s, all, events)
		})
	}
}

// testExplained checks that the events of a record lead to what it is: each begins
// with what the one before left, and the last leaves what is there.
func testExplained(t *testing.T, _ *demo, all []users.User, events []users.Event) {
	of := map[users.Key][]users.Event{}
	for _, e := range slices.Backward(events) {
		object, _, _ := strings.Cut(string(e.Action), ".")
		switch {
		case object == "session" || object == "token" || object == "login" || e.Action == users.ActionAccessRefused: // of more than the record
		default:
			of[e.Target.Key] = append(of[e.Target.Key], e)
		}
	}
	for _, u := range all {
		own := of[u.Key]
		if last := own[len(own)-1]; int64(len(own)) != u.Version || !last.At.Equal(u.UpdatedAt) {
			t.Errorf("%s: %d events to version %d, the last at %s; updated at %s", u.ID, len(own), u.Version, last.At, u.UpdatedAt)
		}
		told := map[string]string{}
		for _, e := range own {
			for _, c := range e.Changes {
				if had, known := told[c.Field]; known && had != c.Old {
					t.Errorf("%s: %s was %q, event %d says %q", u.ID, c.Field, had, e.Seq, c.Old)
				}
				told[c.Field] = c.New
			}
		}
		testTold(t, u, told)
	}
}

// testTold checks what the history says of a record in the end.
func testTold(t *testing.T, u users.User, told map[string]string) {
	t.Helper()
	onOff := map[bool]string{true: "on", false: "off"}
	responsible, _ := users.Person("responsible", told["responsible"])
	told["responsible"] = string(responsible.ID)
	for field, value := range map[string]string{
		"name": u.Name, "role": string(u.Role), "picture_url": u.PictureURL, "time_zone": u.TimeZone,
		"purpose": u.Purpose, "responsible": string(u.Responsible.ID), "review_on": string(u.ReviewOn),
	} {
		if told[field] != value {
			t.Errorf("%s: %s is %q, the history says %q", u.ID, field, value, told[field])
		}
	}
	for field, value := range map[string]string{
		"channel.email": onOff[u.Channels["email"]], "channel.web_ui": onOff[u.Channels["web_ui"]],
		"type.comment_mention": onOff[u.Types["comment_mention"]],
	} {
		if cmp.Or(told[field], "off") != value {
			t.Errorf("%s: %s is %s, the history says %q", u.ID, field, value, told[field])
		}
	}
	if left := told["status"] == string(users.StatusDeactivated); left != (u.Status == users.StatusDeactivated) {
		t.Errorf("%s is %s, the history says %q", u.ID, u.Status, told["status"])
	}
}

// testCrowdCounted checks that the counts of the directory are those of its users.
func testCrowdCounted(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	got, err := s.Directory.Counts(t.Context(), users.Command(""))
	if err != nil {
		t.Fatal(err)
	}
	want := map[directory.View]int{directory.ViewAll: many + 7}
	for _, u := range all {
		switch {
		case u.Status == users.StatusInvited:
			want[directory.ViewInvited]++
		case u.Status == users.StatusDeactivated:
			want[directory.ViewDeactivated]++
		case u.SeenAt.Before(now.AddDate(0, 0, -90)) && u.CreatedAt.Before(now.AddDate(0, 0, -90)):
			want[directory.ViewQuiet]++
		}
		if u.Kind == users.KindService {
			want[directory.ViewService]++
		}
	}
	for view, n := range want {
		if got[view] != n {
			t.Errorf("view %q counts %d, there are %d", view, got[view], n)
		}
	}
}

// testCrowdMixture checks that there is something of everything in the crowd.
func testCrowdMixture(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
	crowd := map[string]int{}
	for _, u := range all {
		if u.CreatedAt.After(now.AddDate(-3, 0, -5)) {
			continue
		}
		for what, is := range map[string]bool{
			"all": true, string(u.Kind): true, string(u.Role): true, string(u.Status): true,
			"quiet":   u.Status == users.StatusActive && u.Kind == users.KindPerson && u.SeenAt.Before(now.AddDate(0, 0, -90)),
			"no name": u.Name == "", "picture": u.PictureURL != "",
			"notifications": !u.Channels["email"] || u.Channels["web_ui"] || !u.Types["comment_mention"],
		} {
			if is {
				crowd[what]++
			}
		}
	}
	for what, n := range map[string]struct{ least, most int }{
		"all": {2000, 2000}, "service": {90, 150}, "admin": {3, 10}, "owner": {0, 0}, "invited": {60, 140}, "deactivated": {80, 160},
		"quiet": {140, 260}, "no name": {15, 120}, "picture": {180, 320}, "notifications": {80, 220},
	} {
		if crowd[what] < n.least || crowd[what] > n.most {
			t.Errorf("%s: %d of the crowd, want %d to %d", what, crowd[what], n.least, n.most)
		}
	}
}

// testCrowdFound looks for the user_id of some.
func testCrowdFound(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	for i := 0; i < len(all); i += 97 {
		page, err := s.Directory.Users(t.Context(), users.Command(""), directory.Query{Text: string(all[i].ID), Limit: users.MaxLimit})
		if err != nil || !slices.ContainsFunc(page.Users, func(u users.User) bool { return u.Key == all[i].Key }) {
			t.Errorf("%s is not among the %v found, %v", all[i].ID, page.Total, err)
		}
	}
}

// TestTheSameCrowdAtEveryStart builds twice. With another present the people are
// the same, and those who have stories are the same as without a crowd.
func TestTheSameCrowdAtEveryStart(t *testing.T) {
	t.Parallel()
	first, second := built(t, options(many)), built(t, options(many))
	users1, events1 := withoutKeys(everyone(t, first), eventsOf(t, first))
	users2, events2 := withoutKeys(everyone(t, second), eventsOf(t, second))
	unexported := gocmp.AllowUnexported(users.User{}, users.Event{})
	if diff := gocmp.Diff(users1, users2, unexported); diff != "" {
		t.Errorf("users differ:\n%s", diff)
	}
	if diff := gocmp.Diff(events1, events2, unexported); diff != "" {
		t.Errorf("events differ:\n%s", diff)
	}
	if size, err := demodata.Size(t.Context(), first.History); err != nil || size != many {
		t.Errorf("size %d, %v; want %d", size, err, many)
	}
	alone := map[users.ID]string{}
	for _, u := range everyone(t, built(t, options(1000))) {
		alone[u.ID] = u.Name
	}
	for _, u := range users1 {
		if name, ok := alone[u.ID]; ok && name != u.Name {
			t.Errorf("%s is %q, and %q without a crowd", u.ID, u.Name, name)
		}
		delete(alone, u.ID)
	}
	if len(alone) > 0 {
		t.Errorf("missing with a crowd: %v", alone)
	}
}
