//go:build postgres

package database_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestUpgradePostgresKeepsAttempts is [TestUpgradeKeepsAttempts] on PostgreSQL.
func TestUpgradePostgresKeepsAttempts(t *testing.T) {
	t.Parallel()
	url := newPostgresURL(t)
	if err := database.MigratePostgresTo(t.Context(), url, 6); err != nil {
		t.Fatal(err)
	}
	upgradeWithAttempts(t, "pgx", url, url, func(text string) string { return `convert_to(` + text + `, 'UTF8')` }, `now()`)
}
