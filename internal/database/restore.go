package database

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// RestoreOptions are how [Restore] is asked for.
type RestoreOptions struct {
	// Prepare is given the backup's copy when its schema has been brought up to
	// date, and may write to it. nil: nobody is.
	Prepare func(ctx context.Context, db *DB) error
	// Verification looks through the copy after that. With anything found the
	// backup is refused.
	Verification
	// Migrating is as in [Options].
	Migrating func(done, total int64)
	// Now names the file that is kept; nil: [time.Now].
	Now func() time.Time
	// Copied is told how much of the backup is copied; nil: nobody is.
	Copied func(done, total int)

	step func(name string) // is told that a step is done; for tests, which kill there
}

// A Restored says what a restoration came to.
type Restored struct {
	Path     string // of the database, absolute
	Kept     string // where the file is that was there before; empty if there was none
	Version  int64  // of the backup's schema
	Upgraded bool   // the schema has been brought up to date from that version
}

// Restore puts the backup at from in the place of the database at url, once it has
// been looked through and its schema brought up to date. The file that is there is
// kept under another name beside it. Whatever happens meanwhile there is a whole
// database in the place, if there was one: at first the old, then the new.
//
// Restore returns an [*OpenError] if the backup is none that this program knows, or
// if a console uses the database; and a [*FaultyError] if the backup is not whole.
// Then all is as it was.
func Restore(ctx context.Context, from, url string, o RestoreOptions) (Restored, error) {
	path, err := Path(url)
	if err != nil {
		return Restored{}, err
	}
	if from, err = filepath.Abs(from); err != nil {
		return Restored{}, err
	}
	for _, mayBe := range []func() error{
		func() error { return apart(from, path) },
		func() error { return ofBackup(from, ours(ctx, from)) },
		func() error { return replaceable(path) },
		func() error { return alone(path) },
	} {
		if err := mayBe(); err != nil {
			return Restored{}, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return Restored{}, unwritable(path, err)
	}
	p, err := newPart(path + ".restoring")
	if err != nil {
		return Restored{}, err
	}
	defer p.discard()
	if err := p.belongTo(path); err != nil {
		return Restored{}, err
	}
	version, err := o.fill(ctx, from, p)
	if err != nil {
		return Restored{}, ofBackup(from, err)
	}
	known, err := newest(steps(SQLite))
	if err != nil {
		return Restored{}, err
	}
	kept, err := o.swap(ctx, p, path)
	return Restored{Path: path, Kept: kept, Version: version, Upgraded: version < known}, err
}

// ofBackup returns err as one of the backup at from, if it says that the backup, or the
// copy that is made of it, is damaged or no database: the advice for a database, to restore
// a backup in its place, would go in a circle. Other errors are returned as they are.
func ofBackup(from string, err error) error {
	refused, is := errors.AsType[*OpenError](err)
	code := resultCode(err) & 0xff
	if !is || code != sqlite3.SQLITE_NOTADB && code != sqlite3.SQLITE_CORRUPT {
		return err
	}
	return &OpenError{
		Path: from, Why: refused.Why, Err: refused.Err,
		Fix: "Restore another backup; the database in place has been left as it was. console check --database sqlite:" + from + " lists what of this one can be read.",
	}
}

// apart refuses to restore a file in its own place.
func apart(from, to string) error {
	a, err := os.Stat(from)
	if err != nil {
		return nil // ours says what is wrong with it
	}
	if b, err := os.Stat(to); err == nil && os.SameFile(a, b) {
		return &OpenError{Path: to, Why: "is the backup itself", Fix: "Name the backup, and the database with --database."}
	}
	return nil
}

// replaceable refuses to replace what was never a console's. What cannot be read
// may have been.
func replaceable(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil || !info.Mode().IsRegular() {
		return unreadable(path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return unwritable(path, err)
	}
	defer file.Close()
	header := make([]byte, 72)
	if _, err := io.ReadFull(file, header); err != nil || !bytes.HasPrefix(header, []byte("SQLite format 3\x00")) {
		return nil
	}
	id := binary.BigEndian.Uint32(header[68:]) // section 1.3 of SQLite's "Database File Format"
	if id == applicationID || id == 0 && info.Size() <= 4096 {
		return nil // the second was being made when its console was killed
	}
	return &OpenError{Path: path, Why: foreign, Fix: "Name the console's database with --database."}
}

// fill makes p the database that from is a backup of, whole, up to date and on the
// disk, and returns the version that the schema had.
func (o RestoreOptions) fill(ctx context.Context, from string, p *part) (version int64, err error) {
	copied := func(done, total int) {
		if o.Copied != nil {
			o.Copied(done, total)
		}
	}
	if _, err := copyPages(ctx, from, p.path, copied); err != nil {
		return 0, err
	}
	o.did("copied")
	at, err := inspect(ctx, p.path)
	if err != nil {
		return 0, explain(p.path, err)
	}
	if err := o.holdsTogether(ctx, from, p.path); err != nil { // before anything is changed in it
		return 0, err
	}
	if err := o.bringUp(ctx, p.path); err != nil {
		return 0, err
	}
	o.did("upgraded")
	if err := o.whole(ctx, from, p.path); err != nil {
		return 0, err
	}
	return at.version, p.sync()
}

// holdsTogether refuses a copy whose file does not hold together.
func (o RestoreOptions) holdsTogether(ctx context.Context, from, path string) error {
	db, tx, err := examined(ctx, path)
	if err != nil {
		return explain(path, err)
	}
	defer db.Close()
	defer func() { _ = tx.Rollback() }()
	o.tell("every page of the backup")
	if found := append(pages(ctx, tx), references(ctx, tx)...); len(found) > 0 {
		return errors.Join(ctx.Err(), &FaultyError{Path: from, Found: found})
	}
	return nil
}

// bringUp brings the copy up to date, as the start of a console would.
func (o RestoreOptions) bringUp(ctx context.Context, path string) error {
	db, err := Open(ctx, "sqlite:"+path, Options{Existing: true, Migrating: o.Migrating})
	if err != nil {
		return err
	}
	if o.Prepare != nil {
		err = o.Prepare(ctx, db)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return explain(path, seal(ctx, path))
}

// whole refuses a copy with which anything is wrong.
func (o RestoreOptions) whole(ctx context.Context, from, path string) error {
	found, err := Verify(ctx, "sqlite:"+path, Options{}, o.Verification)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return &FaultyError{Path: from, Found: found}
	}
	return nil
}

func (o RestoreOptions) did(step string) {
	if o.step != nil {
		o.step(step)
	}
}

// usedElsewhere returns the refusal to replace what somebody uses.
func usedElsewhere(path string) error {
	return &OpenError{
		Path: path, Why: "is in use",
		Fix: "End the console that uses it, and whatever else has it open, and restore again.",
	}
}

// alone returns an [*OpenError] if another process has the database at path open.
func alone(path string) error {
	file, err := lockPresent(path)
	if err != nil || file == nil {
		return err
	}
	return file.Close()
}

// lockPresent locks the file at path against every other process, until it is
// closed. It returns nil if there is no file.
func lockPresent(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, unwritable(path, err)
	}
	free, err := exclude(file)
	if err == nil && free {
		return file, nil
	}
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return nil, usedElsewhere(path)
}
