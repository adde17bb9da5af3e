package history

import (
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// An accessPath is how the events of a user are found.
type accessPath int

const (
	byIndex accessPath = iota // by the indexes of the users
	byRow                     // by comparing each event, of those that are found otherwise
)

// conditions adds what q selects by besides words and a place.
func (q Query) conditions(f *database.Filter, path accessPath) {
	if q.only != "" {
		f.Add(`e.target_key = ?`, q.only)
	}
	involve(f, path, q.Actor, "actor")
	involve(f, path, q.Target, "target")
	involve(f, path, q.About, "target", "actor")
	if q.Action != "" {
		f.Add(`e.action = ?`, q.Action)
	}
	q.Part.conditions(f)
	if q.Compact {
		f.Add(`(e.group_id = '' OR e.action IN (?, ?))`, users.ActionBatchStarted, users.ActionBatchEnded)
	}
	if q.Group != "" {
		f.Add(`e.group_id = ? AND e.group_id <> ''`, q.Group) // the index is partial
	}
	if !q.From.IsZero() {
		f.Add(`e.at >= ?`, database.Time(q.From))
	}
	if !q.To.IsZero() {
		f.Add(`e.at < ?`, database.Time(q.To))
	}
}

// sideParts are the tables that keep the user_id of each side, with their aliases in
// [users.EventParts].
var sideParts = map[string]struct{ table, alias string }{"actor": {"event_actors", "a"}, "target": {"event_changes", "c"}}

// involve adds that a user, by the user_id of now or of then, is on one of the given sides:
// the actor, the target.
func involve(f *database.Filter, path accessPath, user users.ID, sides ...string) {
	if user == "" {
		return
	}
	id := f.Arg(users.Canonical(string(user)))
	var alternatives []string
	for _, side := range sides {
		part := sideParts[side]
		if path == byRow {
			alternatives = append(alternatives, part.alias+`.`+side+`_id = `+id, `e.`+side+`_key = (SELECT key FROM users WHERE user_id = `+id+`)`)
		} else {
			alternatives = append(alternatives, `SELECT seq FROM `+part.table+` WHERE `+side+`_id = `+id,
				`SELECT v.seq FROM events v JOIN users u ON u.key = v.`+side+`_key WHERE u.user_id = `+id)
		}
	}
	if path == byRow {
		f.Add(`(` + strings.Join(alternatives, ` OR `) + `)`)
	} else {
		f.Add(`e.seq IN (` + strings.Join(alternatives, ` UNION `) + `)`)
	}
}
