package web

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// scopeWords say what the scopes allow, as parts of a sentence.
var scopeWords = map[users.Scope]string{
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

// scopeHint says what a scope comes to with a role.
func scopeHint(scope users.Scope, role users.Role) string {
	switch scope {
	case users.ScopeUsersRead:
		if role == users.RoleUser {
			return "Its own record alone, with the role user."
		}
		return "Every user, with the role " + string(role) + "."
	case users.ScopeUsersWrite:
		switch role {
		case users.RoleOwner:
			return "Every user and their roles, with the role owner."
		case users.RoleAdmin:
			return "Users and auditors, with the role admin."
		}
		return "Its own record alone, with the role " + string(role) + "."
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
		return "The first four above, and what the platform has beside them."
	}
	return "On the platform alone."
}

// consoleScopes is how many of [users.Scopes], from the first on, are about the console alone.
const consoleScopes = 5

// mayWords says what scopes allow: "Read users, read the audit log".
func mayWords(scopes []users.Scope) string {
	may := make([]string, 0, len(scopes))
	for _, scope := range users.Scopes {
		if slices.Contains(scopes, scope) {
			may = append(may, scopeWords[scope])
		}
	}
	return capital(strings.Join(may, ", "))
}

// rangeWords lists address ranges, a single address without its length; empty for any address.
func rangeWords(ranges []netip.Prefix) string {
	texts := make([]string, len(ranges))
	for i, p := range ranges {
		texts[i] = p.String()
		if p.IsSingleIP() {
			texts[i] = p.Addr().String()
		}
	}
	return strings.Join(texts, ", ")
}

// tokenStates are the words and tones of the states of tokens.
var tokenStates = map[users.TokenState]views.Badge{
	users.TokenLive:      {Tone: "ok", Word: "Live"},
	users.TokenSuspended: {Tone: "warn", Word: "Suspended"},
	users.TokenDisabled:  {Tone: "warn", Word: "Disabled"},
	users.TokenExpired:   {Word: "Expired"},
	users.TokenRevoked:   {Word: "Revoked"},
}

// hintWord shows a token by the last characters of its secret: "…k7Qm".
func hintWord(t users.Token) string { return "…" + t.Hint }

// countTokens says how many tokens are in which state: "2 live, 1 disabled, 3 ended".
func (t teller) countTokens(list []users.Token) string {
	n := map[string]int{}
	for _, token := range list {
		state := string(token.State(t.now))
		if !token.Ended(t.now).IsZero() {
			state = "ended"
		}
		n[state]++
	}
	var said []string
	for _, state := range []string{string(users.TokenLive), string(users.TokenSuspended), string(users.TokenDisabled), "ended"} {
		if n[state] > 0 {
			said = append(said, counted(n[state], state, state))
		}
	}
	return strings.Join(said, ", ")
}
