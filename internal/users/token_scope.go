package users

import (
	"slices"
	"strings"
)

// A Scope is what a token allows its user's role to be used for. Its values are stored.
type Scope string

// The scopes. The last three are the platform's: they allow nothing here and are kept.
const (
	ScopeUsersRead        Scope = "users.read"
	ScopeUsersWrite       Scope = "users.write"
	ScopeAuditRead        Scope = "audit.read"
	ScopeTokensSelf       Scope = "tokens.self"
	ScopeTokensIntrospect Scope = "tokens.introspect"
	ScopeEverything       Scope = "api.everything_else" // the first four
	ScopeDatasetsCreate   Scope = "datasets.create"
	ScopeFilesImport      Scope = "files.import"
	ScopeFilesUpload      Scope = "files.upload"
)

// Scopes are all scopes, in the order of forms.
var Scopes = []Scope{
	ScopeUsersRead, ScopeUsersWrite, ScopeAuditRead, ScopeTokensSelf, ScopeTokensIntrospect,
	ScopeEverything, ScopeDatasetsCreate, ScopeFilesImport, ScopeFilesUpload,
}

// everything are the scopes that [ScopeEverything] stands for. Reading the audit log also takes
// the role.
var everything = []Scope{ScopeUsersRead, ScopeUsersWrite, ScopeAuditRead, ScopeTokensSelf}

// A ScopeSet is the scopes of one token.
type ScopeSet []Scope

// Allows reports whether a token with the scopes allows what scope names.
func (set ScopeSet) Allows(scope Scope) bool {
	return slices.Contains(set, scope) || slices.Contains(set, ScopeEverything) && slices.Contains(everything, scope)
}

// String returns the names with a space between (RFC 6749 section 3.3).
func (set ScopeSet) String() string {
	names := make([]string, len(set))
	for i, scope := range set {
		names[i] = string(scope)
	}
	return strings.Join(names, " ")
}

// parseScopes parses the text of [ScopeSet.String].
func parseScopes(s string) (set ScopeSet) {
	for name := range strings.FieldsSeq(s) {
		set = append(set, Scope(name))
	}
	return set
}

// ParseScope returns the scope of that name. It returns an [*InvalidError] on scopes if there
// is none.
func ParseScope(name string) (Scope, error) {
	if scope := Scope(name); slices.Contains(Scopes, scope) {
		return scope, nil
	}
	return "", Invalid("scopes", "There is no scope %q. The scopes are %s.", name, strings.Join(strings.Fields(ScopeSet(Scopes).String()), ", "))
}

// normalizeScopes returns scopes sorted and each once, or an [*InvalidError]. held are the scopes of the
// token that issues; nil if a person or the command line issues.
func normalizeScopes(asked []Scope, held ScopeSet) (ScopeSet, error) {
	if asked == nil {
		asked = held
	}
	if len(asked) == 0 {
		return nil, Invalid("scopes", "Choose at least one scope.")
	}
	set := slices.Compact(slices.Sorted(slices.Values(asked)))
	for _, scope := range set {
		if _, err := ParseScope(string(scope)); err != nil {
			return nil, err
		}
		if held != nil && !held.Allows(scope) {
			return nil, Invalid("scopes", "The token that asks does not have the scope %s.", string(scope))
		}
	}
	return set, nil
}
