package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// A shape describes a schema: it maps each table, index, trigger and view to the statement
// that creates it, with white space normalised.
type shape map[string]string

// shapeOf returns the shape of a SQLite database, without the tables of SQLite and goose.
func shapeOf(ctx context.Context, r Reader) (shape, error) {
	return readShape(ctx, r, `SELECT type || ' ' || name, sql FROM sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> $1`, goose.DefaultTablename)
}

// readShape returns the shape that a query for names and descriptions returns.
func readShape(ctx context.Context, r Reader, query string, args ...any) (shape, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	s := shape{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		s[name] = strings.Join(strings.Fields(text), " ")
	}
	return s, rows.Err()
}

// NewInMemory returns a new SQLite database in memory, with the schema of this program.
func NewInMemory(ctx context.Context) (*sql.DB, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each would be a database of its own
	if err := migrate(ctx, sqliteEngine{}, db, 0, migrationFiles(SQLite), nil); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// freshShape returns the shape of a new database.
func freshShape(ctx context.Context) (s shape, err error) {
	db, err := NewInMemory(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return shapeOf(ctx, db)
}

// sameSchema returns in sentences how the schema differs from that of a new database: a
// missing trigger is a rule that is not enforced.
func sameSchema(ctx context.Context, tx *sql.Tx) []string {
	want, err := freshShape(ctx)
	if err != nil {
		return []string{"The schema could not be compared: " + err.Error() + "."}
	}
	got, err := shapeOf(ctx, tx)
	if err != nil {
		return []string{"The schema could not be read: " + err.Error() + "."}
	}
	return want.differences(got)
}

// differences returns in sentences how got differs from s.
func (s shape) differences(got shape) (found []string) {
	all := maps.Clone(s)
	maps.Copy(all, got)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		is, there := got[name]
		wanted, ours := s[name]
		switch {
		case !there:
			found = append(found, fmt.Sprintf("The schema lacks the %s.", name))
		case !ours:
			found = append(found, fmt.Sprintf("The schema has the %s, which no console made.", name))
		case is != wanted:
			found = append(found, fmt.Sprintf("The %s is not as the console made it: %s", name, is))
		}
	}
	return found
}
