package databasetest_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// addEvent writes the event of that number.
func addEvent(ctx context.Context, tx *sql.Tx, seq int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO events (seq, at, action, actor_key, target_key, via, request_id, group_id, undoes, token_id, tool, encoding, change_digest, actor_digest)
		VALUES ($1, $2, 'user.edited', '', 'usr_1', 'command', '', '', 0, '', '', 1, $3, $3)`, seq, database.Time(time.Unix(1, 0)), make([]byte, 32))
	return err
}

// TestLose loses the answer to a commit in each way, and checks whether the change is made.
func TestLose(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		losses []databasetest.Loss
		want   error
		events int
	}{
		"nothing is lost": {nil, nil, 1},
		"the answer":      {[]databasetest.Loss{databasetest.LoseAnswer}, database.ErrUnknown, 1},
		"the commit":      {[]databasetest.Loss{databasetest.LoseCommit}, database.ErrUnknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var spy databasetest.Spy
			db := databasetest.NewWith(t, database.Options{Wrap: spy.Wrap})
			seq := 0
			add := func(tx *sql.Tx) error { seq++; return addEvent(t.Context(), tx, seq) }
			spy.Lose(test.losses...)
			refused := errors.New("refused")
			if err := db.Transact(t.Context(), func(tx *sql.Tx) error { return errors.Join(add(tx), refused) }); !errors.Is(err, refused) {
				t.Errorf("a transaction that is rolled back has no commit to lose: got error %v", err)
			}
			if err := db.Transact(t.Context(), add); !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			checkEvents(t, db, test.events)
			if err := db.Transact(t.Context(), add); err != nil {
				t.Errorf("afterwards: got error %v", err)
			}
			checkEvents(t, db, test.events+1)
		})
	}
}

// checkEvents checks the number of events.
func checkEvents(t *testing.T, db *database.DB, want int) {
	t.Helper()
	if got, err := database.Count(t.Context(), db.Reads(), `SELECT COUNT(*) FROM events`); err != nil || got != want {
		t.Errorf("got %d events, %v, want %d", got, err, want)
	}
}
