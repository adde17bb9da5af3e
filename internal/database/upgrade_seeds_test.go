package database_test

import "regexp"

// seeds are the rows that a released database gets: some of every table, written as
// the console of that version wrote them.
var seeds = []struct {
	from, until int64 // version of the schema; until is 0 for all since
	statements  string
}{
	{from: 1, statements: `INSERT INTO users (number, key, user_id, name, picture_url, kind, role, deactivated, identified, channels, types, time_zone,
			purpose, responsible_key, review_on, sort_name, search_text, created_at, created_by, updated_at, seen_at, version) VALUES
		(1, 'usr_owner', 'owner@example.com', 'Ana Álvarez', NULL, 'person', 'owner', 0, 1, '{"email":true}', '{"comment_mention":true}', 'Europe/Madrid',
			NULL, NULL, NULL, 'ana alvarez', '', 1700000000000000, '', 1700000001000000, 1700000002000000, 2),
		(2, 'usr_robot', 'robot', 'Robot', 'https://pictures.example.com/robot.png', 'service', 'auditor', 0, 0, '{"email":true,"pager":true}', '{"comment_mention":true}', 'UTC',
			'Tests', 'usr_owner', '2027-05-01', 'robot', '', 1700000003000000, 'usr_owner', 1700000007000000, 0, 2),
		(3, 'usr_system', 'platform', NULL, NULL, 'system', 'user', 0, 0, '{"email":true}', '{"comment_mention":true}', 'UTC',
			NULL, NULL, NULL, 'platform', '', 1700000004000000, '', 1700000004000000, 0, 1)`},
	{from: 1, statements: eventSeeds},
	{from: 1, until: 7, statements: detailSeeds},
	{from: 7, statements: withoutSearchText(detailSeeds)},
	{from: 1, statements: appendOnly},
	{from: 1, statements: `INSERT INTO identities (issuer, subject, user_key, address, bound_at, signed_in_at)
			VALUES ('https://id.example.com', 'sub-owner', 'usr_owner', 'owner@example.com', 1700000001000000, 1700000001000000);
		INSERT INTO refused_sign_ins (number, at, address, user_key, reason, request_id) VALUES (1, 1700000001000000, 'x@example.com', '', 'uninvited', 'req_9')`},
	{from: 1, until: 4, statements: `INSERT INTO sessions (id, digest, user_key, started_at, seen_at, expires_at, address, user_agent, id_token, flash)
		VALUES ('ses_1', x'0102', 'usr_owner', 1700000001000000, 1700000002000000, 1700600000000000, '192.0.2.1', 'Firefox', 'hint', 'Saved.')`},
	{from: 4, until: 7, statements: `INSERT INTO sessions (id, digest, user_key, started_at, seen_at, expires_at, address, user_agent, id_token)
		VALUES ('ses_1', x'0102', 'usr_owner', 1700000001000000, 1700000002000000, 1700600000000000, '192.0.2.1', 'Firefox', 'hint')`},
	{from: 7, statements: `INSERT INTO sessions (id, digest, user_key, started_at, seen_at, expires_at, address, user_agent, issuer, subject, sid, confirmed_at, asked_at)
		VALUES ('ses_1', x'0102', 'usr_owner', 1700000001000000, 1700000002000000, 1700600000000000, '192.0.2.1', 'Firefox',
			'https://id.example.com', 'sub-owner', '', 1700000001000000, 1700000001000000);
		INSERT INTO logouts (digest, issuer, subject, sid, issued_at) VALUES (x'0304', 'https://id.example.com', 'sub-other', 'sid-1', 1700000001000000)`},
	{from: 1, until: 2, statements: `UPDATE users SET search_text = 'ana alvarez owner@example.com' WHERE number = 1;
		UPDATE users SET search_text = 'robot' WHERE number = 2; UPDATE users SET search_text = 'platform' WHERE number = 3`},
	{from: 2, statements: `UPDATE users SET search_text = '  ana  alvarez  owner@example.com  ex  co' WHERE number = 1;
		UPDATE users SET search_text = '  robot  robot' WHERE number = 2`}, // and the system user waits for it
	{from: 3, statements: `INSERT INTO saved_views (id, owner_key, name, query, shared, created_at)
		VALUES ('viw_1', 'usr_owner', 'Robots', 'type=service', 1, 1700000003000000)`},
	{from: 1, until: 7, statements: `INSERT INTO kept (what, digest, data, expires_at) VALUES ('form', x'01', x'02', 1700000600000000)`},
	{from: 7, statements: `INSERT INTO kept (digest, data, expires_at) VALUES (x'01', x'02', 1700000600000000);
		INSERT INTO used_attempts (digest, return_to, at) VALUES (x'0101', '/users', 1700000001000000)`},
	{from: 6, until: 8, statements: `INSERT INTO done_forms (key, actor_key, seq, at) VALUES ('frm_1', 'usr_owner', 8, 1700000007000000)`},
	{from: 8, statements: `INSERT INTO erasures (user_key, due_at, begun, after_seq, last_seq) VALUES ('usr_gone', 4000000000000000, 0, 0, 0)`},
	{from: 8, statements: `INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint, answer)
		VALUES ('frm_1', 'usr_owner', 'usr_robot', 8, 1700000007000000, 1700604807000000, 'f', x'7b7d')`},
	{from: 7, statements: `INSERT INTO damaged_indexes (engine, name, found_at) VALUES ('SQLite', 'users_search', 1700000007000000)`},
	{from: 8, statements: `UPDATE sessions SET authenticated_at = 1700000000000000 WHERE id = 'ses_1'`},
	{from: 8, statements: tokenSeeds},
	{from: 8, statements: tokenEventSeeds},
	{from: 8, statements: `INSERT INTO credential_requests (digest, decided_by, user_key, code, token, decided_at, expires_at) VALUES
		(x'0601', 'usr_owner', 'usr_robot', x'0701', 'tok_2', 1700000007000000, 1700000600000000), (x'0602', 'usr_owner', '', x'', '', 1700000007000000, 1700000600000000)`},
	{from: 8, statements: `INSERT INTO users (number, key, user_id, name, picture_url, kind, role, deactivated, identified, channels, types, time_zone,
			purpose, responsible_key, review_on, sort_name, search_text, created_at, created_by, updated_at, seen_at, version) VALUES
			(4, 'usr_bea', 'bea@example.com', 'Bea', NULL, 'person', 'user', 0, 0, '{"email":true}', '{"comment_mention":true}', 'UTC',
				NULL, NULL, NULL, 'bea', '', 1700000009000000, 'usr_owner', 1700000009000000, 0, 1);
		UPDATE users SET responsible_key = 'usr_bea', version = 4 WHERE key = 'usr_robot'` + oldEvents()},
	{from: 10, statements: recordSeeds()},
	{from: 10, statements: batchSeeds()},
}

