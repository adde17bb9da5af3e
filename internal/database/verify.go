package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// A Verification is the options of [Verify].
type Verification struct {
	// Contents returns in sentences what is wrong with the rows of the tables. It is called
	// after the file and the schema were verified, if this program knows the schema. It may
	// write temporary tables only. May be nil.
	Contents func(ctx context.Context, engine Engine, tx *sql.Tx) []string
	// Progress is called with what is about to be read. May be nil.
	Progress func(doing string)
}

// mostFindings is how many findings of SQLite's integrity check are returned.
const mostFindings = 20

// Verify reads the whole database at url and returns what is wrong with its content, a sentence
// each, the most important first. It changes nothing, works beside a running console, and
// continues after what cannot be read. [Examine] checks the environment, such as file modes.
//
// Verify returns an [*OpenError] if the database does not exist or may not be read.
func Verify(ctx context.Context, url string, o Options, v Verification) ([]string, error) {
	if isPostgres(url) {
		return v.server(ctx, url, o)
	}
	path, err := Path(url)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, Unreadable(path, err)
	}
	var found []string
	err = InspectFile(ctx, path, func(tx *sql.Tx) (err error) {
		found, err = v.file(ctx, tx)
		return err
	})
	switch {
	case err == nil || ctx.Err() != nil:
		return found, errors.Join(err, ctx.Err())
	case ResultCode(err) == sqlite3.SQLITE_NOTADB:
		return append(found, "The file is not a database: SQLite does not know its header."), nil
	case ResultCode(err) == sqlite3.SQLITE_CORRUPT:
		return append(found, "The file is damaged so that nothing more of it can be read: "+err.Error()+"."), nil
	}
	return nil, Explain(path, err)
}

// Unreadable returns the refusal of a path without a readable file.
func Unreadable(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return &OpenError{Path: path, Why: "is not there", Fix: "Give the path of the file.", Err: err}
	}
	return &OpenError{Path: path, Why: "cannot be read", Fix: "Give the path of a file, and run this as a user who may read it.", Err: err}
}

// InspectFile runs do in a transaction that reads the SQLite file at path at one moment. It
// is that of a new connection, which has nothing cached and may make temporary tables.
func InspectFile(ctx context.Context, path string, do func(*sql.Tx) error) error {
	settings := url.Values{"_pragma": {"cache_size(-16000)", mmap}, "_defensive": {"0"}} // defensive mode refuses temporary copies of shadow tables
	db, err := sql.Open("sqlite", dsn(path, "ro", settings))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "PRAGMA temp_store = MEMORY"); err != nil {
		return err
	}
	return readAtOnce(ctx, db, do)
}

// readAtOnce runs do in a transaction that reads one state of the database.
func readAtOnce(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return do(tx)
}

// file verifies a SQLite file. An error is what kept it from going on.
func (v Verification) file(ctx context.Context, tx *sql.Tx) (found []string, err error) {
	v.progress("the header and the schema")
	known, found, err := checkMark(ctx, tx)
	if err != nil {
		return found, err
	}
	v.progress("every page of the file")
	found = append(found, pages(ctx, tx)...)
	if known {
		found = append(found, sameSchema(ctx, tx)...)
	}
	v.progress("what refers to other rows")
	found = append(found, references(ctx, tx)...)
	if known && v.Contents != nil {
		found = append(found, v.Contents(ctx, SQLite, tx)...)
	}
	return found, ctx.Err()
}

func (v Verification) progress(doing string) {
	if v.Progress != nil {
		v.Progress(doing)
	}
}

// CheckFile returns in sentences what SQLite's checks of pages, indexes and references find
// wrong with a file.
func CheckFile(ctx context.Context, tx *sql.Tx) []string {
	return append(pages(ctx, tx), references(ctx, tx)...)
}

// checkMark checks the application id and the version of the schema. It reports whether this
// program knows the schema.
func checkMark(ctx context.Context, tx *sql.Tx) (known bool, found []string, err error) {
	var id int64
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return false, nil, err
	}
	if id != ApplicationID {
		found = append(found, fmt.Sprintf("The file is not marked as the console's: its application id is %#x, not %#x.", id, ApplicationID))
	}
	known, said, err := checkVersion(ctx, tx, sqliteEngine{})
	return known, append(found, said...), err
}

// checkVersion checks the version of a schema. It reports whether it is that of this program.
func checkVersion(ctx context.Context, tx *sql.Tx, e engine) (known bool, found []string, err error) {
	version, err := e.schemaVersion(ctx, tx)
	if err != nil {
		return false, nil, err
	}
	newest, err := NewestVersion(e.name())
	switch {
	case err != nil:
	case version == 0:
		found = append(found, "It holds no directory: no migration has run on it.")
	case version < newest:
		found = append(found, fmt.Sprintf("The schema is of version %d, this program's is %d, so the rows of the tables were not verified. "+
			"Run console migrate, and check again.", version, newest))
	case version > newest:
		found = append(found, fmt.Sprintf("The schema is of version %d, this program knows %d, so the rows of the tables were not verified. "+
			"Check with the newer console.", version, newest))
	}
	return version == newest, found, err
}

// pages returns what SQLite's integrity check finds: it reads every page and compares every
// index with its table.
func pages(ctx context.Context, tx *sql.Tx) (found []string) {
	said, err := Collect(ctx, tx, Text, `SELECT integrity_check FROM pragma_integrity_check`)
	for i, one := range said {
		if one != "ok" && i < mostFindings {
			found = append(found, "SQLite's integrity check: "+one+".")
		}
	}
	if err != nil {
		found = append(found, "SQLite's integrity check could not go on: "+err.Error()+".")
	}
	return found
}

// references returns which tables refer to rows that do not exist.
func references(ctx context.Context, tx *sql.Tx) []string {
	said, err := Collect(ctx, tx, Text, `SELECT 'Rows of the table ' || "table" || ' refer to rows of ' || parent || ' that are not there: ' || COUNT(*) || '.'
		FROM pragma_foreign_key_check GROUP BY "table", parent ORDER BY "table", parent`)
	if err != nil {
		said = append(said, "The references between tables could not be read: "+err.Error()+".")
	}
	return said
}
