package users

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// Counted is how many rows a directory has, for the message of a backup or a check. Metrics
// have [Sizes].
type Counted struct{ Users, Events int64 }

// Count counts the rows of the directory that tx reads. It reads all of them.
func Count(ctx context.Context, tx *sql.Tx) (s Counted, err error) {
	err = tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM events)`).Scan(&s.Users, &s.Events)
	return s, err
}

// Erased is how many events have an erased part, which [Check] cannot verify. It can't verify the
// fixed row of an event without both parts either.
type Erased struct{ Changes, Actors, Both int64 }

// CountErased returns how many parts of events have been erased.
func CountErased(ctx context.Context, tx *sql.Tx) (e Erased, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COUNT(CASE WHEN c.seq IS NULL THEN 1 END), COUNT(CASE WHEN a.seq IS NULL THEN 1 END),
		COUNT(CASE WHEN c.seq IS NULL AND a.seq IS NULL THEN 1 END)`+EventTables).Scan(&e.Changes, &e.Actors, &e.Both)
	return e, err
}

// Unverified are the tables of which [Check] verifies the references only, as nothing else has
// their values: their rows change without an event, or are temporary.
var Unverified = []string{
	"identities", "sessions", "saved_views", "refused_sign_ins", "kept", "logouts", "used_attempts", "done_requests",
	"tokens", "token_uses", "token_clients_struck", "introspections", "credential_requests", "erasures", "secrets", "duties",
	"deleted_users", "deleted_identities", "batches", "batch_items", "planned_departures", "active_weeks", "notices_seen",
}

// The phases of [Check], in order.
const (
	CheckingTables  = "counts and references"
	CheckingRecords = "users and their history"
	CheckingEvents  = "events and their digests"
	CheckingLog     = "the index of the audit log"
	CheckingSearch  = "the indexes of searches"
)

// Check reads the whole directory and returns a sentence for each inconsistency: a record that
// its history does not explain, missing and orphaned rows, counts that differ from the rows. It
// goes on after rows that it can't read. tx is a read transaction of the engine on the current
// schema.
//
// Check calls progress with the phase, and how many of its total are done.
func Check(ctx context.Context, engine database.Engine, tx *sql.Tx, progress func(phase string, done, total int)) []string {
	c := &checker{ctx: ctx, tx: tx, progress: progress}
	for i, one := range conditions {
		progress(CheckingTables, i, len(conditions))
		c.checkCondition(one)
	}
	c.tokens()
	c.records()
	c.events()
	progress(CheckingLog, 0, 1)
	c.eventIndex(engine)
	if engine == database.SQLite { // PostgreSQL updates the index with the table
		for i, x := range derivedIndexes {
			progress(CheckingSearch, i, len(derivedIndexes))
			if wrong := x.check(ctx, tx); wrong != "" {
				c.found = append(c.found, wrong)
			}
		}
	}
	return c.found
}

// A checker collects inconsistencies.
type checker struct {
	ctx      context.Context
	tx       *sql.Tx
	progress func(phase string, done, total int)
	found    []string
}

func (c *checker) add(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// maxExamples is how many inconsistencies of one kind are listed.
const maxExamples = 5

// A condition is a query, for both engines, that returns a text for each inconsistency.
type condition struct {
	about string // what it checks
	says  string // of one inconsistency; %s is the text
	query string
}

// checkCondition adds the inconsistencies of a condition.
func (c *checker) checkCondition(one condition) {
	n := 0
	err := c.isolated(func() error {
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
			if n < maxExamples {
				c.add(one.says, place)
			}
		}
		return rows.Err()
	})
	if n > maxExamples {
		c.add("%s: the same holds of %d more.", one.about, n-maxExamples)
	}
	if err != nil && n > 0 {
		c.add("%s could not be read to the end: %v.", one.about, err)
	} else if err != nil {
		c.add("%s could not be read: %v.", one.about, err)
	}
}