// eventSeeds are the fixed rows of events.
const eventSeeds = `INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id) VALUES
		(1, 1700000000000000, 'user.created', '', 'usr_owner', 'command', 'cmd_1'),
		(2, 1700000001000000, 'identity.bound', 'usr_owner', 'usr_owner', 'session', 'req_1'),
		(3, 1700000001000000, 'session.started', 'usr_owner', 'usr_owner', 'session', 'req_1'),
		(4, 1700000003000000, 'user.created', 'usr_owner', 'usr_robot', 'session', 'req_2'),
		(5, 1700000004000000, 'user.created', '', 'usr_system', 'command', 'cmd_2'),
		(6, 1700000005000000, 'user.created', 'usr_owner', 'usr_gone', 'session', 'req_3'),
		(7, 1700000006000000, 'user.deleted', 'usr_owner', 'usr_gone', 'session', 'req_4'),
		(8, 1700000007000000, 'user.edited', 'usr_owner', 'usr_robot', 'session', 'req_5')`

// detailSeeds are the details of events.
const detailSeeds = `DROP TRIGGER event_details_are_only_appended; -- who writes events one after the other is not in its way
		INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent, search_text) VALUES
		(1, '', '', 'owner@example.com', '', 'person', 1, '[{"field":"role","old":"","new":"owner"},{"field":"time_zone","old":"","new":"UTC"},
			{"field":"channel.email","old":"off","new":"on"},{"field":"type.comment_mention","old":"off","new":"on"}]', '', '', '', 'owner@example.com'),
		(2, 'owner@example.com', '', 'owner@example.com', 'Ana Álvarez', 'person', 2, '[{"field":"identity","old":"","new":"https://id.example.com sub-owner"},
			{"field":"name","old":"","new":"Ana Álvarez"},{"field":"time_zone","old":"UTC","new":"Europe/Madrid"}]', '', '192.0.2.1', 'Firefox', 'ana alvarez'),
		(3, 'owner@example.com', 'Ana Álvarez', 'owner@example.com', 'Ana Álvarez', 'person', 2, '[{"field":"session","old":"","new":"ses_1"}]', '', '192.0.2.1', 'Firefox', ''),
		(4, 'owner@example.com', 'Ana Álvarez', 'robot', '', 'service', 1, '[{"field":"picture_url","old":"","new":"https://pictures.example.com/robot.png"},
			{"field":"role","old":"","new":"auditor"},{"field":"time_zone","old":"","new":"UTC"},{"field":"purpose","old":"","new":"Tests"},
			{"field":"responsible","old":"","new":"owner@example.com"},{"field":"review_on","old":"","new":"2027-05-01"},
			{"field":"channel.email","old":"off","new":"on"},{"field":"type.comment_mention","old":"off","new":"on"}]', 'needed', '192.0.2.1', 'Firefox', 'robot'),
		(5, '', '', 'platform', '', 'system', 1, '[{"field":"role","old":"","new":"user"},{"field":"time_zone","old":"","new":"UTC"},
			{"field":"channel.email","old":"off","new":"on"},{"field":"type.comment_mention","old":"off","new":"on"}]', '', '', '', 'platform'),
		(8, 'owner@example.com', 'Ana Álvarez', 'robot', 'Robot', 'service', 2, '[{"field":"name","old":"","new":"Robot"}]', '', '192.0.2.1', 'Firefox', 'robot')`

