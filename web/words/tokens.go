package words

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// scopes say what the scopes allow, as parts of a sentence.
var scopes = map[users.Scope]string{
	users.ScopeUsersRead:        "read users",
	users.ScopeUsersWrite:       "change users",
	users.ScopeAuditRead:        "read the audit log",
	users.ScopeTokensSelf:       "manage its own tokens",
	users.ScopeTokensIntrospect: "check the tokens of others",
	users.ScopeEverything:       "use the whole API",
	users.ScopeDatasetsCreate:   "create datasets",
	users.ScopeFilesImport:      "import files",
	users.ScopeFilesUpload:      "upload files",
}

// Scope returns the label of the box of a scope: "Read users".
func Scope(s users.Scope) string { return Capital(scopes[s]) }

// Scopes says what scopes allow: "Read users, read the audit log".
func Scopes(granted []users.Scope) string {
	may := make([]string, 0, len(granted))
	for _, s := range users.Scopes {
		if slices.Contains(granted, s) {
			may = append(may, scopes[s])
		}
	}
	return Capital(strings.Join(may, ", "))
}

// FirstTokenName is the name of a token that is issued with a service user.
const FirstTokenName = "First token"

// WithToken says what the token is that is issued with a service user.
func WithToken(n users.NewToken) string {
	days := numbers.Counted(int(n.Lifetime/(24*time.Hour)), "day", "days")
	return "“Create and issue token” also issues its first token, which ends in " + days + ". It allows: " + strings.ToLower(Scopes(n.Scopes)) + "."
}

// ScopeHint says what a scope allows with a role.
func ScopeHint(s users.Scope, role users.Role) string {
	switch s {
	case users.ScopeUsersRead:
		if role == users.RoleUser {
			return "Only its own record, with the role user."
		}
		return "Every user, with the role " + string(role) + "."
	case users.ScopeUsersWrite:
		switch role {
		case users.RoleOwner:
			return "Every user and their roles, with the role owner."
		case users.RoleAdmin:
			return "Users and auditors, with the role admin."
		}
		return "Only its own record, with the role " + string(role) + "."
	case users.ScopeAuditRead:
		if role == users.RoleUser {
			return "Nothing: the role user has no access to it."
		}
		return "Every event, with the role " + string(role) + "."
	case users.ScopeTokensSelf:
		return "See, rotate and end them, and issue others that allow no more."
	case users.ScopeTokensIntrospect:
		return "For a system that asks this console whether a token gives access."
	case users.ScopeEverything:
		return "The first four above, and everything on the platform."
	}
	return "Only on the platform."
}

// Ranges lists address ranges, a single address without its length; it returns nothing for any
// address.
func Ranges(ranges []netip.Prefix) string {
	texts := make([]string, len(ranges))
	for i, p := range ranges {
		texts[i] = p.String()
		if p.IsSingleIP() {
			texts[i] = p.Addr().String()
		}
	}
	return strings.Join(texts, ", ")
}

// tokenStates name the states of tokens, and say why a token in one is refused.
var tokenStates = map[users.TokenState]struct {
	name    string // on a badge
	lost    string // what happened to the token, or to its user
	refusal string // to the program that sends it, before the time since when
}{
	users.TokenLive:       {name: "Live"},
	users.TokenSuspended:  {"Suspended", "was deactivated", "this token is suspended, because its user is not active since"},
	users.TokenDisabled:   {"Disabled", "was disabled", "this token was disabled"},
	users.TokenExpired:    {"Expired", "ended", "this token expired"},
	users.TokenRevoked:    {"Revoked", "was revoked", "this token was revoked"},
	users.TokenOutOfRange: {refusal: "this token is limited to address ranges that do not include this address, since"},
	users.TokenPersonal:   {refusal: "this console does not accept tokens of people; this one was issued at"},
}

// TokenState returns the name of a token's state: "Suspended".
func TokenState(s users.TokenState) string { return tokenStates[s].name }

// TokenLost says how a token lost access, after its name, or after that of its user if the user
// was deactivated.
func TokenLost(s users.TokenState) string { return tokenStates[s].lost }

// TokenRefusal says to a program why its token is refused, and since when.
func TokenRefusal(s users.TokenState, since time.Time) string {
	return tokenStates[s].refusal + " " + since.UTC().Format(time.RFC3339)
}

// TokenHint identifies a token by the last characters of its secret: "…k7Qm".
func TokenHint(t users.Token) string { return "…" + t.Hint }

// TokenCounts says how many tokens are in which state: "2 live, 1 disabled, 3 ended".
func TokenCounts(list []users.Token, now time.Time) string {
	n := map[string]int{}
	for _, token := range list {
		state := string(token.State(now))
		if !token.Ended(now).IsZero() {
			state = "ended"
		}
		n[state]++
	}
	var counts []string
	for _, state := range []string{string(users.TokenLive), string(users.TokenSuspended), string(users.TokenDisabled), "ended"} {
		if n[state] > 0 {
			counts = append(counts, numbers.Counted(n[state], state, state))
		}
	}
	return strings.Join(counts, ", ")
}
