package users

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// Counted is how many rows a directory holds, to be told of a backup or a check; what
// an operator watches is [Sizes].
type Counted struct{ Users, Events int64 }

// Count returns how many rows the directory that tx reads holds. It reads them all.
func Count(ctx context.Context, tx *sql.Tx) (s Counted, err error) {
	err = tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM events)`).Scan(&s.Users, &s.Events)
	return s, err
}

// Erased is of how many events [Check] cannot verify a part, as it has been erased; of those
// without both parts it cannot verify the fixed row either.
type Erased struct{ Changes, Actors, Both int64 }

// CountErased returns how many parts of events have been erased.
func CountErased(ctx context.Context, tx *sql.Tx) (e Erased, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COUNT(CASE WHEN c.seq IS NULL THEN 1 END), COUNT(CASE WHEN a.seq IS NULL THEN 1 END),
		COUNT(CASE WHEN c.seq IS NULL AND a.seq IS NULL THEN 1 END)`+EventTables).Scan(&e.Changes, &e.Actors, &e.Both)
	return e, err
}

// Unverified are the tables of whose rows [Check] verifies no more than what refers to others:
// nothing else holds their values. They are what changes without an event, or lasts for a while.
var Unverified = []string{
	"identities", "sessions", "saved_views", "refused_sign_ins", "kept", "logouts", "used_attempts", "done_requests",
	"tokens", "token_uses", "token_clients_struck", "introspections", "credential_requests", "erasures", "secrets", "duties",
}

// What [Check] looks at, one after the other.
const (
	CheckingTables  = "counts and references"
	CheckingRecords = "users and their history"
	CheckingEvents  = "events and their digests"
	CheckingLog     = "the index of the audit log"
	CheckingSearch  = "the indexes of searches"
)

// Check reads the whole directory and returns in sentences what is wrong with it:
// where the history does not explain a record, where something is missing or left
// over, where what is counted beside the rows is not what the rows say. It goes on
// after what cannot be read. The transaction is one of engine's that reads, and has the
// present schema.
//
// told is told what is looked at, and of how many how many are done.
func Check(ctx context.Context, engine database.Engine, tx *sql.Tx, told func(doing string, done, total int)) []string {
	c := &checker{ctx: ctx, tx: tx, told: told}
	for i, one := range conditions {
		told(CheckingTables, i, len(conditions))
		c.look(one)
	}
	c.tokens()
	c.records()
	c.events()
	told(CheckingLog, 0, 1)
	c.eventIndex(engine)
	if engine == database.SQLite { // PostgreSQL's index cannot fall behind: the table has it
		for i, x := range derivedIndexes {
			told(CheckingSearch, i, len(derivedIndexes))
			if wrong := x.check(ctx, tx); wrong != "" {
				c.found = append(c.found, wrong)
			}
		}
	}
	return c.found
}

// A checker gathers what is wrong.
type checker struct {
	ctx   context.Context
	tx    *sql.Tx
	told  func(doing string, done, total int)
	found []string
}

