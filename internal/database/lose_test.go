package database_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestLostAnswers loses the answer to a commit in each way, and looks whether the
// change is there.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		loss  database.Loss
		want  error
		words int
	}{
		"nothing is lost": {database.LoseNothing, nil, 1},
		"the answer":      {database.LoseAnswer, database.ErrUnknown, 1},
		"the commit":      {database.LoseCommit, database.ErrUnknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loss := database.LoseNothing
			db := databasetest.NewWith(t, database.Options{Lose: func() database.Loss { return loss }})
			mustWrite(t, db, scratchOf[db.Engine()])
			loss = test.loss
			write := func(word string) func(*sql.Tx) error {
				return func(tx *sql.Tx) error { _, err := tx.Exec(`INSERT INTO scratch (word) VALUES ($1)`, word); return err }
			}
			if err := db.Transact(t.Context(), write("one")); !errors.Is(err, test.want) {
				t.Errorf("Transact: got error %v, want %v", err, test.want)
			}
			if got := words(t, db); got != test.words {
				t.Errorf("got %d words, want %d", got, test.words)
			}
			loss = database.LoseNothing
			if err := db.Transact(t.Context(), write("two")); err != nil || words(t, db) != test.words+1 {
				t.Errorf("afterwards: got error %v and %d words", err, words(t, db))
			}
			refused := errors.New("refused")
			loss = test.loss
			if err := db.Transact(t.Context(), func(*sql.Tx) error { return refused }); !errors.Is(err, refused) {
				t.Errorf("what is rolled back has no commit to lose: got error %v", err)
			}
		})
	}
}
