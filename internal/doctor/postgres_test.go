//go:build postgres

package doctor_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/doctor"
)

// TestDatabaseOfPostgreSQL looks at a new database of PostgreSQL, to which PUBLIC may connect
// as to each new one, as a role that owns it.
func TestDatabaseOfPostgreSQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.Database = databasetest.PostgresURL(t)
	found := w.examine(t)
	onlyThese(t, found, "database access", "database rights")
	for check, want := range map[string]struct {
		level doctor.Level
		says  string
	}{
		"database encryption": {doctor.OK, "does not leave this machine"},
		"database server":     {doctor.OK, "takes writes"},
		"database search":     {doctor.OK, "pg_trgm"},
		"database schema":     {doctor.OK, "the one of this program"},
		"database rights":     {doctor.Warning, "--serve-role"},
		"database access":     {doctor.Warning, "FROM PUBLIC"},
	} {
		expect(t, found, check, want.level, want.says)
	}
}
