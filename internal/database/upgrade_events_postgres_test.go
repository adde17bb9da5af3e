//go:build postgres

package database_test

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// userSeedsOnPostgres are the users of the seeds, as PostgreSQL keeps them in schema 8.
const userSeedsOnPostgres = `INSERT INTO users (number, key, user_id, name, picture_url, kind, role, deactivated, identified, channels, types, time_zone,
		purpose, responsible_key, review_on, sort_name, search_text, created_at, created_by, updated_at, seen_at, version) VALUES
	(1, 'usr_owner', 'owner@example.com', 'Ana Álvarez', NULL, 'person', 'owner', FALSE, TRUE, '{"email":true}', '{"comment_mention":true}', 'Europe/Madrid',
		NULL, NULL, NULL, 'ana alvarez', '', now(), '', now(), to_timestamp(0), 2),
	(4, 'usr_bea', 'bea@example.com', 'Bea', NULL, 'person', 'user', FALSE, FALSE, '{"email":true}', '{"comment_mention":true}', 'UTC',
		NULL, NULL, NULL, 'bea', '', now(), 'usr_owner', now(), to_timestamp(0), 1),
	(2, 'usr_robot', 'robot', 'Robot', 'https://pictures.example.com/robot.png', 'service', 'auditor', FALSE, FALSE, '{"email":true,"pager":true}', '{"comment_mention":true}', 'UTC',
		'Tests', 'usr_bea', '2027-05-01', 'robot', '', now(), 'usr_owner', now(), to_timestamp(0), 4),
	(3, 'usr_system', 'platform', NULL, NULL, 'system', 'user', FALSE, FALSE, '{"email":true}', '{"comment_mention":true}', 'UTC',
		NULL, NULL, NULL, 'platform', '', now(), '', now(), to_timestamp(0), 1);
	INSERT INTO identities (issuer, subject, user_key, address, bound_at, signed_in_at) VALUES ('https://id.example.com', 'sub-owner', 'usr_owner', 'owner@example.com', now(), now())`

// TestEventsAreRewrittenOnPostgres is [TestEventsAreRewritten] on PostgreSQL.
func TestEventsAreRewrittenOnPostgres(t *testing.T) {
	t.Parallel()
	url := newPostgresURL(t)
	if err := database.MigratePostgresTo(t.Context(), url, 8); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, details, _ := strings.Cut(withoutSearchText(detailSeeds), "\n") // after the trigger
	microseconds := regexp.MustCompile(`\b\d{16}\b`)
	for _, statements := range []string{
		userSeedsOnPostgres,
		`SET session_replication_role = replica; ` + eventSeeds + `; ` + details + oldEvents() + `; SET session_replication_role = DEFAULT`,
	} {
		if _, err := db.ExecContext(t.Context(), microseconds.ReplaceAllString(statements, "to_timestamp($0 / 1000000.0)")); err != nil {
			t.Fatal(err)
		}
	}
	rewriteOldForms(t, "pgx", url, url)
}
