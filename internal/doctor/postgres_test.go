//go:build postgres

package doctor_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/doctor"
)

// TestDatabaseOfPostgreSQL checks a new database, to which PUBLIC may connect by default, as
// the role that owns it.
func TestDatabaseOfPostgreSQL(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.config.Database = databasetest.PostgresURL(t)
	found := w.examine(t)
	mustBlameOnly(t, found, "database access", "database rights")
	for check, want := range map[string]struct {
		level    doctor.Level
		contains string
	}{
		"database encryption": {doctor.OK, "does not leave this machine"},
		"database server":     {doctor.OK, "accepts writes"},
		"database search":     {doctor.OK, "pg_trgm"},
		"database schema":     {doctor.OK, "the one of this program"},
		"database rights":     {doctor.Warning, "--serve-role"},
		"database access":     {doctor.Warning, "FROM PUBLIC"},
	} {
		expect(t, found, check, want.level, want.contains)
	}
}
