package words

import (
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// fields name the fields of a user and of an event's changes, as forms and the history show
// them.
var fields = map[string]string{
	"user_id":              "User ID",
	"name":                 "Name",
	"picture_url":          "Picture",
	"role":                 "Role",
	"status":               "Status",
	"kind":                 "Type",
	"time_zone":            "Time zone",
	"department":           "Department",
	"title":                "Title",
	"manager":              "Manager",
	"labels":               "Labels",
	"note":                 "Note",
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
	"client":               "Program",
	"network":              "Network of the program",
	"asker":                "System that asks about tokens",
	"cause":                "Cause",
	"due":                  "Leaves on",
	"client_hostname":      "Machine",
	"client_version":       "Version of the program",
	"token_expiry_days":    "Lifetime of the token in days",
	"refusal":              "Refused",
	"fields":               "Refused fields",
	"identity":             "Provider account",
	"q":                    "Search",
	"type":                 "Type",
	"seen":                 "Last seen",
	"created":              "Created",
	"view":                 "View",
	"sort":                 "Order",
	"as_of":                "As of",
	"format":               "Format",
	"columns":              "Columns",
	"users":                "Users",
	"of":                   "Users to export",
	"export":               "Started by event",
	"end":                  "Result",
	"act":                  "Act",
	"undoes":               "Undoes batch",
	"batch_state":          "Batch",
	"batch_cause":          "Stopped because",
	"changed":              "Changed",
	"same":                 "Already so",
	"refused":              "Refused",
	"moved":                "Changed meanwhile",
}

// Fields returns the keys of all fields that have a name.
func Fields() []string {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	return keys
}

// Field returns the name of a field. One that this version does not know, from an event of a
// newer one, is named by its key.
func Field(key string) string {
	if name, ok := fields[key]; ok {
		return name
	}
	return Capital(strings.NewReplacer("_", " ", ".", ": ").Replace(key))
}

// Value returns the value of a field of an event as the history shows it.
func Value(field, value string) string {
	if strings.Contains(value, ",") && Choices[field] != nil {
		return Values(field, directory.Values(value))
	}
	switch field {
	case "role", "token_role":
		return Role(users.Role(value))
	case "status":
		return Status(users.Status(value))
	case "kind":
		return Kind(users.Kind(value))
	case "review_on", "as_of":
		return Date(users.Date(value))
	case "type", "sort":
		return Choice(field, value)
	case "seen", "created":
		return Capital(Span(directory.Span(value)))
	case "view":
		return View(directory.View(value))
	case "format":
		return Format(value)
	case "columns":
		return strings.ReplaceAll(value, ",", ", ")
	case "users", "of", "changed", "same", "refused", "moved":
		return exportedNumber(value)
	}
	if field == "shared" || strings.HasPrefix(field, "channel.") || strings.HasPrefix(field, "type.") {
		return Capital(value)
	}
	return outcomeValue(field, value)
}

// outcomeValue is Value for fields that say how something went.
func outcomeValue(field, value string) string {
	switch field {
	case "act":
		return BatchAct(users.BatchAct(value))
	case "batch_state":
		return BatchState(users.BatchState(value))
	case "batch_cause":
		return Capital(BatchCause(users.Revocation(value)))
	case "cause":
		return tokenCause(value)
	case "end":
		return Capital(exportEnd(value))
	case "refusal":
		if refusal, ok := Refusals[value]; ok {
			return refusal.Found
		}
		if value == users.CrossOrigin {
			return Capital(refusedAccess(value))
		}
	}
	return value
}
