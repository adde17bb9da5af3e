package database_test

import (
	"database/sql"
	"strconv"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestBulkInsert checks that all rows are written, however they are divided into calls and
// statements.
func TestBulkInsert(t *testing.T) {
	t.Parallel()
	for name, calls := range map[string][]int{"none": {}, "less than a statement": {5}, "full statements": {32, 32}, "one by one": make([]int, 70), "across statements": {31, 40, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newScratchFile(t)
			want := 0
			err := db.BulkLoad(t.Context(), func(tx *sql.Tx) error {
				b := database.NewBulkInsert(tx, `INTO scratch (at, word) VALUES`, `(?, ?)`)
				for _, rows := range calls {
					var values []any
					for range max(rows, 1) {
						want++
						values = append(values, want, strconv.Itoa(want))
					}
					if err := b.Add(t.Context(), values...); err != nil {
						return err
					}
				}
				return b.Flush(t.Context())
			}, func(int, int) {})
			if err != nil {
				t.Fatal(err)
			}
			var got int
			if err := db.Reads().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM scratch WHERE word = CAST(at AS TEXT)`).Scan(&got); err != nil || got != want {
				t.Errorf("got %d rows (%v), want %d", got, err, want)
			}
		})
	}
}
