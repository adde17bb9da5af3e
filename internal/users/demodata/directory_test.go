package demodata_test

import (
	"maps"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestDirectory looks at one whole directory from all sides.
func TestDirectory(t *testing.T) {
	t.Parallel()
	s := built(t, options(1000))
	all, events := everyone(t, s), eventsOf(t, s)
	for circumstance, look := range map[string]func(*testing.T, *demo, []users.User, []users.Event){
		"every record keeps the rules":          testRules,
		"every time is in its order":            testTimes(now.AddDate(-3, 0, -5)),
		"the history explains every record":     testExplained,
		"the company is mixed":                  testMixture,
		"names are from many scripts":           testScripts,
		"service users are looked after":        testServices,
		"the sample people are as announced":    testSample,
		"everyone was created":                  testCreated,
		"the history is in the order of time":   testOrder,
		"the history is varied":                 testHistory,
		"only the sample people are signed in":  testSessions,
		"the provider's people are known again": testIdentities,
		"service users have tokens in use":      testTokens,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			look(t, s, all, events)
		})
	}
}

// testRules checks each record against what a form would have refused.
func testRules(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
	seen := map[users.ID]bool{}
	for _, u := range all {
		if id, err := users.ParseID(string(u.ID)); err != nil || id != u.ID || seen[u.ID] {
			t.Errorf("user_id %q: %v, a second time: %v", u.ID, err, seen[u.ID])
		}
		seen[u.ID] = true
		if a, err := mail.ParseAddress(string(u.ID)); (err == nil && a.Address == string(u.ID)) != (u.Kind == users.KindPerson) {
			t.Errorf("%s is a %s", u.ID, u.Kind)
		}
		for _, text := range []string{u.Name, u.Purpose} {
			if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) || text != strings.TrimSpace(text) ||
				utf8.RuneCountInString(text) > users.MaxName || strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsRune(text, utf8.RuneError) {
				t.Errorf("%s: text %q", u.ID, text)
			}
		}
		if _, err := time.LoadLocation(u.TimeZone); err != nil || u.Kind == users.KindPerson && u.Identified() && u.TimeZone == "UTC" {
			t.Errorf("%s: time zone %q, %v", u.ID, u.TimeZone, err)
		}
		if u.PictureURL != "" && !strings.HasPrefix(u.PictureURL, "https://pictures.example.com/") {
			t.Errorf("%s: picture %q", u.ID, u.PictureURL)
		}
	}
}

// testTimes checks that nobody was seen before they were there, nor after now, and
// that nobody was there before the beginning.
func testTimes(beginning time.Time) func(*testing.T, *demo, []users.User, []users.Event) {
	return func(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
		for _, u := range all {
			if u.CreatedAt.Before(beginning) || u.UpdatedAt.Before(u.CreatedAt) || u.UpdatedAt.After(now) {
				t.Errorf("%s: created %s, updated %s", u.ID, u.CreatedAt, u.UpdatedAt)
			}
			if !u.SeenAt.IsZero() && (u.SeenAt.Before(u.CreatedAt) || u.SeenAt.After(now)) {
				t.Errorf("%s: created %s, seen %s", u.ID, u.CreatedAt, u.SeenAt)
			}
			if signsIn := u.Status != users.StatusInvited; u.Kind == users.KindPerson && signsIn == u.SeenAt.IsZero() {
				t.Errorf("%s is %s and was seen %s", u.ID, u.Status, u.SeenAt)
			}
		}
	}
}

// testMixture checks how many each view of the directory holds: something to show,
// and not too much.
func testMixture(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	got, err := s.Directory.Counts(t.Context(), users.Command(""))
	if err != nil {
		t.Fatal(err)
	}
	for view, want := range map[directory.View]struct{ least, most int }{
		directory.ViewAll: {1007, 1007}, directory.ViewService: {61, 61}, directory.ViewAdmins: {10, 20}, directory.ViewInvited: {30, 80},
		directory.ViewQuiet: {60, 180}, directory.ViewDormant: {1, 6}, directory.ViewDeactivated: {40, 90}, directory.ViewUnanswered: {2, 8}, directory.ViewReviewDue: {6, 20},
		directory.ViewTokensEnding: {2, 10}, directory.ViewTokensUnused: {2, 12}, directory.ViewTokensKnownLeft: {1, 12},
	} {
		if n := got[view]; n < want.least || n > want.most {
			t.Errorf("view %q holds %d, want %d to %d", view, n, want.least, want.most)
		}
	}
	count := map[string]int{}
	for _, u := range all {
		count[string(u.Role)]++
		if u.PictureURL != "" {
			count["picture"]++
		}
		if !u.Channels["email"] || u.Channels["web_ui"] || !u.Types["comment_mention"] {
			count["notifications changed"]++
		}
		if u.Name == "" {
			count["no name"]++
		}
	}
	for what, least := range map[string]int{"owner": 3, "admin": 8, "auditor": 20, "picture": 80, "notifications changed": 80, "no name": 3} {
		if count[what] < least || count[what] > 200 {
			t.Errorf("%s: %d users, want %d to 200", what, count[what], least)
		}
	}
}

