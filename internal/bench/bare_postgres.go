package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bare is a number of connections of pgx with nothing around them, which run what the
// console was seen to run.
type bare []*pgx.Conn

// connectBare opens so many connections to a database.
func connectBare(ctx context.Context, url string, n int) (bare, error) {
	var all bare
	for range n {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
		all = append(all, c)
	}
	return all, nil
}

// close closes the connections.
func (b bare) close() error {
	var errs []error
	for _, c := range b {
		errs = append(errs, c.Close(context.Background()))
	}
	return errors.Join(errs...)
}

// reading returns the work of running what pages run, over and over, on every
// connection. Each begins with another page.
func (b bare) reading(pages [][]ran) func(context.Context, time.Duration) (sample, error) {
	return b.together(func(ctx context.Context, i, turn int) error {
		for _, s := range pages[(i+turn)%len(pages)] {
			if err := readAll(ctx, b[i], s); err != nil {
				return err
			}
		}
		return nil
	})
}

// together returns the work of doing something over and over on every connection.
func (b bare) together(do func(ctx context.Context, i, turn int) error) func(context.Context, time.Duration) (sample, error) {
	return func(ctx context.Context, d time.Duration) (sample, error) {
		return atOnce(ctx, d, len(b), do)
	}
}

// readAll runs a statement and reads what it finds. It is prepared like the console's:
// one with LIKE is planned for what it looks for.
func readAll(ctx context.Context, c *pgx.Conn, s ran) error {
	args := s.values
	if strings.Contains(s.text, ` LIKE `) {
		args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	}
	rows, err := c.Query(ctx, s.text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := rows.Values(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// editOn edits the next user by the statements of b on a connection of pgx.
func (b *bareEdit) editOn(ctx context.Context, c *pgx.Conn, turn int) error {
	return b.edit(turn, func(values map[string]any) error {
		return pgx.BeginTxFunc(ctx, c, pgx.TxOptions{BeginQuery: b.begin}, func(tx pgx.Tx) error {
			return b.run(values, func(text string, args []any) (seq int64, err error) {
				if text == newestEvent {
					return seq, tx.QueryRow(ctx, text, args...).Scan(&seq)
				}
				if strings.HasPrefix(strings.TrimSpace(text), "SELECT") {
					return 0, readAll(ctx, c, ran{text, args})
				}
				_, err = tx.Exec(ctx, text, args...)
				return 0, err
			})
		})
	})
}

// editing returns the work of editing over and over on every connection, each with
// users of its own.
func (b bare) editing(edits []*bareEdit) func(context.Context, time.Duration) (sample, error) {
	return b.together(func(ctx context.Context, i, turn int) error { return edits[i].editOn(ctx, b[i], turn) })
}
