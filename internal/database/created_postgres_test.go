//go:build postgres

package database_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestPostgresCreated opens an empty database of PostgreSQL twice: it is new the first time.
func TestPostgresCreated(t *testing.T) {
	t.Parallel()
	url := databasetest.NewPostgres(t, `TEMPLATE template0`)
	for _, want := range []bool{true, false} {
		db, err := database.Open(t.Context(), url, database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := db.Created(); got != want {
			t.Errorf("created: got %v, want %v", got, want)
		}
		_ = db.Close()
	}
}
