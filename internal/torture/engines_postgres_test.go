//go:build postgres

package torture

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

func init() {
	if databasetest.Engine() == database.PostgreSQL { // SQLite is tested without CONSOLE_TEST_ENGINE
		clear(engines)
	}
	engines["postgres"] = func(tb testing.TB) string {
		return databasetest.As(tb, databasetest.PostgresURL(tb), databasetest.ServeRole)
	}
}
