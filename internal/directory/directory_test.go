package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// hundredDaysOn returns a directory of users of all facets, a hundred days after most of them were
// last seen. The owner and Ana have signed in today.
func hundredDaysOn(t *testing.T) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	ctx, operator := t.Context(), users.Command("")
	service := func(id, name string, role users.Role) users.NewServiceUser {
		return users.NewServiceUser{NewPerson: users.NewPerson{ID: id, Name: name, Role: role}}
	}
	add := func(id, name string, role users.Role, signIn bool) {
		d.Clock.Advance(time.Minute)
		_, err := d.AddPerson(ctx, d.Owner, users.NewPerson{ID: id, Name: name, Role: role})
		if err != nil {
			t.Fatal(err)
		}
		if signIn {
			d.SignedIn(t, id)
		}
	}
	add("ana@example.com", "Ana Müller", users.RoleUser, true)
	add("bob@example.com", "Bob", users.RoleAuditor, true)
	add("carla@example.com", "Carla", users.RoleAdmin, true)
	add("dora@example.com", "Dora", users.RoleOwner, false)
	add("eve@example.com", "", users.RoleUser, false)
	d.Clock.Advance(time.Minute)
	d.ServiceUser(t, "robot-1", users.RoleUser) // named Robot robot-1; the owner is responsible, the review is in May
	d.Clock.Advance(time.Minute)
	_, err2 := d.CreateServiceUser(ctx, operator, service("robot-2", `Ünder 100%_sure\`, users.RoleAdmin))
	d.Clock.Advance(time.Minute)
	_, err3 := d.CreateServiceUser(ctx, operator, service("robot-3", "", users.RoleUser))
	_, err4 := d.AddSystemUser(ctx, operator, "platform")
	if err := errors.Join(err2, err3, err4, d.Deactivate(ctx, operator, "robot-3", users.Departure{}),
		d.Deactivate(ctx, operator, "carla@example.com", users.Departure{})); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(100 * 24 * time.Hour)
	d.Owner = d.SignedIn(t, "owner@example.com").Actor("", "", "")
	d.Clock.Advance(time.Minute)
	d.SignedIn(t, "ana@example.com")
	return d
}

// short returns the user_ids of a listing without their domain, in one line.
func short(l directory.Listing) string {
	names := make([]string, len(l.Users))
	for i, u := range l.Users {
		names[i], _, _ = strings.Cut(string(u.ID), "@")
	}
	return strings.Join(names, " ")
}

// exactly is a total that is known.
func exactly(n int) directory.Total { return directory.Total{N: n} }

const all = "ana bob carla dora eve owner robot-1 robot-3 robot-2" // by name

// filterCases are queries of the directory of [hundredDaysOn], and their results.
var filterCases = map[string]struct {
	query directory.Query
	want  string
}{
	"no filter":                    {directory.Query{}, all},
	"people":                       {directory.Query{Kind: directory.Values(users.KindPerson)}, "ana bob carla dora eve owner"},
	"service users":                {directory.Query{Kind: directory.Values(users.KindService)}, "robot-1 robot-3 robot-2"},
	"system users":                 {directory.Query{Kind: directory.Values(users.KindSystem)}, "platform"},
	"role user":                    {directory.Query{Role: directory.Values(users.RoleUser)}, "ana eve robot-1 robot-3"},
	"role auditor":                 {directory.Query{Role: directory.Values(users.RoleAuditor)}, "bob"},
	"role admin":                   {directory.Query{Role: directory.Values(users.RoleAdmin)}, "carla robot-2"},
	"role owner":                   {directory.Query{Role: directory.Values(users.RoleOwner)}, "dora owner"},
	"invited":                      {directory.Query{Status: directory.Values(users.StatusInvited)}, "dora eve"},
	"active":                       {directory.Query{Status: directory.Values(users.StatusActive)}, "ana bob owner robot-1 robot-2"},
	"deactivated":                  {directory.Query{Status: directory.Values(users.StatusDeactivated)}, "carla robot-3"},
	"seen recently":                {directory.Query{Seen: directory.SeenRecently}, "ana owner"},
	"seen long ago":                {directory.Query{Seen: directory.SeenLongAgo}, "bob carla dora eve robot-1 robot-3 robot-2"},
	"never seen":                   {directory.Query{Seen: directory.SeenNever}, "dora eve robot-1 robot-3 robot-2"},
	"all at once":                  {directory.Query{Text: "bo", Kind: directory.Values(users.KindPerson), Role: directory.Values(users.RoleAuditor), Status: directory.Values(users.StatusActive), Seen: directory.SeenLongAgo, View: directory.ViewQuiet}, "bob"},
	"filters that exclude":         {directory.Query{Kind: directory.Values(users.KindService), Status: directory.Values(users.StatusInvited)}, ""},
	"view: people":                 {directory.Query{View: directory.ViewPeople}, "ana bob carla dora eve owner"},
	"view: service users":          {directory.Query{View: directory.ViewService}, "robot-1 robot-3 robot-2"},
	"view: admins and owners":      {directory.Query{View: directory.ViewAdmins}, "owner robot-2"},
	"view: invited":                {directory.Query{View: directory.ViewInvited}, "dora eve"},
	"view: invited long ago":       {directory.Query{View: directory.ViewInvitedLong}, "dora eve"},
	"view: quiet":                  {directory.Query{View: directory.ViewQuiet}, "bob robot-1 robot-2"},
	"view: dormant admins":         {directory.Query{View: directory.ViewDormant}, "robot-2"},
	"admins not seen for 90 days":  {directory.Query{View: directory.ViewAdmins, Seen: directory.SeenLongAgo}, "robot-2"},
	"view: deactivated":            {directory.Query{View: directory.ViewDeactivated}, "carla robot-3"},
	"view: no responsible person":  {directory.Query{View: directory.ViewUnanswered}, "robot-3 robot-2"},
	"view: review due":             {directory.Query{View: directory.ViewReviewDue}, "robot-2"},
	"a view and a kind beside it":  {directory.Query{View: directory.ViewPeople, Kind: directory.Values(users.KindSystem)}, ""},
	"by name":                      {directory.Query{Sort: "name"}, all},
	"by name, other way":           {directory.Query{Sort: "-name"}, "robot-2 robot-3 robot-1 owner eve dora carla bob ana"},
	"by id":                        {directory.Query{Sort: "id"}, "ana bob carla dora eve owner robot-1 robot-2 robot-3"},
	"by id, other way":             {directory.Query{Sort: "-id"}, "robot-3 robot-2 robot-1 owner eve dora carla bob ana"},
	"by creation":                  {directory.Query{Sort: "created"}, "owner ana bob carla dora eve robot-1 robot-2 robot-3"},
	"by creation, other way":       {directory.Query{Sort: "-created"}, "robot-3 robot-2 robot-1 eve dora carla bob ana owner"},
	"people by last seen":          {directory.Query{Sort: "seen", Seen: directory.SeenLongAgo, Kind: directory.Values(users.KindPerson)}, "dora eve bob carla"},
	"people by last seen, newest":  {directory.Query{Sort: "-seen", Kind: directory.Values(users.KindPerson), Status: directory.Values(users.StatusActive)}, "ana owner bob"},
	"text in a name":               {directory.Query{Text: "mül"}, "ana"},
	"text without case and accent": {directory.Query{Text: "  MULLER "}, "ana"},
	"text in a user_id":            {directory.Query{Text: "@example.com"}, "ana bob carla dora eve owner"},
	"words in any order":           {directory.Query{Text: "müller ana"}, "ana"},
	"words in name and user_id":    {directory.Query{Text: "example Müll"}, "ana"},
	"a word too many":              {directory.Query{Text: "ana bob"}, ""},
	"percent is a percent":         {directory.Query{Text: "100%"}, "robot-2"},
	"percent alone begins no word": {directory.Query{Text: "%"}, ""},
	"underscore is an underscore":  {directory.Query{Text: "%_s"}, "robot-2"},
	"underscore alone, neither":    {directory.Query{Text: "_"}, ""},
	"backslash is a backslash":     {directory.Query{Text: `re\`}, "robot-2"},
	"wildcards of others":          {directory.Query{Text: "a*a"}, ""},
	"hostile SQL":                  {directory.Query{Text: `' OR 1=1 --`}, ""},
	"hostile SQL, too":             {directory.Query{Text: `"; DROP TABLE users; --`}, ""},
	"a zero byte":                  {directory.Query{Text: "ana\x00"}, ""},
	"not UTF-8":                    {directory.Query{Text: "ana\xff"}, ""},
	"far too long a word":          {directory.Query{Text: strings.Repeat("a", 200)}, ""},
	"many words":                   {directory.Query{Text: strings.Repeat("ana ", 50)}, "ana"},
}

func TestUsersByFilter(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	for name, test := range filterCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := d.Directory.Users(t.Context(), d.Owner, test.query)
			if err != nil || short(got) != test.want || got.Total != exactly(len(strings.Fields(test.want))) || got.Next+got.Previous != "" {
				t.Errorf("got %q of %d, %v; want %q on one page", short(got), got.Total.N, err, test.want)
			}
		})
	}
}

