package database

import (
	"errors"
	"fmt"
	"os"
)

// A CopyError says why a copy was refused. The target has been left empty.
type CopyError struct {
	Table string // may be empty
	Row   string // of the table, by its key; may be empty
	Why   string // goes on from the table
}

// Error returns the refusal as one line.
func (e *CopyError) Error() string {
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
	if refusal, ok := errors.AsType[*CopyError](err); ok {
		refusal.Table = name
		return err
	}
	return fmt.Errorf("copy the table %s: %w", name, err)
}

// refuseSame refuses to copy a database to itself.
func refuseSame(from, to string) error {
	if isPostgres(from) != isPostgres(to) {
		return nil
	}
	same := sameFile
	if isPostgres(from) {
		same = sameDatabase
	}
	if is, err := same(from, to); err != nil || !is {
		return err
	}
	return &OpenError{Path: Shown(to), Why: "is both the source and the target", Fix: "Name two databases."}
}

// sameFile reports whether two addresses are of one file.
func sameFile(from, to string) (bool, error) {
	one, err := Path(from)
	if err != nil {
		return false, err
	}
	other, err := Path(to)
	if err != nil {
		return false, err
	}
	a, errA := os.Stat(one)
	b, errB := os.Stat(other)
	return one == other || errA == nil && errB == nil && os.SameFile(a, b), nil
}

// sameDatabase reports whether two addresses are of one database of PostgreSQL.
func sameDatabase(from, to string) (bool, error) {
	one, err := postgresConfig(from, Options{})
	if err != nil {
		return false, err
	}
	other, err := postgresConfig(to, Options{})
	if err != nil {
		return false, err
	}
	return one.Host == other.Host && one.Port == other.Port && one.Database == other.Database, nil
}

// notEmpty is the refusal of a target that holds something.
func notEmpty(name, table string) error {
	return &OpenError{
		Path: name,
		Why:  "is not empty: there are rows in its table " + table,
		Fix:  "Copy to a new one; what is there is never overwritten.",
	}
}

// inUse is the refusal of a database that somebody else uses.
func inUse(name string, err error) error {
	return &OpenError{
		Path: name,
		Why:  "is in use",
		Fix:  "Stop the console that runs on it: what it writes meanwhile would not be in the copy.",
		Err:  err,
	}
}

// checkVersion refuses a source whose schema is not the newest.
func checkVersion(e Engine, name string, version int64) error {
	known, err := NewestVersion(e)
	switch {
	case err != nil:
		return err
	case version > known:
		return refuseNewer(name, version, known)
	case version == 0:
		return &OpenError{Path: name, Why: "holds no console", Fix: "Name the database to copy from first, and then the one to copy to."}
	case version < known:
		return &OpenError{Path: name, Why: "was last used by an older console", Fix: "Run console migrate on it first."}
	}
	return nil
}

// checkEmpty refuses a target with more rows than a new one has.
func checkEmpty(sheets []*sheet, name string, fresh map[string]int64, count func(table string, limit int64) (int64, error)) error {
	for _, t := range sheets {
		n, err := count(t.name, fresh[t.name]+1)
		if err != nil {
			return err
		}
		if n > fresh[t.name] {
			return notEmpty(name, t.name)
		}
	}
	return nil
}
