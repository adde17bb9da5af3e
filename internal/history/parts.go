package history

import (
	"context"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Part is a part of the audit log that has a name.
type Part string

// The parts of the log.
const (
	PartAll        Part = ""
	PartChanges    Part = "changes" // without sign-ins
	PartRoles      Part = "roles"
	PartAccessLost Part = "lost"
	PartRefused    Part = "refused" // sign-ins
	PartExports    Part = "exports"
	PartCommands   Part = "commands" // of the command line
)

// SignIns are the actions of sessions, which [PartChanges] leaves out.
var SignIns = []users.Action{users.ActionStarted, users.ActionEnded, users.ActionRefused}

// parts are the actions of each part; nil for any action.
var parts = map[Part][]users.Action{
	PartAll:        nil,
	PartChanges:    slices.DeleteFunc(slices.Clone(users.Actions), func(a users.Action) bool { return slices.Contains(SignIns, a) }),
	PartRoles:      {users.ActionRoleChanged},
	PartAccessLost: {users.ActionDeactivated, users.ActionDeleted, users.ActionTokenDisabled, users.ActionTokenRevoked},
	PartRefused:    {users.ActionRefused, users.ActionLoginRefused},
	PartExports:    {users.ActionExported, users.ActionExportEnded},
	PartCommands:   nil,
}

// conditions adds what selects the events of a part.
func (p Part) conditions(f *database.Filter) {
	switch {
	case p == PartCommands: // the command line has no key, so that the index by actor finds it
		f.Add(`e.actor_key = '' AND e.via = ?`, users.ViaCommand)
	case p == PartChanges:
		f.Add(`e.action NOT IN (?, ?, ?)`, SignIns[0], SignIns[1], SignIns[2])
	case parts[p] != nil:
		args := make([]string, len(parts[p]))
		for i, action := range parts[p] {
			args[i] = f.Arg(action)
		}
		f.Conditions = append(f.Conditions, `e.action IN (`+strings.Join(args, `, `)+`)`)
	}
}

// ofActions reports whether q selects by actions alone, which an index answers.
func (q Query) ofActions() bool {
	rest := q
	rest.Part, rest.Compact = "", false
	return parts[q.Part] != nil && !rest.narrows()
}

// newestRead is how many events next to the cursor are read before the index of actions is used:
// most pages are found among them, in the order of their numbers.
const newestRead = 256

// ofActions returns the events, from one number to another, that q selects by actions, one more
// than a page at most. It reads some next to the cursor and, if too few of them are of these
// actions, merges the newest of each action, however many events of other actions lie between.
func (s *Service) ofActions(ctx context.Context, q Query, from, to int64) ([]users.Event, error) {
	ctx = database.WithCustomPlan(ctx) // PostgreSQL would read the whole log for an action that it takes to be common
	if q.Part == PartChanges {
		var f database.Filter
		near := `SELECT e.seq, e.action, e.group_id FROM events e WHERE e.seq BETWEEN ` + f.Arg(from) + ` AND ` + f.Arg(to) + q.order(`e.seq`) + ` LIMIT ` + f.Arg(newestRead)
		q.conditions(&f, byIndex)
		all, err := eventsWhere(ctx, s.db.Reads(), `e.seq IN (SELECT e.seq FROM (`+near+`) AS e WHERE `+f.Where()+q.order(`e.seq`)+` LIMIT `+f.Arg(q.Limit+1)+`)`+q.order(`e.seq`), f.Args...)
		if err != nil || len(all) > q.Limit || len(all) > 0 && all[len(all)-1].Seq == 1 {
			return all, err
		}
	}
	var f database.Filter
	var arms []string
	for _, action := range parts[q.Part] {
		one := Query{Action: action, Compact: q.Compact && grouped(action)}
		var of database.Filter
		of.Args = f.Args
		of.Add(`e.seq BETWEEN ? AND ?`, from, to)
		one.conditions(&of, byIndex)
		arms = append(arms, `SELECT * FROM (SELECT e.seq AS seq FROM events e WHERE `+of.Where()+q.order(`e.seq`)+` LIMIT `+of.Arg(q.Limit+1)+`) AS a`)
		f.Args = of.Args
	}
	return eventsWhere(ctx, s.db.Reads(), `e.seq IN (SELECT seq FROM (`+strings.Join(arms, ` UNION ALL `)+`) AS merged`+q.order(`seq`)+` LIMIT `+f.Arg(q.Limit+1)+`)`+q.order(`e.seq`), f.Args...)
}

// grouped reports whether the members of a batch, beside its start and end, may be of an action.
func grouped(action users.Action) bool {
	return action != users.ActionBatchStarted && action != users.ActionBatchEnded
}