// TestUsers_address searches for an address that is part of another one.
func TestUsers_address(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	d.Invited(t, "joana@example.com", users.RoleUser)
	for text, want := range map[string]string{
		"ana@example.com":            "ana",
		" <Ana@Example.com>, ":       "ana",
		"ana@example.com role:user":  "ana",
		"ana@example.com role:admin": "",
		`"ana@example.com"`:          "ana joana",
		"na@example.com":             "ana joana", // no user has it
		"ana@example.com ana":        "ana joana",
	} {
		got, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: text, Sort: "name"})
		if err != nil || short(got) != want {
			t.Errorf("%s: got %q, %v; want %q", text, short(got), err, want)
		}
	}
}

func TestUsersByUnknownFilters(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	hostile := "u.user_id; DROP TABLE users"
	_, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Kind: directory.Values(hostile), Role: "root", Status: "dead", Seen: "<1y", Created: "never", View: "mine", Sort: directory.Sort(hostile)})
	checkMistakes(t, err, "type", "role", "status", "seen", "created", "view", "sort")
	for _, sort := range []directory.Sort{"--name", "-", "NAME", "u.user_id", "name desc"} {
		_, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Sort: sort})
		checkMistakes(t, err, "sort")
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	counts, err := d.Directory.Counts(t.Context(), d.Owner)
	want := map[directory.View]int{directory.ViewAll: 9, directory.ViewPeople: 6, directory.ViewService: 3, directory.ViewAdmins: 2, directory.ViewDormant: 1, directory.ViewInvited: 2, directory.ViewInvitedLong: 2,
		directory.ViewQuiet: 3, directory.ViewDeactivated: 2, directory.ViewUnanswered: 2, directory.ViewReviewDue: 1, directory.ViewChanged: 0,
		directory.ViewTokensEnding: 0, directory.ViewTokensUnused: 0, directory.ViewTokensKnownLeft: 0}
	if diff := cmp.Diff(want, counts); diff != "" || err != nil {
		t.Errorf("Counts: error %v (-want +got):\n%s", err, diff)
	}
	for view, n := range counts {
		if l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{View: view}); err != nil || l.Total != exactly(n) {
			t.Errorf("view %q holds %v, %v; its count is %d", view, l.Total, err, n)
		}
	}
}

