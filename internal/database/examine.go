package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// A Grade is the severity of a [Finding].
type Grade int

// The grades.
const (
	Good Grade = iota
	Unknown
	Doubtful // it works, but will cause problems
	Bad      // it does not work, or is unsafe
)

// A Finding is a result of [Examine].
type Finding struct {
	Subject string // one of a file: "file", "directory", "file system", "space", "schema"; or of PostgreSQL: "encryption", "server", "schema", "search", "rights", "access"
	Grade   Grade
	Found   string // in whole sentences
	Fix     string // what to do, in whole sentences; empty if there is nothing to do
}

// Examine checks the environment of the database at url: the file, its directory and disk, or
// the server, its rights and extensions. It returns a finding for each check and changes
// nothing. It checks modes and owners rather than trying to write, since root may write
// anything. [Verify] checks the content.
func Examine(ctx context.Context, url string, o Options) []Finding {
	if isPostgres(url) {
		return examineServer(ctx, url, o)
	}
	path, err := Path(url)
	if err != nil {
		return []Finding{refusal("file", err)}
	}
	var found []Finding
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		found = append(found, bad("file", path+" is a directory.", "Name a file in it, for example sqlite:"+filepath.Join(path, "console.db")+"."))
	case err == nil:
		found = append(found, examineFile(path, info), examineSchema(ctx, path))
	case errors.Is(err, fs.ErrNotExist):
		found = append(found,
			good("file", path+" is not there yet; it is made at the first start."),
			good("schema", "There is none yet; it is made at the first start."))
	default:
		found = append(found, refusal("file", Unwritable(path, err)))
	}
	user := os.Geteuid()
	if user == 0 && info != nil { // root examines it for its owner
		user = ownerOf(info)
	}
	dir := nearest(filepath.Dir(path))
	return append(found, examineDirectory(dir, user), examineFileSystem(dir), examineSpace(dir, path))
}

// nearest returns dir or its nearest parent that exists.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// Permission bits.
const (
	othersMay      fs.FileMode = 0o077
	othersMayWrite fs.FileMode = 0o022
)

// examineFile checks mode and owner of the file and of SQLite's files beside it.
func examineFile(path string, info fs.FileInfo) Finding {
	if !info.Mode().IsRegular() {
		return bad("file", path+" is not a file.", "Name another path with --database.")
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		part, err := os.Stat(name)
		if err != nil {
			continue // the files beside it come and go
		}
		if mode := part.Mode().Perm(); mode&othersMay != 0 {
			return bad("file", fmt.Sprintf("%s has mode %04o, so that others than its owner can open it.", name, mode),
				fmt.Sprintf("Run chmod 600 %s: it holds sign-in secrets.", name))
		}
		if ownerOf(part) != ownerOf(info) {
			return bad("file", fmt.Sprintf("%s and %s belong to different users.", name, path),
				fmt.Sprintf("Run chown --reference=%s %s, and all commands of the console as the user that it runs as.", path, name))
		}
	}
	if me := os.Geteuid(); me > 0 && ownerOf(info) >= 0 && ownerOf(info) != me {
		return bad("file", fmt.Sprintf("%s belongs to the user with number %d, and this program runs as %d.", path, ownerOf(info), me),
			"Run the program as the user to whom the file belongs, or give the file to the user that it runs as, with chown.")
	}
	return good("file", fmt.Sprintf("%s is for its owner alone.", path))
}