// isolated runs do in a savepoint, so that the transaction can go on after an error.
func (c *checker) isolated(do func() error) error { return database.Savepoint(c.ctx, c.tx, do) }

// conditions are the checks that need one query.
var conditions = []condition{
	{"The numbers of events", "The history is not complete: before the event %s there are numbers without an event.",
		`SELECT CAST(seq AS TEXT) FROM (SELECT seq, COALESCE(LAG(seq) OVER (ORDER BY seq), 0) AS before FROM events) AS numbered
			WHERE seq <> before + 1 ORDER BY seq`},
	{"The parts of events", "The event %s is missing, but there is a part of it.",
		`SELECT CAST(p.seq AS TEXT) FROM (SELECT seq FROM event_changes UNION SELECT seq FROM event_actors UNION SELECT seq FROM event_mentions) AS p
			LEFT JOIN events e ON e.seq = p.seq WHERE e.seq IS NULL ORDER BY p.seq`},
	{"The users of the history", "The user %s is in the history, without a deletion, but not in the directory.",
		`SELECT e.target_key FROM events e LEFT JOIN users u ON u.key = e.target_key WHERE u.key IS NULL AND e.action = 'user.created'
			AND NOT EXISTS (SELECT 1 FROM events d WHERE d.target_key = e.target_key AND d.action = 'user.deleted'
				AND NOT EXISTS (SELECT 1 FROM events r WHERE r.target_key = e.target_key AND r.action = 'user.restored' AND r.seq > d.seq)) ORDER BY e.target_key`},
	{"The actors of the history", "The user %s is the actor of an event, but neither in the directory nor deleted.",
		`SELECT e.actor_key FROM events e LEFT JOIN users u ON u.key = e.actor_key WHERE u.key IS NULL AND e.actor_key <> ''
			AND NOT EXISTS (SELECT 1 FROM events d WHERE d.target_key = e.actor_key AND d.action = 'user.deleted')
			GROUP BY e.actor_key ORDER BY e.actor_key`},
	{"The deleted users", "The deleted user %s is in the directory as well, or has no event of the deletion, or another one after it.",
		`SELECT d.key FROM deleted_users d WHERE EXISTS (SELECT 1 FROM users u WHERE u.key = d.key)
			OR NOT EXISTS (SELECT 1 FROM events e WHERE e.seq = d.seq AND e.target_key = d.key AND e.action = 'user.deleted')
			OR EXISTS (SELECT 1 FROM events e WHERE e.seq > d.seq AND e.target_key = d.key AND e.action IN ('user.deleted', 'user.restored', 'user.purged', 'user.erased'))
			ORDER BY d.key`},
	{"The counts of users", "A count of users differs from the users: %s.",
		`SELECT kind || ', ' || role || ', ' || status || ': counted ' || CAST(SUM(kept) AS TEXT) || ', actual ' || CAST(SUM(actual) AS TEXT)
			FROM (SELECT kind, role, status, n AS kept, 0 AS actual FROM tallies
				UNION ALL SELECT kind, role, status, 0, COUNT(*) FROM users GROUP BY kind, role, status) AS both_
			GROUP BY kind, role, status HAVING SUM(kept) <> SUM(actual) ORDER BY kind, role, status`},
	{"The counts by day", "A count by day differs from the users: %s.",
		`SELECT what || ' ' || day || ': counted ' || CAST(SUM(kept) AS TEXT) || ', actual ' || CAST(SUM(actual) AS TEXT)
			FROM (SELECT what, day, n AS kept, 0 AS actual FROM day_tallies
				UNION ALL SELECT what, day, 0, COUNT(*) FROM users_on_days GROUP BY what, day) AS both_
			GROUP BY what, day HAVING SUM(kept) <> SUM(actual) ORDER BY what, day`},
	{"The counts of events", "A count of events differs from the events: %s.",
		`SELECT day || ' ' || action || ': counted ' || CAST(SUM(kept) AS TEXT) || ', actual ' || CAST(SUM(actual) AS TEXT)
			FROM (SELECT day, action, n AS kept, 0 AS actual FROM event_tallies
				UNION ALL SELECT day, action, 0, n FROM events_on_days) AS both_
			GROUP BY day, action HAVING SUM(kept) <> SUM(actual) ORDER BY day, action`},
	{"The labels", "The list of labels differs from the labels of %s.",
		`SELECT u.user_id FROM users u LEFT JOIN (SELECT number, COUNT(*) AS n FROM user_labels GROUP BY number) AS listed ON listed.number = u.number
			WHERE COALESCE(listed.n, 0) <> COALESCE(length(u.labels) - length(replace(u.labels, ',', '')) + 1, 0)
		UNION SELECT COALESCE(u.user_id, 'a user who does not exist') FROM user_labels l LEFT JOIN users u ON u.number = l.number
			WHERE u.labels IS NULL OR replace(',' || u.labels || ',', ',' || l.label || ',', '') = ',' || u.labels || ',' ORDER BY 1`},
	{"The sessions", "The session %s belongs to no active person.",
		`SELECT s.id FROM sessions s LEFT JOIN users u ON u.key = s.user_key
			WHERE u.key IS NULL OR u.status <> 'active' OR u.kind <> 'person' ORDER BY s.id`},
	{"The identities", "An identity is linked to %s, which is not a person of the directory.",
		`SELECT i.user_key FROM identities i LEFT JOIN users u ON u.key = i.user_key WHERE u.key IS NULL OR u.kind <> 'person' ORDER BY i.user_key`},
	{"The saved views", "The saved view %s belongs to no user.",
		`SELECT v.id FROM saved_views v LEFT JOIN users u ON u.key = v.owner_key WHERE u.key IS NULL ORDER BY v.id`},
	{"The responsible persons", "The responsible person of %s does not exist, or is not an active person.",
		`SELECT u.user_id FROM users u LEFT JOIN users r ON r.key = u.responsible_key
			WHERE u.responsible_key IS NOT NULL AND (r.key IS NULL OR r.kind <> 'person' OR r.status = 'deactivated') ORDER BY u.user_id`},
	{"The erasures", "The user %s is to be erased and is in the directory.",
		`SELECT x.user_key FROM erasures x JOIN users u ON u.key = x.user_key ORDER BY x.user_key`},
	{"The erased users", "The user %s is erased, and the history still has personal data of them.",
		`SELECT DISTINCT x.target_key FROM events x WHERE x.action = 'user.erased' AND NOT EXISTS (SELECT 1 FROM erasures p WHERE p.user_key = x.target_key)
			AND (EXISTS (SELECT 1 FROM events e JOIN event_changes c ON c.seq = e.seq WHERE e.target_key = x.target_key AND e.action <> 'user.erased')
				OR EXISTS (SELECT 1 FROM events e JOIN event_actors a ON a.seq = e.seq WHERE e.actor_key = x.target_key)
				OR EXISTS (SELECT 1 FROM event_mentions m WHERE m.user_key = x.target_key)) ORDER BY x.target_key`},
	{"The completed requests", "The event of the request %s is missing.",
		`SELECT r.key FROM done_requests r LEFT JOIN events e ON e.seq = r.seq WHERE r.seq <> 0 AND e.seq IS NULL ORDER BY r.key`},
	{"The introspections", "There is an introspection of the token %s, which does not exist.",
		`SELECT DISTINCT i.token FROM introspections i LEFT JOIN tokens t ON t.id = i.token WHERE i.token <> '' AND t.id IS NULL ORDER BY i.token`},
	{"The secret of the cursors", "The secret of the %s is missing. Without it lists show their first page only.",
		`SELECT 'cursors' WHERE NOT EXISTS (SELECT 1 FROM secrets WHERE name = 'cursors')`},
	{"The key of the seals", "A key of the %s is missing. Without it no sign-in can begin.",
		`SELECT 'seals' WHERE NOT EXISTS (SELECT 1 FROM secrets WHERE name LIKE 'seal-%' AND length(secret) >= 32)`},
}
