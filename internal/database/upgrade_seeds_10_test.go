package database_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/audit"
)

// recordSeeds are values of the record's newer fields, with their event.
func recordSeeds() string {
	return `UPDATE users SET department = 'Field operations', title = 'Engineer', manager_key = 'usr_owner', labels = 'contractor,night shift', note = 'Back in May.' || char(10) || 'Ask Ana.',
			version = 2, updated_at = 1700000020000000 WHERE key = 'usr_bea';` +
		partedEvent(1, "user.edited", "usr_bea", audit.ChangePart{TargetID: "bea@example.com", TargetName: "Bea", TargetKind: "person", TargetVersion: 2},
			[]audit.Change{
				{Field: "department", New: "Field operations"}, {Field: "title", New: "Engineer"}, {Field: "manager", New: "usr_owner owner@example.com"},
				{Field: "labels", New: "contractor,night shift"}, {Field: "note", New: "Back in May.\nAsk Ana."},
			})
}

// batchSeeds are a user deleted with grace, a batch, a planned departure, and bookkeeping.
func batchSeeds() string {
	target := audit.ChangePart{TargetID: "cleo@example.com", TargetName: "Cleo", TargetKind: "person", TargetVersion: 1}
	return partedEvent(2, "user.created", "usr_cleo", target, []audit.Change{{Field: "role", New: "user"}}) +
		partedEvent(3, "user.deleted", "usr_cleo", target, []audit.Change{{Field: "role", Old: "user"}}) + `
		INSERT INTO deleted_users (key, user_id, name, kind, role, record, kept, deleted_at, deleted_by, seq, ends_at)
			SELECT 'usr_cleo', 'cleo@example.com', 'Cleo', 'person', 'user', '{}', '{}', 1700000020000000, 'usr_owner', MAX(seq), 4000000000000000 FROM events;
		INSERT INTO deleted_identities (issuer, subject, user_key) VALUES ('https://id.example.com', 'sub-cleo', 'usr_cleo');
		INSERT INTO batches (id, act, input, reason, actor_key, actor, query, undoes, state, cause, items, changed, same, refused, moved, effects, created_at, started_at, ended_at, worker, leased_until, expires_at)
			VALUES ('bat_1', 'deactivate', '{}', 'Season is over.', 'usr_owner', '{"via":"session"}', 'role=user', '', 'prepared', '', 1, 0, 0, 0, 0, '{}', 1700000020000000, NULL, NULL, '', 0, 4000000000000000);
		INSERT INTO batch_items (batch, item, user_key, version, input, state, cause, seq) VALUES ('bat_1', 1, 'usr_bea', 2, '', '', '', 0);
		INSERT INTO planned_departures (user_key, due_at, plan, reason, actor_key, actor, created_at)
			VALUES ('usr_bea', 4000000000000000, '{}', 'Leaves in May.', 'usr_owner', '{"via":"session"}', 1700000020000000);
		INSERT INTO notices_seen (user_key, seq) VALUES ('usr_owner', 3)`
}

// partedEvent returns the statements that append the n-th event after those of the older seeds,
// with its parts and digests.
func partedEvent(n int, action, target string, part audit.ChangePart, changes []audit.Change) string {
	seq := int64(12 + len(oldForms) + n)
	row := audit.Row{Seq: seq, At: time.UnixMicro(1700000020000000).UTC(), Action: action, ActorKey: "usr_owner", TargetKey: target, Via: "session", RequestID: "req_new"}
	actor := audit.ActorPart{ActorID: "owner@example.com", ActorName: "Ana Álvarez", ActorKind: "person", Address: "192.0.2.1", UserAgent: "Firefox"}
	part.Changes, _ = audit.EncodeChanges(changes)
	nonce := audit.Nonce{1}
	var b strings.Builder
	fmt.Fprintf(&b, `
		INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)
			VALUES (%d, %d, '%s', '%s', '%s', '%s', '%s', '', 0, '', '', %d, x'%x', x'%x');`,
		seq, row.At.UnixMicro(), action, row.ActorKey, target, row.Via, row.RequestID, audit.Version, part.Digest(row, nonce), actor.Digest(row, nonce))
	fmt.Fprintf(&b, `
		INSERT INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes) VALUES (%d, x'%x', '%s', '%s', '%s', %d, '%s');
		INSERT INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent) VALUES (%d, x'%x', '%s', '%s', '%s', '', '%s', '%s');`,
		seq, nonce, part.TargetID, part.TargetName, part.TargetKind, part.TargetVersion, part.Changes,
		seq, nonce, actor.ActorID, actor.ActorName, actor.ActorKind, actor.Address, actor.UserAgent)
	for _, key := range audit.Mentions(changes) {
		fmt.Fprintf(&b, `
		INSERT INTO event_mentions (user_key, seq) VALUES ('%s', %d);`, key, seq)
	}
	return b.String()
}
