package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

func TestRelativeWord(t *testing.T) {
	t.Parallel()
	tests := map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 119 * time.Minute: "1 hour ago",
		2 * time.Hour: "2 hours ago", 24 * time.Hour: "1 day ago", 29 * 24 * time.Hour: "29 days ago", 61 * 24 * time.Hour: "2 months ago",
		400 * 24 * time.Hour: "13 months ago", 700 * 24 * time.Hour: "23 months ago", 730 * 24 * time.Hour: "2 years ago", 150 * 365 * 24 * time.Hour: "150 years ago",
		-30 * time.Second: "now", -90 * time.Minute: "in 1 hour", -7 * 24 * time.Hour: "in 7 days",
	}
	for ago, want := range tests {
		if got := relativeWord(ago); got != want {
			t.Errorf("%s: got %q, want %q", ago, got, want)
		}
	}
}

func TestExactWord(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone string
		at   time.Time
		want string
	}{
		"UTC":                        {"UTC", time.Date(2026, 3, 1, 9, 5, 7, 999, time.UTC), "1 March 2026, 09:05:07 UTC"},
		"summer":                     {"Europe/Zurich", time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), "2 July 2026, 00:30:00 CEST"},
		"winter":                     {"Europe/Zurich", time.Date(2026, 1, 1, 22, 30, 0, 0, time.UTC), "1 January 2026, 23:30:00 CET"},
		"a zone without a name":      {"America/Sao_Paulo", time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), "31 December 2025, 23:00:00 UTC-03"},
		"one of odd minutes":         {"Asia/Kathmandu", time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), "1 January 2026, 07:45:00 UTC+05:45"},
		"the first of the same hour": {"Europe/Zurich", time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), "25 October 2026, 02:30:00 CEST"},
		"the second":                 {"Europe/Zurich", time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "25 October 2026, 02:30:00 CET"},
		"a zone nobody knows":        {"Moon/Crater", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "1 January 2026, 00:00:00 UTC"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := exactWord(exactLayout, test.at.In(zoneOf(users.User{TimeZone: test.zone}))); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTimeInList(t *testing.T) {
	t.Parallel()
	zone := zoneOf(users.User{TimeZone: "America/Sao_Paulo"})
	at := time.Date(2026, 1, 1, 2, 15, 44, 0, time.UTC)
	got := timeInList(at, at.Add(time.Hour), zone)
	want := views.Time{ISO: "2025-12-31", Exact: "31 December 2025, 23:15 UTC-03", Relative: "1 hour ago"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := timeInList(time.Time{}, at, zone); got != (views.Time{}) {
		t.Errorf("never: got %+v", got)
	}
}

func TestNotificationSentence(t *testing.T) {
	t.Parallel()
	on := func(keys ...string) map[string]bool {
		m := map[string]bool{"sms": true} // one that this version does not know
		for _, key := range keys {
			m[key] = true
		}
		return m
	}
	tests := map[string]struct {
		subject         string
		channels, types map[string]bool
		want            string
	}{
		"one way":       {"You", on("email"), on("comment_mention"), "You get an e-mail when someone mentions you in a comment."},
		"both ways":     {"Ana", on("email", "web_ui"), on("comment_mention"), "Ana gets an e-mail and a notice in the web interface when someone mentions them in a comment."},
		"no way":        {"You", on(), on("comment_mention"), "You get no notifications: no way to send them is on."},
		"no occasion":   {"Ana", on("email"), on(), "Ana gets no notifications: there is nothing to be notified of that is on."},
		"neither":       {"You", on(), on(), "You get no notifications."},
		"nothing known": {"You", nil, nil, "You get no notifications."},
	}
	for name, test := range tests {
		if got := notificationSentence(test.subject, test.channels, test.types); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestDeviceWord(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"": "Unknown browser",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                "Firefox on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36":                           "Chrome on Linux",
		"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":               "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15":           "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile Safari/604.1": "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":           "Chrome on Android",
		"curl/8.5.0": "curl",
		"Something\u202e else that is much longer than anyone would want to read": `"Something else that is much longer than…"`,
	}
	for agent, want := range tests {
		if got := deviceWord(agent); got != want {
			t.Errorf("%q: got %q, want %q", agent, got, want)
		}
	}
}

// TestEveryActionIsWorded is that no action was forgotten in the sentences or the
// filter.
func TestEveryActionIsWorded(t *testing.T) {
	t.Parallel()
	for _, action := range users.Actions {
		if deeds[action].icon == "" || deeds[action].other == "" || deeds[action].self == "" || actionWords[action] == "" {
			t.Errorf("%s is not worded", action)
		}
	}
	for _, role := range users.Roles {
		if roleMay[role] == "" {
			t.Errorf("the role %s is not worded", role)
		}
	}
}

func TestRefusedWhat(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"GET /users":           "the directory",
		"POST /users/:id/role": "changing the role",
		"/users/:id/edit":      "editing",
		"POST /nowhere":        "POST /nowhere",
		"cross_origin":         "form posted from another site",
		"":                     "",
	}
	for recorded, want := range tests {
		if got := refusedWhat(recorded); got != want {
			t.Errorf("%q is told as %q, want %q", recorded, got, want)
		}
	}
	e := users.Event{Changes: []users.Change{{Field: "refusal", New: "/users/:id/edit"}, {Field: "fields", New: "role, status"}}}
	if got, want := refusedTail(e), "(editing: role, status)"; got != want {
		t.Errorf("refused fields are told as %q, want %q", got, want)
	}
}

// TestFieldsAreDocumented is that docs/audit-format.md has every field that a change may have, and
// every reason for which a session ends, which has its words, too.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "docs", "audit-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	ofForms := map[string]bool{"user_id": true, "kind": true} // which never change
	for field := range fieldWords {
		group, _, _ := strings.Cut(field, ".")
		if !ofForms[field] && !strings.Contains(page, "`"+field+"`") && !strings.Contains(page, "`"+group+".*`") {
			t.Errorf("docs/audit-format.md lacks the field %s", field)
		}
	}
	for _, end := range users.SessionEnds() {
		if endWords[end] == "" || !strings.Contains(page, "`"+string(end)+"`") {
			t.Errorf("the end %s of a session has the words %q, and has to be in docs/audit-format.md", end, endWords[end])
		}
	}
}

// TestPersonWord is how a user is shown whom the changes of an event name.
func TestPersonWord(t *testing.T) {
	t.Parallel()
	e := users.Event{People: map[users.Key]users.Ref{"usr_1": {Key: "usr_1", ID: "ana@example.com", Name: "Ana"}}}
	for name, test := range map[string]struct{ field, value, want string }{
		"as they were called":       {"responsible", "usr_1 ana@example.com", "Ana"},
		"with another user_id then": {"responsible", "usr_1 old@example.com", "Ana (was old@example.com)"},
		"who has been deleted":      {"responsible", "usr_2 bea@example.com", "bea@example.com"},
		"without a key":             {"responsible", "cleo@example.com", "cleo@example.com"},
		"nobody":                    {"responsible", "", ""},
		"another field":             {"purpose", "usr_1 ana@example.com", "usr_1 ana@example.com"},
	} {
		if got := personWord(e, test.field, test.value); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	form := func(values ...string) map[string]*string {
		return map[string]*string{"name": &values[0], "role": &values[1], "channel.email": &values[2]}
	}
	tests := map[string]struct {
		yours, base, theirs, want map[string]*string
		conflicts                 []string
	}{
		"only theirs":            {form("a", "user", "on"), form("a", "user", "on"), form("b", "admin", ""), form("b", "admin", ""), nil},
		"only yours":             {form("b", "admin", ""), form("a", "user", "on"), form("a", "user", "on"), form("b", "admin", ""), nil},
		"both to the same":       {form("b", "user", "on"), form("a", "user", "on"), form("b", "user", "on"), form("b", "user", "on"), nil},
		"both to something else": {form("b", "owner", ""), form("a", "user", "on"), form("c", "admin", "on"), form("b", "owner", ""), []string{"name", "role"}},
		"yours but for spaces":   {form(" a ", "user", "on"), form("a", "user", "on"), form("c", "user", "on"), form("c", "user", "on"), nil},
	}
	for name, test := range tests {
		conflicts := merge(test.yours, test.base, test.theirs)
		if diff := cmp.Diff(test.want, test.yours); diff != "" {
			t.Errorf("%s: form (-want +got):\n%s", name, diff)
		}
		for _, field := range test.conflicts {
			if conflicts[field] == nil {
				t.Errorf("%s: no conflict about %s", name, field)
			}
		}
		if len(conflicts) != len(test.conflicts) {
			t.Errorf("%s: got %d conflicts, want %d", name, len(conflicts), len(test.conflicts))
		}
	}
}