func (c *checker) add(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// mostExamples is how many of the same kind are named one by one.
const mostExamples = 5

// A condition is a query that returns a row of one text for each place where the
// directory is not what it should be. Both engines read it.
type condition struct {
	about string // what cannot be told where the query cannot be run
	says  string // of one place, which is its %s
	query string
}

// look says where a condition does not hold.
func (c *checker) look(one condition) {
	n := 0
	err := c.apart(func() error {
		rows, err := c.tx.QueryContext(c.ctx, one.query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for ; rows.Next(); n++ {
			var place string
			if err := rows.Scan(&place); err != nil {
				return err
			}
			if n < mostExamples {
				c.add(one.says, place)
			}
		}
		return rows.Err()
	})
	if n > mostExamples {
		c.add("%s: the same holds of %d more.", one.about, n-mostExamples)
	}
	if err != nil && n > 0 {
		c.add("%s could not be read to the end: %v.", one.about, err)
	} else if err != nil {
		c.add("%s could not be read: %v.", one.about, err)
	}
}

// apart runs do so that what it cannot read does not keep it from the rest.
func (c *checker) apart(do func() error) error { return database.Apart(c.ctx, c.tx, do) }

// conditions are what can be told by the tables alone.
var conditions = []condition{
	{"The numbers of events", "The history is not complete: before the event %s there are numbers without an event.",
		`SELECT CAST(seq AS TEXT) FROM (SELECT seq, COALESCE(LAG(seq) OVER (ORDER BY seq), 0) AS before FROM events) AS numbered
			WHERE seq <> before + 1 ORDER BY seq`},
	{"The parts of events", "There is a part of an event %s, and no such event.",
		`SELECT CAST(p.seq AS TEXT) FROM (SELECT seq FROM event_changes UNION SELECT seq FROM event_actors UNION SELECT seq FROM event_mentions) AS p
			LEFT JOIN events e ON e.seq = p.seq WHERE e.seq IS NULL ORDER BY p.seq`},
	{"The users of the history", "The history tells of a user %s who is not there, and not of a deletion.",
		`SELECT e.target_key FROM events e LEFT JOIN users u ON u.key = e.target_key WHERE u.key IS NULL AND e.action = 'user.created'
			AND NOT EXISTS (SELECT 1 FROM events d WHERE d.target_key = e.target_key AND d.action = 'user.deleted') ORDER BY e.target_key`},
	{"The actors of the history", "The history has an act of a user %s of whom it tells nothing else.",
		`SELECT e.actor_key FROM events e LEFT JOIN users u ON u.key = e.actor_key WHERE u.key IS NULL AND e.actor_key <> ''
			AND NOT EXISTS (SELECT 1 FROM events d WHERE d.target_key = e.actor_key AND d.action = 'user.deleted')
			GROUP BY e.actor_key ORDER BY e.actor_key`},
	{"The counts of users", "The counts of users are not what the users say: %s.",
		`SELECT kind || ', ' || role || ', ' || status || ': counted ' || CAST(SUM(told) AS TEXT) || ', there ' || CAST(SUM(there) AS TEXT)
			FROM (SELECT kind, role, status, n AS told, 0 AS there FROM tallies
				UNION ALL SELECT kind, role, status, 0, COUNT(*) FROM users GROUP BY kind, role, status) AS both_
			GROUP BY kind, role, status HAVING SUM(told) <> SUM(there) ORDER BY kind, role, status`},
	{"The counts by day", "The counts by day are not what the users say: %s.",
		`SELECT what || ' ' || day || ': counted ' || CAST(SUM(told) AS TEXT) || ', there ' || CAST(SUM(there) AS TEXT)
			FROM (SELECT what, day, n AS told, 0 AS there FROM day_tallies
				UNION ALL SELECT what, day, 0, COUNT(*) FROM users_on_days GROUP BY what, day) AS both_
			GROUP BY what, day HAVING SUM(told) <> SUM(there) ORDER BY what, day`},
	{"The sessions", "The session %s is of a user who may not be signed in, or of none.",
		`SELECT s.id FROM sessions s LEFT JOIN users u ON u.key = s.user_key
			WHERE u.key IS NULL OR u.status <> 'active' OR u.kind <> 'person' ORDER BY s.id`},
	{"The identities", "An identity is bound to %s, who is no person of the directory.",
		`SELECT i.user_key FROM identities i LEFT JOIN users u ON u.key = i.user_key WHERE u.key IS NULL OR u.kind <> 'person' ORDER BY i.user_key`},
	{"The saved views", "The saved view %s belongs to no user.",
		`SELECT v.id FROM saved_views v LEFT JOIN users u ON u.key = v.owner_key WHERE u.key IS NULL ORDER BY v.id`},
	{"Who answers for service users", "For %s somebody answers who is not there, or cannot.",
		`SELECT u.user_id FROM users u LEFT JOIN users r ON r.key = u.responsible_key
			WHERE u.responsible_key IS NOT NULL AND (r.key IS NULL OR r.kind <> 'person' OR r.status = 'deactivated') ORDER BY u.user_id`},
	{"The erasures", "The user %s is to be erased and is in the directory.",
		`SELECT x.user_key FROM erasures x JOIN users u ON u.key = x.user_key ORDER BY x.user_key`},
	{"The erased users", "The user %s is erased, and the history still has personal data of them.",
		`SELECT DISTINCT x.target_key FROM events x WHERE x.action = 'user.erased' AND NOT EXISTS (SELECT 1 FROM erasures p WHERE p.user_key = x.target_key)
			AND (EXISTS (SELECT 1 FROM events e JOIN event_changes c ON c.seq = e.seq WHERE e.target_key = x.target_key AND e.action <> 'user.erased')
				OR EXISTS (SELECT 1 FROM events e JOIN event_actors a ON a.seq = e.seq WHERE e.actor_key = x.target_key)
				OR EXISTS (SELECT 1 FROM event_mentions m WHERE m.user_key = x.target_key)) ORDER BY x.target_key`},
	{"The requests that are done", "The request %s has done something of which there is no event.",
		`SELECT r.key FROM done_requests r LEFT JOIN events e ON e.seq = r.seq WHERE r.seq <> 0 AND e.seq IS NULL ORDER BY r.key`},
	{"What asking systems were answered", "A system was answered about the token %s, which is not there.",
		`SELECT DISTINCT i.token FROM introspections i LEFT JOIN tokens t ON t.id = i.token WHERE i.token <> '' AND t.id IS NULL ORDER BY i.token`},
	{"The secret of the cursors", "The database lacks the secret of the %s, without which no page but the first can be shown.",
		`SELECT 'cursors' WHERE NOT EXISTS (SELECT 1 FROM secrets WHERE name = 'cursors')`},
	{"The key of the seals", "The database lacks a key for %s, without which no sign-in can begin.",
		`SELECT 'seals' WHERE NOT EXISTS (SELECT 1 FROM secrets WHERE name LIKE 'seal-%' AND length(secret) >= 32)`},
}
