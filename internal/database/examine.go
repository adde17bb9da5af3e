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

// A Grade says how bad a [Finding] is.
type Grade int

// The grades.
const (
	Good Grade = iota
	Unknown
	Doubtful // it works, and will give trouble
	Bad      // it does not work, or must not be left so
)

// A Finding is what [Examine] found of one thing.
type Finding struct {
	Subject string // one of a file: "file", "directory", "file system", "space", "schema"; or of PostgreSQL: "encryption", "server", "schema", "search", "rights", "access"
	Grade   Grade
	Found   string // in words
	Fix     string // what to do about it, in whole sentences; empty where nothing is
}

// Examine looks at the place that the database at url has: the file, its directory and
// disk, or the server with its rights and extension. It neither makes nor changes
// anything, and returns a finding for each thing that can be wrong. Of a file it looks at
// modes and owners rather than tries: root may do anything. What the tables hold it does
// not read: that is [Verify].
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
	if user == 0 && info != nil { // root looks at it for the user to whom it belongs
		user = ownerOf(info)
	}
	dir := nearest(filepath.Dir(path))
	return append(found, examineDirectory(dir, user), examineFileSystem(dir), examineSpace(dir, path))
}

// nearest returns dir, or the nearest above it that is there.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// Bits of a mode.
const (
	othersMay      fs.FileMode = 0o077
	othersMayWrite fs.FileMode = 0o022
)

// examineFile looks at the rights on the file and on those that SQLite keeps beside
// it.
func examineFile(path string, info fs.FileInfo) Finding {
	if !info.Mode().IsRegular() {
		return bad("file", path+" is not a file.", "Name another path with --database.")
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		part, err := os.Stat(name)
		if err != nil {
			continue // those beside it come and go
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

// examineDirectory looks at the rights that user has on the directory, in which
// SQLite makes and deletes files of its own.
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

// anyoneMayWrite reports whether everybody may write to what info tells of.
func anyoneMayWrite(info fs.FileInfo) bool { return info.Mode()&0o002 != 0 }

// examineSchema looks at what the file holds, which it does not change.
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

// OpenToRead opens the database at address, which is there and has the schema of this
// program, for reading alone: whatever would write is refused. Its errors are those
// of [Open]; the error is [fs.ErrNotExist] too where there is no schema yet, and
// [ErrOlder] where it has to be brought up to date first.
func OpenToRead(ctx context.Context, address string, o Options) (*DB, error) {
	if isPostgres(address) {
		return openPostgresToRead(ctx, address, o)
	}
	path, err := Path(address)
	if err != nil {
		return nil, err
	}
	at, err := inspect(ctx, path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // what is not there has version 0
		return nil, Explain(path, err)
	}
	known, err := NewestVersion(SQLite)
	if err != nil {
		return nil, err
	}
	if err := refuseOlder(path, at.version, known); err != nil {
		return nil, err
	}
	db := &DB{engine: sqliteEngine{}, path: path, watch: o.Watch}
	if db.read, err = db.pool(dsn(path, "ro", url.Values{"_pragma": {"query_only(1)"}}), o); err != nil {
		return nil, err
	}
	db.write, db.notes, db.look, db.long = db.read, db.read, db.read, db.read
	return db, nil
}

// refuseOlder returns an [*OpenError] if the schema at the given version is older than
// the known one.
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

// refusal returns the finding that err is, which [Open] would return.
func refusal(subject string, err error) Finding {
	if e, ok := errors.AsType[*OpenError](err); ok {
		return bad(subject, cmp.Or(e.Path, "The database")+" "+e.Why+".", e.Fix)
	}
	return bad(subject, "It cannot be read: "+err.Error()+".", "Look at the disk and the system's log.")
}
