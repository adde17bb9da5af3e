//go:build postgres

package torture

import "github.com/roboto-ai/console/internal/database/databasetest"

func init() { engines["postgres"] = databasetest.PostgresURL }
