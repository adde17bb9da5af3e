package copying

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/roboto-ai/console/internal/database"
)

// An Error says why a copy was refused. The target is empty.
type Error struct {
	Table string // may be empty
	Row   string // of the table, by its key; may be empty
	Why   string // continues a sentence about the table
}

// Error returns the refusal as one line.
func (e *Error) Error() string {
	text := "nothing was copied"
	if e.Table != "" {
		text += ": the table " + e.Table
	}
	if e.Row != "" {
		text += ", in the row with " + e.Row + ","
	}
	return text + " " + e.Why
}

// inTable adds the name of a table to an error.
func inTable(name string, err error) error {
	if refusal, ok := errors.AsType[*Error](err); ok {
		refusal.Table = name
		return err
	}
	return fmt.Errorf("copy the table %s: %w", name, err)
}

// refuseSame refuses to copy a database to itself.
func refuseSame(from, to string) error {
	if same, err := database.Same(from, to); err != nil || !same {
		return err
	}
	return &database.OpenError{Path: database.Shown(to), Why: "is both the source and the target", Fix: "Name two databases."}
}

// errInUse returns the refusal of a database that another process uses.
func errInUse(name string, err error) error {
	return &database.OpenError{
		Path: name,
		Why:  "is in use",
		Fix:  "Stop the console that runs on it: what it writes meanwhile would not be in the copy.",
		Err:  err,
	}
}

// checkSource refuses a source that does not exist or whose schema is not the newest.
func checkSource(ctx context.Context, url, password string) error {
	db, err := database.OpenToRead(ctx, url, database.Options{Password: password})
	if err == nil {
		return db.Close()
	}
	if refusal, ok := errors.AsType[*database.OpenError](err); ok && errors.Is(err, fs.ErrNotExist) {
		refusal.Fix = "Name the database to copy from first, and then the one to copy to."
	}
	return err
}

// checkEmpty refuses a target with more rows than initial, those of a new database.
func checkEmpty(tables []*table, name string, initial map[string]int64, count func(table string, limit int64) (int64, error)) error {
	for _, t := range tables {
		n, err := count(t.name, initial[t.name]+1)
		if err != nil {
			return err
		}
		if n > initial[t.name] {
			return &database.OpenError{
				Path: name,
				Why:  "is not empty: there are rows in its table " + t.name,
				Fix:  "Copy to a new one; what is there is never overwritten.",
			}
		}
	}
	return nil
}
