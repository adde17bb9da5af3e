package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// roleMay says what a role may do.
var roleMay = map[users.Role]string{
	users.RoleUser:    "Sees and edits their own profile.",
	users.RoleAuditor: "Sees every user and the audit log, and changes none of it.",
	users.RoleAdmin:   "Adds people and service users with the role user, and manages users and auditors.",
	users.RoleOwner:   "Manages everyone and gives roles.",
}

// mayWord says what a user of the kind may do with a role.
func mayWord(kind users.Kind, r users.Role) string {
	if kind != users.KindPerson && r == users.RoleUser {
		return "Sees its own record, and nothing else here."
	}
	return roleMay[r]
}

// kindWords name the kinds of users.
var kindWords = map[users.Kind]string{
	users.KindPerson:  "Person",
	users.KindService: "Service user",
	users.KindSystem:  "System user",
}

// statusTones are the tones of the statuses.
var statusTones = map[users.Status]string{
	users.StatusInvited:     "warn",
	users.StatusActive:      "ok",
	users.StatusDeactivated: "bad",
}

// actorWords name the actors that are no users.
var actorWords = map[users.ActorKind]string{
	users.ActorOperator: "Command line",
	users.ActorProvider: "OpenID provider",
	users.ActorConsole:  "Console",
}

// viaWords say how an actor came.
var viaWords = map[users.Via]string{
	users.ViaSession:  "Browser session",
	users.ViaToken:    "API token",
	users.ViaCommand:  "Command line",
	users.ViaSchedule: "Console",
	users.ViaProvider: "OpenID provider",
}

// roleWord returns a role as shown: "Owner".
func roleWord(r users.Role) string { return capital(string(r)) }

// statusWord returns a status as shown: "Invited".
func statusWord(s users.Status) string { return capital(string(s)) }

// statusBadge shows a status.
func statusBadge(s users.Status) views.Badge {
	return views.Badge{Tone: statusTones[s], Word: statusWord(s)}
}

// kindBadges are what sets a user apart from the other people in a list.
func kindBadges(actor users.Actor, u users.User) []views.Badge {
	var badges []views.Badge
	if u.Key == actor.Key {
		badges = append(badges, views.Badge{Tone: "info", Word: "You"})
	}
	switch u.Kind {
	case users.KindService:
		badges = append(badges, views.Badge{Word: "Service user"})
	case users.KindSystem:
		badges = append(badges, views.Badge{Word: "System user"})
	}
	return badges
}

// fieldWords name the fields of a user, as forms and the history call them.
var fieldWords = map[string]string{
	"user_id":              "User ID",
	"name":                 "Name",
	"picture_url":          "Picture",
	"role":                 "Role",
	"status":               "Status",
	"kind":                 "Type",
	"time_zone":            "Time zone",
	"purpose":              "Purpose",
	"responsible":          "Responsible person",
	"review_on":            "Review date",
	"channel.email":        "Notifications by e-mail",
	"channel.web_ui":       "Notifications in the web interface",
	"type.comment_mention": "Notifications of mentions in comments",
	"query":                "Address",
	"shared":               "Shared",
	"session":              "Session",
	"token":                "Token",
	"token_name":           "Name of the token",
	"token_role":           "Role of the token",
	"expiry":               "Ends",
	"scopes":               "Scopes",
	"ranges":               "Address ranges",
	"successor":            "Successor",
	"overlap":              "Old token ends",
	"client":               "Client",
	"network":              "Network of the client",
	"asker":                "System that asks about tokens",
	"cause":                "Cause",
	"client_hostname":      "Machine",
	"client_version":       "Version of the program",
	"token_expiry_days":    "Lifetime of the token in days",
	"refusal":              "Refused",
	"fields":               "Refused fields",
	"identity":             "Identity",
	"q":                    "Search",
	"type":                 "Type",
	"seen":                 "Last seen",
	"created":              "Created",
	"view":                 "View",
	"sort":                 "Order",
	"format":               "Kind of file",
	"users":                "Users",
	"of":                   "Users to export",
	"export":               "Begun by event",
	"end":                  "How it ended",
}

// fieldWord names a field; one that this version does not know, from a newer one
// or by hand, by its own name.
func fieldWord(field string) string {
	if word, ok := fieldWords[field]; ok {
		return word
	}
	return capital(strings.NewReplacer("_", " ", ".", ": ").Replace(field))
}

// valueWord words the value of a field as the history tells it.
func valueWord(field, value string) string {
	switch field {
	case "role", "token_role":
		return roleWord(users.Role(value))
	case "status":
		return statusWord(users.Status(value))
	case "kind":
		if word, ok := kindWords[users.Kind(value)]; ok {
			return word
		}
	case "review_on":
		return dateWord(users.Date(value))
	case "type", "seen", "created", "sort":
		return choiceWord(field, value)
	case "view":
		return viewWord(users.View(value))
	case "format":
		return formatLabel(value)
	case "users", "of":
		return exportedNumber(value)
	case "cause":
		return tokenCauseWord(value)
	case "end":
		return capital(exportEndWord(value))
	case "refusal":
		if refusal, ok := words.Refusals[value]; ok {
			return refusal.Found
		}
		if value == users.CrossOrigin {
			return capital(refusedWhat(value))
		}
	}
	if field == "shared" || strings.HasPrefix(field, "channel.") || strings.HasPrefix(field, "type.") {
		return capital(value)
	}
	return value
}

// enumerate joins items as a sentence does: "a, b and c".
func enumerate(items []string, and string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " " + and + " " + items[n-1]
	}
	return strings.Join(items, "")
}

// counted returns n and the word for so many: "1 session", "1,012 sessions".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return numbers.Grouped(n) + " " + many
}

// totalNumber returns how many users a list holds: "1,012", "about 12,000".
func totalNumber(t users.Total) string {
	switch t.How {
	case users.About:
		return "about " + numbers.Grouped(t.N)
	case users.MoreThan:
		return "more than " + numbers.Grouped(t.N)
	}
	return numbers.Grouped(t.N)
}

// totalWords returns the same in words: "1 user", "about 12,000 users".
func totalWords(t users.Total) string {
	if t == (users.Total{N: 1}) {
		return "1 user"
	}
	return totalNumber(t) + " users"
}

// capital returns s with a capital letter at its beginning.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// lowerFirst returns s with a small letter at its beginning.
func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

// plainText returns s as one line without characters that change how the text
// around them reads: control characters become spaces, and those that embed,
// override or isolate a direction go. The marks that Arabic and Hebrew need stay.
func plainText(s string) string {
	if isPrintable(s) { // as most are: a page asks hundreds of times
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// isPrintable reports whether s is nothing but printable ASCII.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// browsers and systems are looked for in a user agent in this order, as many
// browsers also name those that they descend from.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	}
	systems = [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"Macintosh", "macOS"}, {"Linux", "Linux"},
	}
)

// deviceWord says in words what a user agent stands for: "Firefox on Windows".
func deviceWord(userAgent string) string {
	find := func(table [][2]string) string {
		i := slices.IndexFunc(table, func(pair [2]string) bool { return strings.Contains(userAgent, pair[0]) })
		if i < 0 {
			return ""
		}
		return table[i][1]
	}
	switch browser, system := find(browsers), find(systems); {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	case userAgent == "":
		return "Unknown browser"
	}
	return strconv.Quote(shorten(plainText(userAgent), 40))
}

// shorten returns at most n characters of s.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