// TestReviewFallsDue advances the clock to the review date of a service user.
func TestReviewFallsDue(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser) // to be reviewed on 2027-05-01
	for at, want := range map[string]int{"2027-04-30T23:59:59Z": 0, "2027-05-01T00:00:00Z": 1, "2027-06-01T00:00:00Z": 1} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Advance(now.Sub(d.Clock.Now()))
		if l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{View: directory.ViewReviewDue}); err != nil || l.Total != exactly(want) {
			t.Errorf("at %s: got %v, %v; want %d", at, l.Total, err, want)
		}
	}
}

func TestSearchFollowsARename(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Invited(t, "ana@example.com", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("Žofie")}}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"zofie": "ana", "Ana": "ana", "zofie ana": "ana", "Anna": ""} {
		if l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: text}); err != nil || short(l) != want {
			t.Errorf("search for %q: got %q, %v; want %q", text, short(l), err, want)
		}
	}
	if _, err := d.Edit(t.Context(), d.Owner, ana.ID, users.Edit{Fields: users.Fields{Name: new("")}}); err != nil {
		t.Fatal(err)
	}
	l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{})
	if err != nil || !slices.Equal(userstest.IDs(l.Users), []users.ID{"ana@example.com", "owner@example.com"}) {
		t.Errorf("without a name: got %q, %v; want the order of the user_ids", short(l), err)
	}
}

func TestFindPeople(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	for text, want := range map[string][]string{"": {"Ana Müller", "Bob", "Dora", "eve@example.com", "owner@example.com"},
		"muller": {"Ana Müller"}, "carla": {}, "robot": {}, "%": {}, "example ANA": {"Ana Müller"}} {
		found, err := d.Directory.FindPeople(t.Context(), d.Owner, text, 10)
		got := []string{}
		for _, ref := range found {
			got = append(got, ref.Label())
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("FindPeople(%q): error %v (-want +got):\n%s", text, err, diff)
		}
	}
	if found, err := d.Directory.FindPeople(t.Context(), d.Owner, "", 2); err != nil || len(found) != 2 {
		t.Errorf("two of them: got %v, %v", found, err)
	}
}

// TestUsers_exactName searches for a name that is the beginning of many others.
func TestUsers_exactName(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for i, name := range []string{"Olga", "Omar", "O", "Oskar", "Otto"} {
		if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: fmt.Sprintf("p%d@example.com", i), Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	for _, sort := range []directory.Sort{"name", "-name", "-created", "seen"} {
		l, err := d.Directory.Users(t.Context(), d.Owner, directory.Query{Text: "o", Sort: sort, Limit: 2})
		if err != nil || len(l.Users) != 2 || l.Users[0].Name != "O" || l.Total != exactly(6) { // the owner is one, too
			t.Errorf("by %s: got %q of %v, %v; want O first of 6", sort, short(l), l.Total, err)
		}
	}
}

// checkMistakes checks that err lists mistakes in exactly those fields.
func checkMistakes(t *testing.T, err error, fields ...string) {
	t.Helper()
	slices.Sort(fields)
	if diff := cmp.Diff(fields, userstest.Mistakes(err)); diff != "" {
		t.Errorf("error %v; fields with mistakes (-want +got):\n%s", err, diff)
	}
}
