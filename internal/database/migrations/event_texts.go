package migrations

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/roboto-ai/console/internal/audit"
)

// rewrite replaces the texts of an event by codes and keys, and returns the keys of the users
// that its changes name. An unknown text stays as it is.
func (r *eventRewriter) rewrite(ctx context.Context, e *oldEvent) (mentions []string, err error) {
	if e.ActorKind, err = r.actorKind(ctx, e); err != nil || e.erased {
		return nil, err
	}
	var all []audit.Change
	if err := json.Unmarshal([]byte(e.Changes), &all); err != nil {
		return nil, err
	}
	changes := make([]audit.Change, 0, len(all))
	for _, c := range all {
		switch {
		case e.Action == "session.ended" && c.Field == "session":
			c.New = endCode(c.New)
			changes = append(changes, c)
		case e.Action == "access.refused" && c.Field == "refusal":
			changes = append(changes, refusalCodes(c.New)...)
		case c.Field == "responsible":
			if c.Old, err = r.person(ctx, c.Old, e.Seq); err != nil {
				return nil, err
			}
			if c.New, err = r.person(ctx, c.New, e.Seq); err != nil {
				return nil, err
			}
			changes = append(changes, c)
		default:
			changes = append(changes, c)
		}
	}
	e.Changes, err = audit.EncodeChanges(changes)
	return audit.Mentions(changes), err
}

// actorKind returns the kind of an event's actor. Only for programs with a token does it need a
// query.
func (r *eventRewriter) actorKind(ctx context.Context, e *oldEvent) (string, error) {
	switch e.Via {
	case "session":
		return "person", nil
	case "command":
		return "operator", nil
	case "provider":
		return "provider", nil
	case "schedule":
		return "console", nil
	}
	return r.text(ctx, `SELECT kind FROM users WHERE key = $1`, e.ActorKey)
}

// person returns the value of the user who had a user_id when event seq was recorded: their key
// is that of the last event before it about a user with that user_id.
func (r *eventRewriter) person(ctx context.Context, id string, seq int64) (string, error) {
	if id == "" {
		return "", nil
	}
	key, err := r.text(ctx, `SELECT e.target_key FROM event_details d JOIN events e ON e.seq = d.seq
		WHERE d.target_id = $1 AND d.seq <= $2 AND e.target_key <> '' ORDER BY d.seq DESC LIMIT 1`, id, seq)
	if key == "" && err == nil {
		key, err = r.text(ctx, `SELECT key FROM users WHERE user_id = $1`, id)
	}
	return audit.Person(key, id), err
}

// text returns the text that a query returns, or "".
func (r *eventRewriter) text(ctx context.Context, query string, args ...any) (text string, err error) {
	err = r.tx.QueryRowContext(ctx, query, args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, err
}

// endCodes are the codes of the reasons why sessions ended.
var endCodes = map[string]string{
	"signed out":                          "signed_out",
	"signed in again":                     "signed_in_again",
	"too many sessions":                   "session_limit",
	"deactivated":                         "deactivated",
	"deleted":                             "deleted",
	"role changed":                        "role_changed",
	"sign-in reset":                       "sign_in_reset",
	"signed out at the provider":          "provider_signed_out",
	"no longer signed in at the provider": "provider_not_signed_in",
	"signed in at the provider with another account": "provider_other_account",
}

// endCode returns the code of the recorded text of a session's end.
func endCode(text string) string {
	why, ok := strings.CutPrefix(text, "ended: ")
	if code := endCodes[why]; ok && code != "" {
		return code
	}
	if ok && strings.HasPrefix(why, "by ") { // followed by the actor's user_id
		return "ended"
	}
	return text
}

// refusedFields matches a text that records refused form fields.
var refusedFields = regexp.MustCompile(`^((?:[A-Z]+ )?/[^ ]*): (.+)$`)

// refusalCodes returns the changes that record a refused request.
func refusalCodes(text string) []audit.Change {
	if text == "form posted from another site" {
		text = "cross_origin"
	}
	if m := refusedFields.FindStringSubmatch(text); m != nil {
		return []audit.Change{{Field: "refusal", New: m[1]}, {Field: "fields", New: m[2]}}
	}
	return []audit.Change{{Field: "refusal", New: text}}
}