func testScripts(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
	found := map[string]bool{}
	for _, u := range all {
		for _, r := range u.Name {
			for script, table := range unicode.Scripts {
				if unicode.Is(table, r) {
					found[script] = true
				}
			}
		}
	}
	for _, script := range []string{"Latin", "Cyrillic", "Greek", "Georgian", "Armenian", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil",
		"Han", "Hiragana", "Hangul", "Thai", "Ethiopic"} {
		if !found[script] {
			t.Errorf("nobody is written in %s; found %v", script, slices.Sorted(maps.Keys(found)))
		}
	}
}

func testServices(t *testing.T, _ *demo, all []users.User, _ []users.Event) {
	person := map[users.Key]users.User{}
	for _, u := range all {
		person[u.Key] = u
	}
	for _, u := range all {
		if u.Kind != users.KindService {
			continue
		}
		byCommand := u.CreatedBy == users.Ref{}
		if complete := u.Purpose != "" && u.Responsible.Key != "" && u.ReviewOn != ""; complete == byCommand {
			t.Errorf("%s, at the command line: %v: purpose %q, responsible %q, review on %q", u.ID, byCommand, u.Purpose, u.Responsible.ID, u.ReviewOn)
		}
		if answers := person[u.Responsible.Key]; !byCommand && (answers.Kind != users.KindPerson || answers.Status != users.StatusActive) {
			t.Errorf("%s: %s answers for it, who is %s", u.ID, answers.ID, answers.Status)
		}
	}
}

