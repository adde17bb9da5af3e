package backup

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/roboto-ai/console/internal/database"
)

// RestoreOptions are the choices of [Restore].
type RestoreOptions struct {
	// Prepare may write to the copy of the backup once its schema is up to date. May be
	// nil.
	Prepare func(ctx context.Context, db *database.DB) error
	// Verification reads the copy after that. If it finds anything the backup is refused.
	database.Verification
	// Migrating is as in [database.Options].
	Migrating func(done, total int64)

	now  func() time.Time  // for the name of the file that is kept; nil: [time.Now]
	step func(name string) // called after each step; set by tests, which kill the process there
}

// A Restored describes a finished restoration.
type Restored struct {
	Path     string // of the database, absolute
	Kept     string // path of the file that was replaced; empty if there was none
	Version  int64  // of the backup's schema
	Upgraded bool   // the schema was brought up to date from that version
}

// Restore replaces the database at url by the backup at from, once that is verified and its
// schema up to date. The file that is replaced is kept under another name beside it. At any
// moment there is a whole database at url, if there was one: first the old, then the new.
//
// Restore returns a [*database.OpenError] if the backup is none that this program knows, or
// if a console uses the database; and a [*DamagedError] if the backup is damaged. Then
// nothing has changed.
func Restore(ctx context.Context, from, url string, o RestoreOptions) (Restored, error) {
	path, err := database.Path(url)
	if err != nil {
		return Restored{}, err
	}
	if from, err = filepath.Abs(from); err != nil {
		return Restored{}, err
	}
	if err := mayRestore(ctx, from, path); err != nil {
		return Restored{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), database.DirMode); err != nil {
		return Restored{}, database.Unwritable(path, err)
	}
	temp, err := newTempFile(path + ".restoring")
	if err != nil {
		return Restored{}, err
	}
	defer temp.discard()
	if err := temp.chownLike(path); err != nil {
		return Restored{}, err
	}
	version, err := o.fill(ctx, from, temp)
	if err != nil {
		return Restored{}, explainBackup(from, err)
	}
	newest, err := database.NewestVersion(database.SQLite)
	if err != nil {
		return Restored{}, err
	}
	kept, err := o.replace(ctx, temp, path)
	return Restored{Path: path, Kept: kept, Version: version, Upgraded: version < newest}, err
}

// mayRestore returns a [*database.OpenError] if the backup at from cannot be read, or the
// database at path not be replaced.
func mayRestore(ctx context.Context, from, path string) error {
	if err := refuseSame(from, path); err != nil {
		return err
	}
	if err := checkSource(ctx, from); err != nil {
		return explainBackup(from, err)
	}
	if err := replaceable(path); err != nil {
		return err
	}
	file, err := lockDatabase(path)
	if err != nil || file == nil {
		return err
	}
	return file.Close()
}

// explainBackup returns err as one of the backup at from, if it says that the backup, or
// the copy of it, is damaged or no database: the advice for a database, to restore a backup,
// would go in a circle. Other errors are returned as they are.
func explainBackup(from string, err error) error {
	refused, is := errors.AsType[*database.OpenError](err)
	code := database.ResultCode(err)
	if !is || code != sqlite3.SQLITE_NOTADB && code != sqlite3.SQLITE_CORRUPT {
		return err
	}
	return &database.OpenError{
		Path: from, Why: refused.Why, Err: refused.Err,
		Fix: "Restore another backup; the database in place has been left as it was. console check --database sqlite:" + from + " lists what of this one can be read.",
	}
}

// refuseSame refuses to restore a file to itself.
func refuseSame(from, to string) error {
	a, err := os.Stat(from)
	if err != nil {
		return nil // checkSource says what is wrong with it
	}
	if b, err := os.Stat(to); err == nil && os.SameFile(a, b) {
		return &database.OpenError{Path: to, Why: "is the backup itself", Fix: "Name the backup, and the database with --database."}
	}
	return nil
}

// replaceable refuses to replace a file that certainly is none of the console's. A damaged
// one may be.
func replaceable(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil || !info.Mode().IsRegular() {
		return database.Unreadable(path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return database.Unwritable(path, err)
	}
	defer file.Close()
	header := make([]byte, 72)
	if _, err := io.ReadFull(file, header); err != nil || !bytes.HasPrefix(header, []byte("SQLite format 3\x00")) {
		return nil
	}
	id := binary.BigEndian.Uint32(header[68:]) // section 1.3 of SQLite's "Database File Format"
	if id == database.ApplicationID || id == 0 && info.Size() <= 4096 {
		return nil // without an id: its console was killed while it made the file
	}
	return &database.OpenError{Path: path, Why: database.Foreign, Fix: "Name the console's database with --database."}
}

// fill copies the backup at from to the temporary file, brings its schema up to date,
// verifies and syncs it. It returns the version that the schema had.
func (o RestoreOptions) fill(ctx context.Context, from string, temp *tempFile) (version int64, err error) {
	if _, err := copyPages(ctx, from, temp.path, func(int, int) {}); err != nil {
		return 0, err
	}
	o.did("copied")
	if version, err = database.FileVersion(ctx, temp.path); err != nil {
		return 0, err
	}
	if err := o.checkFile(ctx, from, temp.path); err != nil { // before a migration changes it
		return 0, err
	}
	if err := o.migrate(ctx, temp.path); err != nil {
		return 0, err
	}
	o.did("migrated")
	if err := o.verify(ctx, from, temp.path); err != nil {
		return 0, err
	}
	return version, temp.sync()
}

// checkFile refuses a copy with damaged pages, indexes or references.
func (o RestoreOptions) checkFile(ctx context.Context, from, path string) error {
	err := database.InspectFile(ctx, path, func(tx *sql.Tx) error {
		if o.Progress != nil {
			o.Progress("every page of the backup")
		}
		if found := database.CheckFile(ctx, tx); len(found) > 0 {
			return errors.Join(ctx.Err(), &DamagedError{Path: from, Found: found})
		}
		return nil
	})
	if _, damaged := errors.AsType[*DamagedError](err); damaged {
		return err
	}
	return database.Explain(path, err)
}

// migrate brings the schema of the copy up to date, as the start of a console does.
func (o RestoreOptions) migrate(ctx context.Context, path string) error {
	db, err := database.Open(ctx, "sqlite:"+path, database.Options{Existing: true, Migrating: o.Migrating})
	if err != nil {
		return err
	}
	if o.Prepare != nil {
		err = o.Prepare(ctx, db)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return database.Explain(path, leaveWAL(ctx, path))
}

// verify refuses a copy in which the verification finds anything.
func (o RestoreOptions) verify(ctx context.Context, from, path string) error {
	found, err := database.Verify(ctx, "sqlite:"+path, database.Options{}, o.Verification)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return &DamagedError{Path: from, Found: found}
	}
	return nil
}

func (o RestoreOptions) did(step string) {
	if o.step != nil {
		o.step(step)
	}
}

// errInUse returns the refusal to replace a database that another process uses.
func errInUse(path string) error {
	return &database.OpenError{
		Path: path, Why: "is in use",
		Fix: "End the console that uses it, and whatever else has it open, and restore again.",
	}
}

// lockDatabase locks the file at path against every other process, until it is closed. It
// returns nil if there is no file, and a [*database.OpenError] if another process has it open.
func lockDatabase(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, database.Unwritable(path, err)
	}
	locked, err := lockExclusively(file)
	if err == nil && locked {
		return file, nil
	}
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return nil, errInUse(path)
}
