package database

import (
	"context"
	"database/sql"
)

// A Reader runs queries: a pool of connections or a transaction.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// A Scanner holds the columns of one row: a [sql.Row] or [sql.Rows].
type Scanner interface{ Scan(into ...any) error }

// Collect runs a query and returns what scan makes of each row.
func Collect[T any](ctx context.Context, r Reader, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	return CollectInto(ctx, r, nil, scan, query, args...)
}

// CollectInto is [Collect] that appends to all, for a caller who knows the number of rows
// and allocates once.
func CollectInto[T any](ctx context.Context, r Reader, all []T, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Text scans a row of one column of text, for [Collect].
func Text(row Scanner) (text string, err error) {
	err = row.Scan(&text)
	return text, err
}

// Count runs a query that returns one number, and returns it.
func Count(ctx context.Context, r Reader, query string, args ...any) (n int, err error) {
	err = r.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}