// examineDirectory checks the rights of user on the directory, in which SQLite makes and deletes
// files.
func examineDirectory(dir string, user int) Finding {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return bad("directory", dir+" is not a directory that can be read.",
			"Make the directory of --database, and give it to the user that the console runs as.")
	}
	mode := info.Mode()
	switch {
	case mode&fs.ModeSticky == 0 && mode&othersMayWrite != 0:
		return bad("directory", fmt.Sprintf("%s has mode %04o: others than its owner can put a database of theirs in place of this one.", dir, mode.Perm()),
			fmt.Sprintf("Run chmod 700 %s.", dir))
	case user > 0 && ownerOf(info) != user && !anyoneMayWrite(info):
		return bad("directory", fmt.Sprintf("%s cannot be written by the user with number %d, as whom the console runs.", dir, user),
			fmt.Sprintf("Run chown on %s, so that it belongs to the user that the console runs as: SQLite keeps its log beside the database.", dir))
	case mode&0o200 == 0:
		return bad("directory", fmt.Sprintf("%s has mode %04o: not even its owner can write to it.", dir, mode.Perm()),
			fmt.Sprintf("Run chmod 700 %s: SQLite keeps its log beside the database.", dir))
	case mode&othersMay != 0:
		return doubtful("directory", fmt.Sprintf("%s has mode %04o, so that others can see what is in it.", dir, mode.Perm()),
			fmt.Sprintf("Run chmod 700 %s, unless it is not the console's own.", dir))
	}
	return good("directory", dir+" is for its owner alone.")
}

// anyoneMayWrite reports whether every user may write to a file.
func anyoneMayWrite(info fs.FileInfo) bool { return info.Mode()&0o002 != 0 }

// examineSchema checks the version of the schema.
func examineSchema(ctx context.Context, path string) Finding {
	at, err := inspect(ctx, path)
	if err != nil {
		return refusal("schema", Explain(path, err))
	}
	known, err := NewestVersion(SQLite)
	switch {
	case err != nil:
		return refusal("schema", err)
	case at.empty:
		return good("schema", "The file is empty; the schema is made at the first start.")
	case at.version < known:
		return good("schema", fmt.Sprintf("The schema is version %d; the next start brings it to %d. Make a backup before it.", at.version, known))
	}
	return good("schema", fmt.Sprintf("The schema is version %d, the one of this program.", at.version))
}

// ErrOlder says that a schema is older than that of this program.
var ErrOlder = errors.New("the schema is older than this program")

// OpenToRead opens the database at address, which must have the schema of this program, to read
// only: statements that write are refused. Its errors are those of [Open]; they are also
// [fs.ErrNotExist] if there is no schema, and [ErrOlder] if it is not up to date.
func OpenToRead(ctx context.Context, address string, o Options) (*DB, error) {
	if isPostgres(address) {
		return openPostgresToRead(ctx, address, o)
	}
	path, err := Path(address)
	if err != nil {
		return nil, err
	}
	at, err := inspect(ctx, path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file that does not exist has version 0
		return nil, Explain(path, err)
	}
	known, err := NewestVersion(SQLite)
	if err != nil {
		return nil, err
	}
	if err := refuseOlder(path, at.version, known); err != nil {
		return nil, err
	}
	db := &DB{engine: sqliteEngine{}, path: path, observer: o.Observer}
	if db.read, err = db.pool(dsn(path, "ro", url.Values{"_pragma": {"query_only(1)"}}), o); err != nil {
		return nil, err
	}
	db.write, db.notes, db.look, db.long = db.read, db.read, db.read, db.read
	return db, nil
}

// refuseOlder returns an [*OpenError] if version is older than the known one.
func refuseOlder(path string, version, known int64) error {
	fix := "Start the console once, or run console migrate."
	switch {
	case version == 0:
		return &OpenError{Path: path, Why: "holds no console yet", Fix: fix, Err: fs.ErrNotExist}
	case version < known:
		return &OpenError{Path: path, Why: "is not up to date", Fix: fix, Err: ErrOlder}
	}
	return nil
}

func good(subject, found string) Finding { return Finding{subject, Good, found, ""} }

func doubtful(subject, found, fix string) Finding { return Finding{subject, Doubtful, found, fix} }

func bad(subject, found, fix string) Finding { return Finding{subject, Bad, found, fix} }

// refusal returns the finding for an error of [Open].
func refusal(subject string, err error) Finding {
	if e, ok := errors.AsType[*OpenError](err); ok {
		return bad(subject, cmp.Or(e.Path, "The database")+" "+e.Why+".", e.Fix)
	}
	return bad(subject, "It cannot be read: "+err.Error()+".", "Check the disk and the system's log.")
}
