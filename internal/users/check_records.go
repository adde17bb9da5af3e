package users

import (
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// checkAtOnce is how many numbers of users are looked at together.
const checkAtOnce = 1000

// ofVersions are the actions each of which gives a record its next version, save
// that a person who signs up is created and bound as the same.
var ofVersions = []Action{
	ActionCreated, ActionEdited, ActionRoleChanged, ActionDeactivated, ActionReactivated,
	ActionReviewed, ActionHandedOver, ActionBound, ActionReset,
}

// records compares every record with its history, some at a time. What cannot be
// read of some does not keep it from the rest.
func (c *checker) records() {
	var last int
	err := c.apart(func() error {
		return c.tx.QueryRowContext(c.ctx, `SELECT COALESCE(MAX(number), 0) FROM users`).Scan(&last)
	})
	if err != nil {
		c.add("The users could not be read: %v.", err)
		return
	}
	before := len(c.found)
	for from := 0; from <= last && c.ctx.Err() == nil; from += checkAtOnce {
		c.told(CheckingRecords, min(from, last), last)
		if err := c.apart(func() error { return c.some(from, from+checkAtOnce) }); err != nil && len(c.found) < before+4*mostExamples {
			c.add("The users with the numbers %d to %d and their history could not be read: %v.", from+1, from+checkAtOnce, err)
		}
		if len(c.found) > before+10*mostExamples {
			c.add("There is more wrong with users and their history; this was not looked at to the end.")
			return
		}
	}
	c.told(CheckingRecords, last, last)
}

// A checked is a record as it is stored, with what the database keeps beside it.
type checked struct {
	User
	search, sort string
	identities   int
	history      []Event // that concerns the record, oldest first
}

// some compares the records whose numbers are above from and up to to.
func (c *checker) some(from, to int) error {
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
	history, err := eventsWhere(c.ctx, c.tx, `e.action IN (`+inSQL(ofVersions)+`)
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

// inSQL returns actions as a list of SQL's. They are texts of this package.
func inSQL(actions []Action) string {
	texts := make([]string, len(actions))
	for i, a := range actions {
		texts[i] = `'` + string(a) + `'`
	}
	return strings.Join(texts, `, `)
}

// flaws returns what is wrong with a record.
func (u *checked) flaws() (found []string) {
	say := func(flaw string) { found = append(found, string(u.ID)+" "+flaw+".") }
	if len(u.history) == 0 || u.history[0].Action != ActionCreated {
		say("has no event of having been created")
		return found
	}
	if u.identified != (u.identities > 0) {
		say("is kept as one with an identity, and has none, or the other way round")
	}
	if u.search != "" && u.search != u.searchText() || u.sort != u.SortName() && u.search != "" {
		say("is not found by their name: what a search looks in is another")
	}
	if u.deactivated != lastOf(u.history, ActionDeactivated, ActionReactivated) {
		say("is deactivated, or is not, and the history says otherwise")
	}
	if u.identified != lastOf(u.history, ActionBound, ActionReset) {
		say("has an identity, or has none, and the history says otherwise")
	}
	if !u.versionsTold() {
		say("has a version that the events do not come to")
	}
	if differs := u.untold(); len(differs) > 0 {
		say("is not as the history says: " + strings.Join(differs, ", "))
	}
	return found
}

// lastOf reports whether of two actions that undo each other the first was last.
func lastOf(history []Event, does, undoes Action) bool {
	for _, e := range slices.Backward(history) {
		if e.Action == does || e.Action == undoes {
			return e.Action == does
		}
	}
	return false
}

// versionsTold reports whether each version of the record has its event. Of an
// event whose changes are erased it is not known which one it is.
func (u *checked) versionsTold() bool {
	told, erased := map[int64]bool{}, int64(0)
	for _, e := range u.history {
		if e.ChangeErased {
			erased++
			continue
		}
		if e.version < 1 || e.version > u.Version {
			return false
		}
		told[e.version] = true
	}
	n := int64(len(told))
	return n == u.Version || erased > 0 && n+erased >= u.Version
}

// untold returns the fields whose value does not come from the history; none where
// a part of it is erased.
func (u *checked) untold() []string {
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