// withoutSearchText returns detailSeeds without the last column, which there is no more.
func withoutSearchText(statements string) string {
	return regexp.MustCompile(`, search_text\)|, '[^']*'\)`).ReplaceAllString(statements, ")")
}

// appendOnly is the trigger of the first migration, letter by letter.
const appendOnly = `CREATE TRIGGER event_details_are_only_appended BEFORE INSERT ON event_details
WHEN NEW.seq < (SELECT MAX(seq) FROM events) OR EXISTS (SELECT 1 FROM event_details WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'event details are only appended'); END;`

// tokenSeeds are a token, its successor, their uses, and who asked about them.
const tokenSeeds = `INSERT INTO tokens (id, digest, user_key, name, description, hint, role, scopes, ranges, issued_at, issued_by, issued_with, shown_to,
			ends_at, issued_until, disabled_at, revoked_at, replaces, replaced_by, rotated_at, used_at, used_address, used_tool, used_on) VALUES
		('tok_1', x'0501', 'usr_robot', 'ingest', 'Nightly.', 'k7Qm', 'user', 'users.read', '192.0.2.0/24', 1700000007000000, 'usr_owner', '', 'usr_owner',
			1700600007000000, 1707776007000000, NULL, NULL, '', 'tok_2', 1700000007000000, 1700000007500000, '192.0.2.7', 'roboto-sdk 0.62', '2023-11-14'),
		('tok_2', x'0502', 'usr_robot', 'ingest', 'Nightly.', 'k7Qn', 'user', 'users.read', '', 1700000007000000, 'usr_owner', 'tok_1', '',
			253402300799000000, 253402300799000000, 1700000007000000, 1700000007000000, 'tok_1', '', NULL, NULL, '', '', '2023-11-14');
	INSERT INTO token_uses (token, day, asker, tool, network, address, uses, refused, hours, first_at, last_at, refused_at) VALUES
		('tok_1', '2023-11-14', '', 'roboto-sdk 0.62', '192.0.2.0/24', '192.0.2.7', 3, 1, 4194304, 1700000007000000, 1700000007500000, 1700000007600000),
		('tok_2', '2023-11-14', 'usr_robot', '', '', '192.0.2.8', 0, 1, 4194304, NULL, NULL, 1700000007600000);
	INSERT INTO token_clients_struck (token, asker, tool, network, by_key, at) VALUES ('tok_1', '', 'curl 8', '192.0.2.0/24', 'usr_owner', 1700000007000000);
	INSERT INTO introspections (asker_key, token, asked_at, active, role) VALUES ('usr_robot', 'tok_1', 1700000007000000, 1, 'user')`

// tokenEventSeeds are the history of tokenSeeds.
const tokenEventSeeds = `INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id) VALUES (9, 1700000007000000, 'token.issued', 'usr_owner', 'usr_robot', 'session', 'req_6');
	INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent) VALUES
		(9, 'owner@example.com', 'Ana Álvarez', 'robot', 'Robot', 'service', 2, '[{"field":"token","old":"","new":"tok_1"},{"field":"token_name","old":"","new":"ingest"}]', '', '192.0.2.1', 'Firefox');
	INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id) VALUES (10, 1700000007000000, 'token.issued', 'usr_owner', 'usr_robot', 'session', 'req_6');
	INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent) VALUES
		(10, 'owner@example.com', 'Ana Álvarez', 'robot', 'Robot', 'service', 2, '[{"field":"token","old":"","new":"tok_2"},{"field":"token_name","old":"","new":"ingest"}]', '', '192.0.2.1', 'Firefox');
	INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id) VALUES (11, 1700000007000000, 'token.disabled', 'usr_owner', 'usr_robot', 'session', 'req_6');
	INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent) VALUES
		(11, 'owner@example.com', 'Ana Álvarez', 'robot', 'Robot', 'service', 2, '[{"field":"token","old":"","new":"tok_2"},{"field":"token_name","old":"","new":"ingest"}]', '', '192.0.2.1', 'Firefox');
	INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id) VALUES (12, 1700000007000000, 'token.revoked', 'usr_owner', 'usr_robot', 'session', 'req_6');
	INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent) VALUES
		(12, 'owner@example.com', 'Ana Álvarez', 'robot', 'Robot', 'service', 2, '[{"field":"token","old":"","new":"tok_2"},{"field":"token_name","old":"","new":"ingest"}]', '', '192.0.2.1', 'Firefox')`
