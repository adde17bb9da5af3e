//go:build postgres

package database_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// canary is a password that no error may contain.
const canary = "canary-Ue0xW3rvWb"

// withPassword returns an address with the canary for its password.
func withPassword(t *testing.T, address, role string) string {
	t.Helper()
	return strings.Replace(databasetest.As(t, address, role), "@", ":"+canary+"@", 1)
}

// asksForPasswords has the server ask a role for its password, which others need not give.
func asksForPasswords(t *testing.T, db *database.DB, role string) {
	t.Helper()
	var path string
	if err := db.Reads().QueryRowContext(t.Context(), `SHOW hba_file`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("host all %s 127.0.0.1/32 scram-sha-256\n", role)
	if err := os.WriteFile(path, append([]byte(line), rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	databasetest.RunServer(t, `SELECT pg_reload_conf()`)
}

// bare are the options of a database that nothing is in.
const bare = `ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0`

// unusable are databases that cannot be used.
var unusable = map[string]struct {
	url func(*testing.T) string
	o   database.Options
	why string
}{
	"no such role": {func(t *testing.T) string { return databasetest.As(t, databasetest.PostgresURL(t), "nobody_at_all") }, database.Options{}, "does not let this role in"},
	"no such database": {func(t *testing.T) string {
		return strings.Replace(databasetest.PostgresURL(t), "/test_", "/no_test_", 1)
	}, database.Options{}, "is not there"},
	"no server": {func(t *testing.T) string { return databasetest.Through(t, databasetest.PostgresURL(t), "127.0.0.1:1") }, database.Options{}, "cannot be reached"},
	"SQL_ASCII": {func(t *testing.T) string {
		return databasetest.NewPostgres(t, `ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`)
	}, database.Options{}, "has the encoding SQL_ASCII"},
	"LATIN1": {func(t *testing.T) string {
		return databasetest.NewPostgres(t, `ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
	}, database.Options{}, "has the encoding LATIN1"},
	"a newer schema": {func(t *testing.T) string {
		return changedTo(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
	}, database.Options{}, "newer console"},
	"an older schema, and no right to mend it": {func(t *testing.T) string {
		role := databasetest.NewRole(t, "")
		return databasetest.As(t, changedTo(t, `UPDATE goose_db_version SET version_id = 5 WHERE version_id > 0; GRANT SELECT ON goose_db_version TO `+role), role)
	}, database.Options{}, "was last used by an older console"},
	"nothing, and no right to make it": {func(t *testing.T) string {
		return databasetest.As(t, databasetest.NewPostgres(t, bare), databasetest.NewRole(t, ""))
	}, database.Options{}, "holds no console yet, and this role may not make one"},
	"nothing, where something is expected": {func(t *testing.T) string { return databasetest.NewPostgres(t, bare) }, database.Options{Existing: true}, "holds no console yet"},
	"no right to add pg_trgm": {func(t *testing.T) string {
		role, url := databasetest.NewRole(t, ""), databasetest.NewPostgres(t, bare)
		databasetest.RunPostgres(t, url, `GRANT CREATE ON SCHEMA public TO `+role)
		return databasetest.As(t, url, role)
	}, database.Options{}, "does not let this role do what is needed"},
	"tables of another program": {func(t *testing.T) string {
		url := databasetest.NewPostgres(t, bare)
		databasetest.RunPostgres(t, url, `CREATE TABLE users (name TEXT)`)
		return url
	}, database.Options{}, "holds tables of another program"},
	"a role to serve that is not there": {func(t *testing.T) string { return databasetest.PostgresURL(t) }, database.Options{ServeRole: `no "such" role`}, "has no role"},
}

// TestOpenRefusesPostgres opens databases that cannot be used, and checks that no error contains
// the password.
func TestOpenRefusesPostgres(t *testing.T) {
	t.Parallel()
	for name, test := range unusable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := test.url(t)
			shown, _, _ := strings.Cut(url, "?")
			url = strings.Replace(url, "@", ":"+canary+"@", 1)
			db, err := database.Open(t.Context(), url, test.o)
			if err == nil {
				_ = db.Close()
			}
			refused(t, err, shown, test.why)
			keepsPassword(t, err)
		})
	}
}

// keepsPassword fails the test if err contains the canary in any format.
func keepsPassword(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		if strings.Contains(text, canary) {
			t.Errorf("the password is printed: %s", text)
		}
	}
}

// changedTo returns the address of a database of ours in which statements have run.
func changedTo(t *testing.T, statements string) string {
	t.Helper()
	url := databasetest.PostgresURL(t)
	databasetest.RunPostgres(t, url, statements)
	return url
}

// TestOpenWithPassword comes in with the right password, from the address or beside it,
// and not with another.
func TestOpenWithPassword(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	role := databasetest.NewRole(t, "right")
	databasetest.RunPostgres(t, url, `GRANT pg_read_all_data TO `+role)
	asksForPasswords(t, databasetest.Open(t, url, database.Options{}), role)
	shown, _, _ := strings.Cut(databasetest.As(t, url, role), "?")
	_, err := database.Open(t.Context(), withPassword(t, url, role), database.Options{})
	refused(t, err, shown, "refuses the password")
	keepsPassword(t, err)
	_, err = database.Open(t.Context(), databasetest.As(t, url, role), database.Options{Password: canary})
	refused(t, err, shown, "refuses the password")
	keepsPassword(t, err)
	for _, o := range []database.Options{{Password: "right"}, {}} {
		address := databasetest.As(t, url, role)
		if o.Password == "" {
			address = strings.Replace(address, "@", ":right@", 1)
		}
		db, err := database.Open(t.Context(), address, o)
		if err != nil {
			t.Fatal(err)
		}
		if db.Name() != shown || db.Close() != nil {
			t.Errorf("got the name %s", db.Name())
		}
	}
}

// TestOpenRefusesAddressesOfPostgres refuses incomplete addresses without printing a password.
func TestOpenRefusesAddressesOfPostgres(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://", "postgres://console:" + canary + "@127.0.0.1", "postgresql://console:" + canary + "@:port/console",
		"postgres://console:" + canary + "@127.0.0.1:1/console?sslmode=perhaps", "postgres://127.0.0.1:1/console?target_session_attrs=x&password=" + canary,
	} {
		_, err := database.Open(t.Context(), address, database.Options{})
		if err == nil || !strings.Contains(err.Error(), "is not the address of a database") {
			t.Errorf("%s: got %v", address, err)
			continue
		}
		keepsPassword(t, err)
		keepsPassword(t, database.CheckURL(address))
	}
}

// TestExplainExtension has the server say what it says where an extension is not
// installed.
func TestExplainExtension(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `CREATE EXTENSION no_such_extension`)
	refused(t, database.ExplainPostgres("postgres://x", err), "postgres://x", "lacks something")
}
