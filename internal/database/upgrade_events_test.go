package database_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// oldForms are events of schema 8 after the first ones: of every form that a change had, with
// what its changes are to become, "" for no change.
var oldForms = []struct {
	action, actor, actorID, target, targetID string
	version                                  int
	via, changes, want                       string
	mentions                                 string // keys of the users whom the changes name
}{
	{"user.created", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session",
		`[{"field":"name","old":"","new":"Bea"},{"field":"role","old":"","new":"user"},{"field":"time_zone","old":"","new":"UTC"},{"field":"channel.email","old":"off","new":"on"},{"field":"type.comment_mention","old":"off","new":"on"}]`, "", ""},
	{"user.created", "usr_owner", "owner@example.com", "usr_old", "bea.old@example.com", 1, "session", `[{"field":"role","old":"","new":"user"}]`, "", ""},
	{"user.edited", "usr_owner", "owner@example.com", "usr_robot", "robot", 3, "session",
		`[{"field":"responsible","old":"owner@example.com","new":"bea.old@example.com"},{"field":"purpose","old":"Tests","new":"<Tests> & \"more\""},{"field":"purpose","old":"<Tests> & \"more\"","new":"Tests"}]`,
		`[{"field":"responsible","old":"usr_owner owner@example.com","new":"usr_old bea.old@example.com"},{"field":"purpose","old":"Tests","new":"<Tests> & \"more\""},{"field":"purpose","old":"<Tests> & \"more\"","new":"Tests"}]`, "usr_old usr_owner"},
	{"user.deleted", "usr_owner", "owner@example.com", "usr_old", "bea.old@example.com", 1, "session", `[{"field":"role","old":"user","new":""}]`, "", ""},
	{"user.handed_over", "usr_owner", "owner@example.com", "usr_robot", "robot", 4, "session", `[{"field":"responsible","old":"bea.old@example.com","new":"bea@example.com"}]`,
		`[{"field":"responsible","old":"usr_old bea.old@example.com","new":"usr_bea bea@example.com"}]`, "usr_bea usr_old"},
	{"user.deleted", "", "", "usr_x", "robot-x", 2, "command", `[{"field":"responsible","old":"unknown@example.com","new":""}]`, "", ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_owner", "owner@example.com", 2, "session", `[{"field":"session","old":"ses_2","new":"ended: signed out"}]`,
		`[{"field":"session","old":"ses_2","new":"signed_out"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_owner", "owner@example.com", 2, "session", `[{"field":"session","old":"ses_3","new":"ended: signed in again"}]`,
		`[{"field":"session","old":"ses_3","new":"signed_in_again"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_owner", "owner@example.com", 2, "session", `[{"field":"session","old":"ses_4","new":"ended: too many sessions"}]`,
		`[{"field":"session","old":"ses_4","new":"session_limit"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session", `[{"field":"session","old":"ses_5","new":"ended: deactivated"}]`,
		`[{"field":"session","old":"ses_5","new":"deactivated"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_old", "bea.old@example.com", 1, "session", `[{"field":"session","old":"ses_6","new":"ended: deleted"}]`,
		`[{"field":"session","old":"ses_6","new":"deleted"}]`, ""},
	{"session.ended", "", "", "usr_bea", "bea@example.com", 1, "command", `[{"field":"session","old":"ses_7","new":"ended: role changed"}]`,
		`[{"field":"session","old":"ses_7","new":"role_changed"}]`, ""},
	{"session.ended", "", "", "usr_bea", "bea@example.com", 1, "command", `[{"field":"session","old":"ses_8","new":"ended: sign-in reset"}]`,
		`[{"field":"session","old":"ses_8","new":"sign_in_reset"}]`, ""},
	{"session.ended", "", "", "usr_bea", "bea@example.com", 1, "provider", `[{"field":"session","old":"ses_9","new":"ended: signed out at the provider"}]`,
		`[{"field":"session","old":"ses_9","new":"provider_signed_out"}]`, ""},
	{"session.ended", "", "", "usr_bea", "bea@example.com", 1, "provider", `[{"field":"session","old":"ses_10","new":"ended: no longer signed in at the provider"}]`,
		`[{"field":"session","old":"ses_10","new":"provider_not_signed_in"}]`, ""},
	{"session.ended", "", "", "usr_bea", "bea@example.com", 1, "provider", `[{"field":"session","old":"ses_11","new":"ended: signed in at the provider with another account"}]`,
		`[{"field":"session","old":"ses_11","new":"provider_other_account"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session", `[{"field":"session","old":"ses_12","new":"ended: by owner@example.com"}]`,
		`[{"field":"session","old":"ses_12","new":"ended"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session", `[{"field":"session","old":"ses_13","new":"ended: by a comet"}]`,
		`[{"field":"session","old":"ses_13","new":"ended"}]`, ""},
	{"session.ended", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session", `[{"field":"session","old":"ses_14","new":"ended: a text of no console"}]`, "", ""},
	{"access.refused", "usr_owner", "owner@example.com", "usr_bea", "bea@example.com", 1, "session", `[{"field":"refusal","old":"","new":"POST /users/:id/role"}]`, "", ""},
	{"access.refused", "usr_owner", "owner@example.com", "", "nobody@example.com", 0, "session", `[{"field":"refusal","old":"","new":"form posted from another site"}]`,
		`[{"field":"refusal","old":"","new":"cross_origin"}]`, ""},
	{"access.refused", "usr_owner", "owner@example.com", "", "", 0, "session", `[{"field":"refusal","old":"","new":"/profile: role, x: y"}]`,
		`[{"field":"refusal","old":"","new":"/profile"},{"field":"fields","old":"","new":"role, x: y"}]`, ""},
	{"session.refused", "", "", "usr_bea", "bea@example.com", 1, "session", `[{"field":"refusal","old":"","new":"taken"}]`, "", ""},
	{"identity.moved", "", "", "usr_owner", "owner@example.com", 2, "command", `[{"field":"identity","old":"https://id.example.com a","new":"https://id.example.com sub-owner"}]`, "", ""},
	{"view.saved", "usr_owner", "owner@example.com", "", "", 0, "session", `[{"field":"name","old":"","new":"Robots"},{"field":"query","old":"","new":"type=service"},{"field":"shared","old":"","new":"on"}]`, "", ""},
	{"directory.exported", "usr_owner", "owner@example.com", "", "", 0, "session", `[{"field":"format","old":"","new":"csv"},{"field":"users","old":"","new":"about 12000"}]`, "", ""},
	{"directory.export_ended", "", "", "", "", 0, "schedule", `[{"field":"export","old":"","new":"30"},{"field":"users","old":"","new":"2"},{"field":"of","old":"","new":"2"},{"field":"end","old":"","new":"complete"}]`, "", ""},
	{"user.unheard_of", "usr_robot", "robot", "", "", 0, "token", `[]`, "", ""},
	{"user.unheard_of", "", "", "", "", 0, "command", `[{"field":"responsible","old":"","new":"bea@example.com"}]`, "", ""},
}

// oldEvents returns the statements that write oldForms, of which the n-th has the request old_n.
func oldEvents() string {
	var b strings.Builder
	for i, e := range oldForms {
		fmt.Fprintf(&b, `;
			INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id)
			SELECT MAX(seq) + 1, %[2]d, '%[3]s', '%[4]s', '%[5]s', '%[6]s', 'old_%[1]d' FROM events;
			INSERT INTO event_details (seq, actor_id, actor_name, target_id, target_name, target_kind, target_version, changes, reason, address, user_agent)
			SELECT MAX(seq), '%[7]s', '', '%[8]s', '', '', %[9]d, '%[10]s', 'because', '192.0.2.7', 'Firefox' FROM events`,
			i, 1700000010000000+i, e.action, e.actor, e.target, e.via, e.actorID, e.targetID, e.version, e.changes)
	}
	return b.String()
}

// A rewritten is the part of an upgraded event that is compared.
type rewritten struct{ action, changes, actorKind, mentions string }

// TestEventsAreRewritten upgrades events of every form: texts become codes and keys, and what no
// console wrote stays. An event whose details were erased stays one.
func TestEventsAreRewritten(t *testing.T) {
	t.Parallel()
	url, path := unpackReleased(t, 8)
	rewriteOldForms(t, "sqlite", path, url)
}

// rewriteOldForms upgrades a database of schema 8 that holds oldForms, after erasing the details
// of the last of them.
func rewriteOldForms(t *testing.T, driver, dsn, url string) {
	t.Helper()
	before, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	var events int
	if err := before.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM events`).Scan(&events); err != nil {
		t.Fatal(err)
	}
	if _, err := before.ExecContext(t.Context(), `DELETE FROM event_details WHERE seq = (SELECT MAX(seq) FROM events)`); err != nil {
		t.Fatal(err)
	}
	var told [][2]int64
	db, err := database.Open(t.Context(), url, database.Options{Existing: true, Migrating: func(done, total int64) { told = append(told, [2]int64{done, total}) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if last := told[len(told)-1]; last != [2]int64{int64(events), int64(events)} {
		t.Errorf("the progress ended at %v, want all of %d events", last, events)
	}
	got := rewrittenEvents(t, db)
	for i, form := range oldForms {
		want := rewritten{action: form.action, changes: cmp.Or(form.want, form.changes), actorKind: kindsOfActors[form.via]}
		for _, key := range strings.Fields(form.mentions) {
			want.mentions += key + " "
		}
		if i == len(oldForms)-1 {
			want = rewritten{action: form.action}
		}
		if got[fmt.Sprintf("old_%d", i)] != want {
			t.Errorf("form %d: got %+v, want %+v", i, got[fmt.Sprintf("old_%d", i)], want)
		}
	}
	faultless(t, url)
}

// kindsOfActors are what the actors of old events were.
var kindsOfActors = map[string]string{"session": "person", "command": "operator", "provider": "provider", "schedule": "console", "token": "service"}

// rewrittenEvents returns the events of an upgraded database by their requests.
func rewrittenEvents(t *testing.T, db *database.DB) map[string]rewritten {
	t.Helper()
	rows, err := db.Reads().QueryContext(t.Context(), `SELECT e.request_id, e.action, COALESCE(c.changes, ''), COALESCE(a.actor_kind, ''), COALESCE(m.user_key, '')
		FROM events e LEFT JOIN event_changes c ON c.seq = e.seq LEFT JOIN event_actors a ON a.seq = e.seq LEFT JOIN event_mentions m ON m.seq = e.seq
		ORDER BY e.seq, m.user_key`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]rewritten{}
	for rows.Next() {
		var request, mention string
		var r rewritten
		if err := rows.Scan(&request, &r.action, &r.changes, &r.actorKind, &mention); err != nil {
			t.Fatal(err)
		}
		if r.mentions = all[request].mentions; mention != "" {
			r.mentions += mention + " "
		}
		all[request] = r
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