func testSample(t *testing.T, s *demo, _ []users.User, _ []users.Event) {
	want := map[string]users.User{
		"owner@example.com":       {Role: users.RoleOwner, Status: users.StatusActive},
		"admin@example.com":       {Role: users.RoleAdmin, Status: users.StatusActive},
		"auditor@example.com":     {Role: users.RoleAuditor, Status: users.StatusActive},
		"user@example.com":        {Role: users.RoleUser, Status: users.StatusActive},
		"deactivated@example.com": {Role: users.RoleUser, Status: users.StatusDeactivated},
		"invited@example.com":     {Role: users.RoleUser, Status: users.StatusInvited},
		"unverified@example.com":  {},
		"stranger@example.com":    {},
	}
	for _, sample := range demodata.SamplePeople {
		u, err := s.User(t.Context(), users.Command(""), users.ID(sample.UserID))
		if (err == nil) != sample.InDirectory {
			t.Errorf("%s, in the directory: %v: %v", sample.UserID, sample.InDirectory, err)
		}
		wanted, ok := want[sample.UserID]
		if !ok || u.Role != wanted.Role || u.Status != wanted.Status || sample.InDirectory && u.Name != sample.Name {
			t.Errorf("%s is %s, %s, %s", sample.UserID, u.Name, u.Role, u.Status)
		}
		if sample.EmailVerified == (sample.UserID == "unverified@example.com") || sample.Says == "" {
			t.Errorf("%s: verified %v, says %q", sample.UserID, sample.EmailVerified, sample.Says)
		}
		delete(want, sample.UserID)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	d, err := s.Detail(t.Context(), users.Command(""), "user@example.com")
	if err != nil || len(d.AnswersFor) != 1 {
		t.Errorf("user@example.com answers for %v: %v", d.AnswersFor, err)
	}
	recent, err := s.History.Recent(t.Context(), users.Command(""), d.User)
	if err != nil || recent[0].Reason == "" {
		t.Errorf("newest event of user@example.com: got %v, %v", recent, err)
	}
}

func testCreated(t *testing.T, _ *demo, all []users.User, events []users.Event) {
	created := map[users.Key]users.Event{}
	for _, e := range events {
		if e.Action == users.ActionCreated {
			created[e.Target.Key] = e
		}
	}
	for _, u := range all {
		e, ok := created[u.Key]
		if !ok || !e.At.Equal(u.CreatedAt) || e.Actor.Key != u.CreatedBy.Key {
			t.Errorf("%s was created at %s by %q; the event: %v", u.ID, u.CreatedAt, u.CreatedBy.ID, e)
		}
	}
}

func testOrder(t *testing.T, _ *demo, _ []users.User, events []users.Event) {
	for i, e := range events {
		if e.Seq != int64(len(events)-i) {
			t.Fatalf("event %d comes at place %d", e.Seq, i)
		}
		if i > 0 && e.At.After(events[i-1].At) || e.At.After(now) {
			t.Errorf("event %d is at %s", e.Seq, e.At)
		}
		if e.RequestID == "" || !e.ActorErased && (e.Address != "") != (e.ActorKind() == users.ActorPerson) {
			t.Errorf("event %d, %s: request %q from %q", e.Seq, e.Via, e.RequestID, e.Address)
		}
	}
}

func testHistory(t *testing.T, _ *demo, _ []users.User, events []users.Event) {
	count, unexplained := map[users.Action]int{}, 0
	for _, e := range events {
		count[e.Action]++
		if e.Action == users.ActionDeactivated && e.Reason == "" {
			unexplained++
		}
	}
	for _, action := range users.Actions {
		if count[action] == 0 && action != users.ActionMoved { // the demo has one issuer
			t.Errorf("there is no %s", action)
		}
	}
	if unexplained > 0 {
		t.Errorf("%d deactivations without a reason", unexplained)
	}
	recent := map[users.Action]bool{}
	for _, e := range events[:100] {
		recent[e.Action] = true
	}
	if len(recent) < 7 {
		t.Errorf("the newest events are all of %v", slices.Sorted(maps.Keys(recent)))
	}
}

func testSessions(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	var got []string
	for _, u := range all {
		sessions, err := s.Sessions(t.Context(), users.Command(""), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range sessions {
			got = append(got, string(u.ID))
		}
	}
	want := []string{"admin@example.com", "auditor@example.com", "owner@example.com", "user@example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

func testIdentities(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	for _, u := range all {
		if !u.Identified() {
			continue
		}
		d, err := s.Detail(t.Context(), users.Command(""), u.ID)
		if err != nil || len(d.Identities) != 1 || d.Identities[0].Issuer != userstest.Issuer || d.Identities[0].Subject != "sub-"+string(u.ID) {
			t.Errorf("%s: %v, %v", u.ID, d.Identities, err)
		}
	}
}

// testTokens checks the tokens of the sample's service user: one is being rotated, and not every
// program has switched; one ends soon, one is unused, one was revoked and is still tried.
func testTokens(t *testing.T, s *demo, _ []users.User, _ []users.Event) {
	haruto, err := s.User(t.Context(), users.Command(""), "user@example.com")
	if err != nil {
		t.Fatal(err)
	}
	actor := users.Actor{}.As(haruto)
	all, err := s.Tokens(t.Context(), actor, "warehouse-uploader")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]users.Token{}
	for _, token := range all {
		if token.Replaces == "" {
			named[token.Name] = token
		}
	}
	state, err := s.RotationOf(t.Context(), actor, named["Evening upload"].ID)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range state.Clients {
		got[c.Label()] = string(c.State) + ", " + c.Cadence.String()
	}
	want := map[string]string{
		"grafana-agent at 10.0.4.0/24": "switched, Hourly on workdays", "roboto-sdk at 10.0.7.12": "switched, Daily", "roboto-sdk at 10.0.4.7": "not_switched, Weekly, Sundays",
		"curl at 192.0.2.44": "not_switched, 2 times", "python-httpx at 198.51.100.30": "struck_off, Once",
	}
	if diff := cmp.Diff(want, got); diff != "" || state.Verdict.Safe || state.Verdict.Settled != 3 {
		t.Errorf("programs of the old token (-want +got):\n%s%+v", diff, state.Verdict)
	}
	if soon := named["Label printer"]; !soon.EndsSoon(now) || soon.LastUsed.Tool != "label-printer/3.1" {
		t.Errorf("the token that ends soon: got %+v", soon)
	}
	if unused := named["Inventory report"]; !unused.LastUsed.At.IsZero() || unused.State(now) != users.TokenLive {
		t.Errorf("the unused token: got %+v", unused)
	}
	if left := named["Stock count"]; left.ShownTo.ID != "deactivated@example.com" || left.State(now) != users.TokenLive {
		t.Errorf("the token that is known to a person who left: got %+v", left)
	}
	uses, err := s.TokenUses(t.Context(), actor, named["First try"].ID)
	if err != nil || len(uses.Clients) != 2 || uses.Clients[0].Refused != 2 || uses.Clients[0].Network != "203.0.113.66" {
		t.Errorf("the revoked token: got %+v, %v", uses.Clients, err)
	}
}
