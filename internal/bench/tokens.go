package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// crowdTokens is how many tokens there are in [measureCrowd], a hundred of each user.
const crowdTokens = 100_000

// crowdSecret returns the secret of one of them.
func crowdSecret(i int) string { return fmt.Sprintf("usr_pat_%043d_00000000", i) }

// fillTokens writes the tokens to the database at an address, where they are not there yet.
// Their secrets are known, so that nothing has to be kept beside it.
func fillTokens(ctx context.Context, url string) (err error) {
	db, err := database.Open(ctx, url, database.Options{Existing: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Transact(ctx, func(tx *sql.Tx) error {
		keys, err := activeUsers(ctx, tx)
		if err != nil {
			return err
		}
		now := time.Now().UTC().Truncate(time.Microsecond)
		for i := range crowdTokens {
			_, err := tx.ExecContext(ctx, `INSERT INTO tokens (id, digest, user_key, name, description, hint, role, scopes, ranges, issued_at, issued_by, issued_with,
					shown_to, ends_at, issued_until, replaces, replaced_by, used_on)
				VALUES ($1, $2, $3, 'bench', '', '0000', 'user', 'users.read', '', $4, '', '', '', $5, $5, '', '', $6) ON CONFLICT DO NOTHING`,
				fmt.Sprintf("tok_bench%d", i), users.DigestOf(crowdSecret(i)), keys[i%len(keys)], database.Time(now), database.Time(users.EndOfTime), now.Format(time.DateOnly))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// activeUsers returns the keys of a thousand users who are active.
func activeUsers(ctx context.Context, tx *sql.Tx) (keys []users.Key, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT key FROM users WHERE kind = 'person' AND status = 'active' ORDER BY number LIMIT 1000`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key users.Key
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("found no active person")
	}
	return keys, rows.Err()
}
