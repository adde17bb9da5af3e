package database_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
)

// TestUpgradeKeepsAttempts upgrades a database while two people are at the provider and a
// form is kept: the attempts cannot be finished, but lead to where they were to lead.
func TestUpgradeKeepsAttempts(t *testing.T) {
	t.Parallel()
	url, path := unpackReleased(t, 6)
	upgradeWithAttempts(t, "sqlite", path, url, func(text string) string { return `CAST(` + text + ` AS BLOB)` }, `1700000600000000`)
}

// upgradeWithAttempts upgrades a database of schema 6. In its engine, bytes are those of
// a text, and at is a time.
func upgradeWithAttempts(t *testing.T, driver, dsn, url string, bytes func(string) string, at string) {
	t.Helper()
	before, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	for digest, row := range map[string][2]string{
		"audit": {"attempt", `{"State":"s","Nonce":"n","Verifier":"v","ReturnTo":"/audit?q=a\u0026b=c"}`},
		"plain": {"attempt", `{"State":"s","Nonce":"n","Verifier":"v"}`},
		"form":  {"form", `{"Path":"/profile"}`},
	} {
		_, err := before.ExecContext(t.Context(), `INSERT INTO kept (what, digest, data, expires_at)
			VALUES ('`+row[0]+`', `+bytes("$1")+`, `+bytes("$2")+`, `+at+`)`, digest, row[1])
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := database.Open(t.Context(), url, database.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]map[string]string{
		`SELECT digest, return_to FROM used_attempts`: {"audit": "/audit?q=a&b=c", "plain": "/"},
		`SELECT digest, data FROM kept`:               {"form": `{"Path":"/profile"}`},
	} {
		if diff := cmp.Diff(want, addedValues(t, db, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// addedValues returns the values of a query by digest, without those of the released file.
func addedValues(t *testing.T, db *database.DB, query string) map[string]string {
	t.Helper()
	rows, err := db.Reads().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	values := map[string]string{}
	for rows.Next() {
		var digest, value []byte
		if err := rows.Scan(&digest, &value); err != nil {
			t.Fatal(err)
		}
		if len(digest) > 1 { // else it is of the released file
			values[string(digest)] = string(value)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
