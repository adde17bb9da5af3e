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

// many is a number of users of whom most are loaded in bulk.
const many = 3000

// TestBulk checks a directory of which most users are loaded in bulk.
func TestBulk(t *testing.T) {
	t.Parallel()
	o := options(many)
	last := demodata.Progress{}
	o.Progress = func(p demodata.Progress) {
		if p.Share < last.Share || p.Users < last.Users || p.Users > many || p.Doing == "" {
			t.Errorf("progress %v after %v", p, last)
		}
		last = p
	}
	s := built(t, o)
	if last.Share < 0.999 || last.Share > 1 || last.Users != many {
		t.Errorf("progress in the end: %v", last)
	}
	all, events := allUsers(t, s), eventsOf(t, s)
	for circumstance, check := range map[string]func(*testing.T, *demo, []users.User, []users.Event){
		"every record keeps the rules":               testRules,
		"times are in order":                         testTimes(now.AddDate(-10, 0, -14)),
		"names are from many scripts":                testScripts,
		"service users are complete":                 testServices,
		"the sample people are as described":         testSample,
		"each user has the event of its creation":    testCreated,
		"the history explains every record":          testExplained,
		"the history is in the order of time":        testOrder,
		"the history is varied":                      testHistory,
		"only the sample people are signed in":       testSessions,
		"people have the identities of the provider": testIdentities,
		"the users are varied":                       testBulkMixture,
		"the counts are right":                       testBulkCounted,
		"a search finds the users":                   testBulkFound,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			check(t, s, all, events)
		})
	}
}

// testExplained checks that the changes of each user's events lead to the record: each old
// value is the new one of the event before, and the last new ones are those of the record.
func testExplained(t *testing.T, _ *demo, all []users.User, events []users.Event) {
	of := map[users.Key][]users.Event{}
	for _, e := range slices.Backward(events) {
		object, _, _ := strings.Cut(string(e.Action), ".")
		switch {
		case object == "session" || object == "token" || object == "login" || object == "departure" || e.Action == users.ActionAccessRefused: // of more than the record
		default:
			of[e.Target.Key] = append(of[e.Target.Key], e)
		}
	}
	for _, u := range all {
		own := of[u.Key]
		deletions := 0 // of a user who was restored: no version of the record
		for _, e := range own {
			if e.Action == users.ActionDeleted {
				deletions++
			}
		}
		if last := own[len(own)-1]; int64(len(own)-deletions) != u.Version || !last.At.Equal(u.UpdatedAt) {
			t.Errorf("%s: %d events to version %d, the last at %s; updated at %s", u.ID, len(own), u.Version, last.At, u.UpdatedAt)
		}
		recorded := map[string]string{}
		for _, e := range own {
			for _, c := range e.Changes {
				if had, known := recorded[c.Field]; known && had != c.Old {
					t.Errorf("%s: %s was %q, event %d says %q", u.ID, c.Field, had, e.Seq, c.Old)
				}
				recorded[c.Field] = c.New
			}
		}
		testRecorded(t, u, recorded)
	}
}

// testRecorded checks the last values in the history of a record.
func testRecorded(t *testing.T, u users.User, recorded map[string]string) {
	t.Helper()
	onOff := map[bool]string{true: "on", false: "off"}
	responsible, _ := users.Person("responsible", recorded["responsible"])
	recorded["responsible"] = string(responsible.ID)
	for field, value := range map[string]string{
		"name": u.Name, "role": string(u.Role), "picture_url": u.PictureURL, "time_zone": u.TimeZone,
		"purpose": u.Purpose, "responsible": string(u.Responsible.ID), "review_on": string(u.ReviewOn),
	} {
		if recorded[field] != value {
			t.Errorf("%s: %s is %q, the history says %q", u.ID, field, value, recorded[field])
		}
	}
	for field, value := range map[string]string{
		"channel.email": onOff[u.Channels["email"]], "channel.web_ui": onOff[u.Channels["web_ui"]],
		"type.comment_mention": onOff[u.Types["comment_mention"]],
	} {
		if cmp.Or(recorded[field], "off") != value {
			t.Errorf("%s: %s is %s, the history says %q", u.ID, field, value, recorded[field])
		}
	}
	if left := recorded["status"] == string(users.StatusDeactivated); left != (u.Status == users.StatusDeactivated) {
		t.Errorf("%s is %s, the history says %q", u.ID, u.Status, recorded["status"])
	}
}

// testBulkCounted checks that the counts of the directory are those of its users.
func testBulkCounted(t *testing.T, s *demo, all []users.User, _ []users.Event) {
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

// testBulkMixture checks that the users who are loaded in bulk are varied.
func testBulkMixture(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
	bulk := map[string]int{}
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
				bulk[what]++
			}
		}
	}
	for what, n := range map[string]struct{ least, most int }{
		"all": {2000, 2000}, "service": {90, 150}, "admin": {3, 10}, "owner": {0, 0}, "invited": {60, 140}, "deactivated": {80, 160},
		"quiet": {140, 260}, "no name": {15, 120}, "picture": {180, 320}, "notifications": {80, 220},
	} {
		if bulk[what] < n.least || bulk[what] > n.most {
			t.Errorf("%s: %d users, want %d to %d", what, bulk[what], n.least, n.most)
		}
	}
}

// testBulkFound searches for the user_id of some users.
func testBulkFound(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	for i := 0; i < len(all); i += 97 {
		page, err := s.Directory.Users(t.Context(), users.Command(""), directory.Query{Text: string(all[i].ID), Limit: users.MaxLimit})
		if err != nil || !slices.ContainsFunc(page.Users, func(u users.User) bool { return u.Key == all[i].Key }) {
			t.Errorf("%s is not among the %v found, %v", all[i].ID, page.Total, err)
		}
	}
}

// TestBulkIsReproducible checks that two builds are the same, and that the users with a
// detailed history are those of a build without others.
func TestBulkIsReproducible(t *testing.T) {
	t.Parallel()
	first, second := built(t, options(many)), built(t, options(many))
	users1, events1 := withoutKeys(allUsers(t, first), eventsOf(t, first))
	users2, events2 := withoutKeys(allUsers(t, second), eventsOf(t, second))
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
	for _, u := range allUsers(t, built(t, options(1000))) {
		alone[u.ID] = u.Name
	}
	for _, u := range users1 {
		if name, ok := alone[u.ID]; ok && name != u.Name {
			t.Errorf("%s is %q, and %q in a build without others", u.ID, u.Name, name)
		}
		delete(alone, u.ID)
	}
	if len(alone) > 0 {
		t.Errorf("missing: %v", alone)
	}
}
