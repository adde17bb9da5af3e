package users_test

import (
	"database/sql"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// unguarded are statements of each engine that drop the rules against such changes, within a
// transaction.
var unguarded = map[database.Engine]string{
	database.SQLite: `PRAGMA defer_foreign_keys = ON;
		DROP TRIGGER events_are_not_deleted; DROP TRIGGER events_are_not_changed;
		DROP TRIGGER event_changes_are_not_changed; DROP TRIGGER event_actors_are_not_changed`,
	database.PostgreSQL: `SET LOCAL session_replication_role = replica`,
}

// corrupt runs statements on the tables without these rules.
func corrupt(t *testing.T, d *userstest.Directory, statements string) {
	t.Helper()
	transact(t, d, unguarded[d.DB.Engine()], statements)
}

// transact runs statements in a transaction, past the service.
func transact(t *testing.T, d *userstest.Directory, statements ...string) {
	t.Helper()
	err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		for _, one := range statements {
			if _, err := tx.Exec(one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A corruption is statements that change the tables past the rules, and a part of what the check
// says of it.
type corruption struct{ statements, says string }

// without returns the statements that delete the parts and mentions of events.
func without(condition string) string {
	return `DELETE FROM event_mentions WHERE ` + condition + `; DELETE FROM event_changes WHERE ` + condition + `; DELETE FROM event_actors WHERE ` + condition + `; `
}

// corruptions are those of both engines.
var corruptions = map[string]corruption{
	"a role given by hand":           {`UPDATE users SET role = 'owner' WHERE user_id = 'ana@example.com'`, "ana@example.com is not as the history says: role"},
	"a name given by hand":           {`UPDATE users SET name = 'Nemo' WHERE user_id = 'ana@example.com'`, "ana@example.com is not as the history says: name"},
	"a time zone given by hand":      {`UPDATE users SET time_zone = 'Europe/Rome' WHERE user_id = 'robot'`, "robot is not as the history says: time_zone"},
	"a channel turned on by hand":    {`UPDATE users SET channels = '{"email":true,"web_ui":true}' WHERE user_id = 'robot'`, "robot is not as the history says: channel.web_ui"},
	"a version too many":             {`UPDATE users SET version = version + 1 WHERE user_id = 'robot'`, "robot has a version that the events do not add up to"},
	"a version too few":              {`UPDATE users SET version = version - 1 WHERE user_id = 'ana@example.com'`, "ana@example.com has a version that the events do not add up to"},
	"a version beyond erased events": {`DELETE FROM event_mentions; DELETE FROM event_changes WHERE target_id = 'robot'; UPDATE users SET version = 9 WHERE user_id = 'robot'`, "robot has a version"},
	"a reactivation by hand":         {`UPDATE users SET deactivated = FALSE WHERE user_id = 'cleo@example.com'`, "cleo@example.com is deactivated and should not be"},
	"an identity taken away":         {`DELETE FROM identities WHERE subject = 'sub-bea@example.com'`, "bea@example.com is stored as linked to an identity"},
	"an identity unbound by hand":    {`DELETE FROM identities WHERE subject = 'sub-bea@example.com'; UPDATE users SET identified = FALSE WHERE user_id = 'bea@example.com'`, "bea@example.com has an identity and should not have one"},
	"a user put in by hand": {`INSERT INTO users (user_id, role, deactivated, identified, channels, types, time_zone, sort_name, search_text, updated_at, version, key, kind, created_at, created_by, seen_at)
		SELECT 'eve@example.com', role, FALSE, FALSE, channels, types, time_zone, 'eve@example.com', '', updated_at, 1, 'usr_eve', kind, created_at, created_by, seen_at FROM users WHERE user_id = 'cleo@example.com'`,
		"eve@example.com has no event of its creation"},
	"a user deleted by hand":           {`DELETE FROM users WHERE user_id = 'cleo@example.com'`, "is in the history, without a deletion, but not in the directory"},
	"a count":                          {`UPDATE tallies SET n = n + 2 WHERE kind = 'service'`, "service, user, active: counted 3, actual 1"},
	"a count by day":                   {`UPDATE day_tallies SET n = 7 WHERE what = 'review'`, "review 2027-05-01: counted 7, actual 1"},
	"a count of events":                {`UPDATE event_tallies SET n = n + 1 WHERE action = 'user.edited'`, "user.edited: counted"},
	"a label given by hand":            {`INSERT INTO user_labels (label, number) SELECT 'night', number FROM users WHERE user_id = 'robot'`, "differs from the labels of robot"},
	"a label of no user":               {`INSERT INTO user_labels (label, number) VALUES ('night', 9999)`, "differs from the labels of a user who does not exist"},
	"a hole in the history":            {without(`seq IN (7, 8)`) + `DELETE FROM events WHERE seq IN (7, 8)`, "before the event 9 there are numbers without an event"},
	"a history without a beginning":    {without(`seq = 1`) + `DELETE FROM events WHERE seq = 1`, "owner@example.com has no event of its creation"},
	"an event left out by its end":     {without(`seq = (SELECT MAX(seq) FROM events WHERE action = 'user.edited')`) + `DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events WHERE action = 'user.edited')`, "ana@example.com has a version"},
	"a session of who is away":         {`UPDATE sessions SET user_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com')`, "belongs to no active person"},
	"an identity of a program":         {`UPDATE identities SET user_key = (SELECT key FROM users WHERE user_id = 'robot') WHERE subject = 'sub-bea@example.com'`, "which is not a person of the directory"},
	"a responsible who is deactivated": {`UPDATE users SET responsible_key = (SELECT key FROM users WHERE user_id = 'cleo@example.com') WHERE user_id = 'robot'`, "The responsible person of robot does not exist, or is not an active person"},
	"a name that cannot be searched":   {`UPDATE users SET search_text = '  other' WHERE user_id = 'robot'`, "robot has a search text or sort name of another name"},
	"an index that is ahead":           {`UPDATE search_index SET last_seq = last_seq + 1`, "The index of the audit log differs from the events: it has events that do not exist"},
	"an event left out of the index":   {`UPDATE search_index SET first_seq = first_seq + 1`, "The index of the audit log differs from the events"},
	"a target's name of then":          {`UPDATE event_changes SET target_name = 'Nemo' WHERE seq = 4`, "The event 4 is not as it was recorded: what it changed does not match its digest"},
	"a change of then":                 {`UPDATE event_changes SET changes = replace(changes, 'on', 'off') WHERE seq = 4`, "The event 4 is not as it was recorded: what it changed"},
	"an actor's name of then":          {`UPDATE event_actors SET actor_name = 'Nemo' WHERE seq = 4`, "The event 4 is not as it was recorded: its actor's data does not match its digest"},
	"a reason of then":                 {`UPDATE event_actors SET reason = 'x' WHERE seq = 4`, "The event 4 is not as it was recorded: its actor's data"},
	"a time of then":                   {`UPDATE events SET request_id = 'req_x' WHERE seq = 4`, "The event 4 is not as it was recorded: what it changed does not match its digest, its actor's data does not"},
	"a digest":                         {`UPDATE events SET actor_digest = change_digest WHERE seq = 4`, "The event 4 is not as it was recorded: its actor's data"},
	"a part of another event":          {`UPDATE event_actors SET nonce = (SELECT nonce FROM event_actors WHERE seq = 3) WHERE seq = 4`, "The event 4 is not as it was recorded"},
	"an encoding of the future":        {`UPDATE events SET encoding = 9 WHERE seq = 4`, "The event 4 is not as it was recorded: it is encoded in version 9, which this program does not know"},
	"a mention left out":               {`DELETE FROM event_mentions`, "it is not found by the users that its changes name"},
	"a mention made up":                {`INSERT INTO event_mentions (user_key, seq) VALUES ('usr_x', 4)`, "The event 4 is not as it was recorded: it is not found by the users"},
	"a mention of an erased change":    {`DELETE FROM event_changes WHERE target_id = 'robot'`, "it is not found by the users that its changes name"},
	"no secret":                        {`DELETE FROM secrets`, "The secret of the cursors is missing"},
	"no key of the seals":              {`DELETE FROM secrets WHERE name = 'seal-1'`, "A key of the seals is missing"},
	"an erasure of a user":             {`INSERT INTO erasures (user_key, due_at, begun, after_seq, last_seq) SELECT key, created_at, FALSE, 0, 0 FROM users WHERE user_id = 'robot'`, "is to be erased and is in the directory"},
	"a request without event":          {`INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint) SELECT 'frm_x', '', '', 9999, at, at, '' FROM events WHERE seq = 1`, "The event of the request frm_x is missing"},
	"a token put in by hand": {`INSERT INTO tokens (id, digest, user_key, name, description, hint, role, scopes, ranges, issued_at, issued_by, issued_with, shown_to, ends_at, issued_until, replaces, replaced_by, used_on)
		SELECT 'tok_eve', secret, user_key, tokens.name, description, hint, 'owner', scopes, ranges, issued_at, issued_by, issued_with, shown_to, ends_at, issued_until, replaces, replaced_by, used_on
		FROM tokens, secrets WHERE disabled_at IS NOT NULL AND secrets.name = 'cursors'`, "The token tok_eve of robot has no event of its issue"},
	"a token brought back by hand":         {`UPDATE tokens SET revoked_at = NULL WHERE name = 'ended'`, "of robot is revoked and should not be by the history"},
	"a token enabled by hand":              {`UPDATE tokens SET disabled_at = NULL`, "of robot is disabled and should not be by the history"},
	"an answer about a token that is gone": {`INSERT INTO introspections (asker_key, token, asked_at, active, role) SELECT user_key, 'tok_gone', issued_at, TRUE, role FROM tokens WHERE disabled_at IS NOT NULL`, "There is an introspection of the token tok_gone, which does not exist"},
}

// corruptionsOf are those of one engine.
var corruptionsOf = map[database.Engine]map[string]corruption{
	database.SQLite: {
		"an index behind its table": {`DROP TRIGGER users_search_update; UPDATE users SET search_text = search_text || '  more' WHERE user_id = 'robot'`,
			"The index of the search differs from what it indexes"},
		"an index without a user": {`DROP TRIGGER users_search_update; UPDATE users SET search_text = '' WHERE user_id = 'robot'`,
			"The index of the search differs from what it indexes"},
		"an index of the log without words": {`INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`, "it has 0 words"},
		"a rule taken away":                 {`DROP TRIGGER events_are_only_appended`, "The schema lacks the trigger events_are_only_appended"},
		"a rule made harmless": {`CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT 1; END`,
			"The trigger events_are_not_deleted is not as the console made it"},
		"a table of somebody else's": {`CREATE TABLE notes (a TEXT)`, "The schema has the table notes, which no console made"},
	},
	database.PostgreSQL: {
		"an index of the log without words": {`DELETE FROM event_words_index`, "it has 0 words"},
		"an index of the log with another word": {`UPDATE event_words_index SET words = array_to_tsvector(ARRAY(SELECT replace(lexeme, 'bea', 'bee') FROM unnest(words)))`,
			"The index of the audit log differs from the events: it has other words"},
		"a table that cannot be read": {`DROP TABLE done_requests`, "The completed requests could not be read"},
		"a rule taken away":           {`DROP TRIGGER events_are_not_changed ON events`, "The schema lacks the trigger events_are_not_changed"},
	},
}
