package users

import (
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// checkBatch is how many numbers of users are checked by one statement.
const checkBatch = 1000

// versionedActions are the actions that increment the version of a record, except that a person
// who signs up is created and linked with one version. A deletion, which keeps the version, empties
// the record before it is restored.
var versionedActions = []Action{
	ActionCreated, ActionEdited, ActionRoleChanged, ActionDeactivated, ActionReactivated, ActionDeleted, ActionRestored,
	ActionReviewed, ActionHandedOver, ActionBound, ActionReset,
}

// records compares each record with its history, in batches. It goes on after a batch that it
// can't read.
func (c *checker) records() {
	var last int
	err := c.isolated(func() error {
		return c.tx.QueryRowContext(c.ctx, `SELECT COALESCE(MAX(number), 0) FROM users`).Scan(&last)
	})
	if err != nil {
		c.add("The users could not be read: %v.", err)
		return
	}
	before := len(c.found)
	for from := 0; from <= last && c.ctx.Err() == nil; from += checkBatch {
		c.progress(CheckingRecords, min(from, last), last)
		if err := c.isolated(func() error { return c.compareRecords(from, from+checkBatch) }); err != nil && len(c.found) < before+4*maxExamples {
			c.add("The users with the numbers %d to %d and their history could not be read: %v.", from+1, from+checkBatch, err)
		}
		if len(c.found) > before+10*maxExamples {
			c.add("There are more inconsistencies of users and their history. The rest was not checked.")
			return
		}
	}
	c.progress(CheckingRecords, last, last)
}

// A checked is a record as stored, with the columns derived from it.
type checked struct {
	User
	search, sort string
	identities   int
	history      []Event // of versionedActions, oldest first
}

// compareRecords compares the records with numbers after from, up to to.
func (c *checker) compareRecords(from, to int) error {
	all, err := database.Collect(c.ctx, c.tx, func(row database.Scanner) (*checked, error) {
		u := new(checked)
		user, err := scanUser(row, &u.search, &u.sort, &u.identities)
		u.User = user
		return u, err
	}, `SELECT `+userColumns+`, u.search_text, u.sort_name, (SELECT COUNT(*) FROM identities i WHERE i.user_key = u.key)`+userTables+
		`WHERE u.number > $1 AND u.number <= $2 ORDER BY u.number`, from, to)
	if err != nil {
		return err
	}
	byKey := make(map[Key]*checked, len(all))
	for _, u := range all {
		byKey[u.Key] = u
	}
	history, err := eventsWhere(c.ctx, c.tx, `e.action IN (`+inSQL(versionedActions)+`)
		AND e.target_key IN (SELECT key FROM users WHERE number > $1 AND number <= $2) ORDER BY e.seq`, from, to)
	if err != nil {
		return err
	}
	for _, e := range history {
		if u := byKey[e.Target.Key]; u != nil {
			u.history = append(u.history, e)
		}
	}
	for _, u := range all {
		c.found = append(c.found, u.flaws()...)
	}
	return nil
}

// inSQL returns actions as a list in SQL. They are constants.
func inSQL(actions []Action) string {
	texts := make([]string, len(actions))
	for i, a := range actions {
		texts[i] = `'` + string(a) + `'`
	}
	return strings.Join(texts, `, `)
}

// flaws returns the inconsistencies of a record.
func (u *checked) flaws() (found []string) {
	say := func(flaw string) { found = append(found, string(u.ID)+" "+flaw+".") }
	if len(u.history) == 0 || u.history[0].Action != ActionCreated {
		say("has no event of its creation")
		return found
	}
	if u.identified != (u.identities > 0) {
		say("is stored as linked to an identity and has none, or is not and has one")
	}
	if u.search != "" && u.search != u.searchText() || u.sort != u.SortName() && u.search != "" {
		say("has a search text or sort name of another name")
	}
	if u.deactivated != lastOf(u.history, ActionDeactivated, ActionReactivated) {
		say("is deactivated and should not be by the history, or is not and should be")
	}
	if u.identified != lastOf(u.history, ActionBound, ActionReset) {
		say("has an identity and should not have one by the history, or has none and should")
	}
	if !u.versionsExplained() {
		say("has a version that the events do not add up to")
	}
	if differs := u.unexplained(); len(differs) > 0 {
		say("is not as the history says: " + strings.Join(differs, ", "))
	}
	return found
}

// lastOf reports whether does is the last of two actions that undo each other.
func lastOf(history []Event, does, undoes Action) bool {
	for _, e := range slices.Backward(history) {
		if e.Action == does || e.Action == undoes {
			return e.Action == does
		}
	}
	return false
}

// versionsExplained reports whether each version of the record has its event. An event with
// erased changes may be of any version.
func (u *checked) versionsExplained() bool {
	explained, erased := map[int64]bool{}, int64(0)
	for _, e := range u.history {
		if e.ChangeErased {
			erased++
			continue
		}
		if e.version < 1 || e.version > u.Version {
			return false
		}
		explained[e.version] = true
	}
	n := int64(len(explained))
	return n == u.Version || erased > 0 && n+erased >= u.Version
}

// unexplained returns the fields with a value that the history does not explain; none if a part
// of it is erased.
func (u *checked) unexplained() []string {
	was := User{Channels: map[string]bool{}, Types: map[string]bool{}}
	for _, e := range u.history {
		if e.ChangeErased {
			return nil
		}
		for _, change := range e.Changes {
			was.set(change.Field, change.New)
		}
	}
	var names []string
	for _, change := range difference(was, u.User) {
		names = append(names, change.Field)
	}
	return names
}
