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

	"golang.org/x/text/unicode/norm"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// TestDirectory checks a directory of a thousand users.
func TestDirectory(t *testing.T) {
	t.Parallel()
	s := built(t, options(1000))
	all, events := allUsers(t, s), eventsOf(t, s)
	for circumstance, check := range map[string]func(*testing.T, *demo, []users.User, []users.Event){
		"every record keeps the rules":               testRules,
		"what can be undone is there":                testUndoable,
		"times are in order":                         testTimes(now.AddDate(-3, 0, -5)),
		"the history explains every record":          testExplained,
		"the users are varied":                       testMixture,
		"names are from many scripts":                testScripts,
		"service users are complete":                 testServices,
		"the sample people are as described":         testSample,
		"each user has the event of its creation":    testCreated,
		"the history is in the order of time":        testOrder,
		"the history is varied":                      testHistory,
		"only the sample people are signed in":       testSessions,
		"people have the identities of the provider": testIdentities,
		"service users have tokens in use":           testTokens,
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			check(t, s, all, events)
		})
	}
}

// testRules checks the fields of each record by the rules of the forms.
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

// testTimes checks that no user was created before the beginning, or was seen or changed before
// the creation or after now.
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

// testMixture checks how many users each view of the directory has: some, and not too
// many.
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
			t.Errorf("no name is written in %s; found %v", script, slices.Sorted(maps.Keys(found)))
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
		if responsible := person[u.Responsible.Key]; !byCommand && (responsible.Kind != users.KindPerson || responsible.Status != users.StatusActive) {
			t.Errorf("%s: the responsible %s is %s", u.ID, responsible.ID, responsible.Status)
		}
	}
}
