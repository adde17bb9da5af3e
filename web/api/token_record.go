package api

import (
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A tokenRecord is a Token on the wire. Only the answer to its creation has the secret.
type tokenRecord struct {
	Secret  string       `json:"secret,omitempty"`
	UserID  users.ID     `json:"user_id"`
	Context tokenContext `json:"context"`
}

// A tokenContext is the part of a tokenRecord without the secret.
type tokenContext struct {
	ID            users.TokenID `json:"token_id"`
	Name          string        `json:"name"`
	Description   *string       `json:"description"`
	Expires       time.Time     `json:"expires"`
	LastUsed      *time.Time    `json:"last_used"`
	APIScopes     []users.Scope `json:"api_scopes"`     // those that the SDK knows
	ConsoleScopes []users.Scope `json:"console_scopes"` // the others
	Enabled       bool          `json:"enabled"`
}

// platformScopes are the scopes that the SDK knows. It refuses a list with any other.
var platformScopes = []users.Scope{users.ScopeEverything, users.ScopeDatasetsCreate, users.ScopeFilesImport, users.ScopeFilesUpload}

// tokenRecordOf returns t on the wire, without its secret.
func tokenRecordOf(t users.Token) tokenRecord {
	context := tokenContext{
		ID: t.ID, Name: t.Name, Description: orNull(t.Description), Expires: t.EndsAt,
		APIScopes: []users.Scope{}, ConsoleScopes: []users.Scope{}, Enabled: t.DisabledAt.IsZero(),
	}
	if !t.LastUsed.At.IsZero() {
		context.LastUsed = &t.LastUsed.At
	}
	for _, scope := range t.Scopes {
		if slices.Contains(platformScopes, scope) {
			context.APIScopes = append(context.APIScopes, scope)
		} else {
			context.ConsoleScopes = append(context.ConsoleScopes, scope)
		}
	}
	return tokenRecord{UserID: t.User.ID, Context: context}
}
