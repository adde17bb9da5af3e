//go:build postgres

package users_test

import (
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// inFiles raises an exception if one of the texts is in the bytes of a table or an index.
const inFiles = `DO $$
DECLARE r RECORD; content TEXT;
BEGIN
	FOR r IN SELECT c.relname, pg_relation_filepath(c.oid) AS path FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE (n.nspname = current_schema() OR n.nspname = 'pg_toast') AND c.relkind IN ('r', 'i', 't') AND c.oid >= 16384 LOOP
		content := lower(encode(pg_read_binary_file(r.path), 'escape'));
		IF content ~ '(TEXTS)' THEN
			RAISE EXCEPTION 'left in %: %', r.relname, (regexp_match(content, '(TEXTS)'))[1];
		END IF;
	END LOOP;
END $$`

// TestErasedFromPostgresFiles looks for an erased user in the files of all tables and indexes,
// after what the documents tell to have the old bytes gone at once.
func TestErasedFromPostgresFiles(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	d := userstest.NewAt(t, url)
	lived(t, d)
	var patterns []string
	for _, text := range anaTraces {
		patterns = append(patterns, strings.NewReplacer(".", `\.`, "%", `%`).Replace(text))
	}
	look := strings.ReplaceAll(inFiles, "TEXTS", strings.Join(patterns, "|"))
	databasetest.RunPostgres(t, url, `CHECKPOINT`)
	databasetest.RunPostgres(t, url, mustRaise(look))
	if _, err := d.EraseUser(t.Context(), users.Command("cmd"), anaID, users.ErasureRequest{}); err != nil {
		t.Fatal(err)
	}
	databasetest.RunPostgres(t, url, `VACUUM FULL`)
	databasetest.RunPostgres(t, url, `CHECKPOINT`)
	databasetest.RunPostgres(t, url, look)
}

// mustRaise returns statements that fail unless those in the block raise an exception.
func mustRaise(block string) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(block, "DO $$"), " $$")
	return `DO $outer$ BEGIN BEGIN EXECUTE $inner$DO $deep$` + inner + `$deep$$inner$; EXCEPTION WHEN raise_exception THEN RETURN; END;
		RAISE EXCEPTION 'nothing is found before the erasure'; END $outer$`
}
