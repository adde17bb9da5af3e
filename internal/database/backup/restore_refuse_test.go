package backup

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/filetest"
)

// refusedRestorations are restorations that are refused.
var refusedRestorations = map[string]struct {
	prepare func(t *testing.T, s scene)
	from    func(s scene) string
	verify  func(context.Context) []string // what it finds in the tables
	why     string
}{
	"no backup":           {from: func(s scene) string { return s.backup + "x" }, why: "is not there"},
	"the database itself": {from: func(s scene) string { return s.path }, why: "is the backup itself"},
	"a text file":         {prepare: func(t *testing.T, s scene) { filetest.Write(t, s.backup, strings.Repeat("text", 500)) }, why: "is not a database"},
	"an empty file":       {prepare: func(t *testing.T, s scene) { filetest.Write(t, s.backup, "") }, why: "holds no directory"},
	"another program's":   {prepare: func(t *testing.T, s scene) { filetest.Write(t, s.backup, filetest.Foreign(t)) }, why: "belongs to another program"},
	"a damaged page":      {prepare: func(t *testing.T, s scene) { filetest.FlipPage(t, s.backup, "events_by_target") }, why: "integrity check"},
	"a backup cut off":    {prepare: func(t *testing.T, s scene) { filetest.Halve(t, s.backup) }, why: "is damaged"},
	"a newer console's": {prepare: func(t *testing.T, s scene) {
		filetest.Exec(t, s.backup, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}, why: "newer console"},
	"a rule that is gone":    {prepare: func(t *testing.T, s scene) { filetest.Exec(t, s.backup, `DROP TRIGGER events_are_not_changed`) }, why: "lacks the trigger"},
	"stray references":       {prepare: func(t *testing.T, s scene) { filetest.Exec(t, s.backup, strayView) }, why: "refer to rows of users"},
	"contents that are bad":  {verify: func(context.Context) []string { return []string{"The history is short."} }, why: "The history is short."},
	"into another program's": {prepare: func(t *testing.T, s scene) { filetest.Write(t, s.path, filetest.Foreign(t)) }, why: "belongs to another program"},
	"a console that runs":    {prepare: func(t *testing.T, s scene) { t.Cleanup(filetest.Start(t, "use", s.url)) }, why: "is in use"},
	"another restoration":    {prepare: func(t *testing.T, s scene) { t.Cleanup(filetest.Start(t, "write", s.path+".restoring")) }, why: "another backup or restore"},
}

// TestRestoreRefuses checks that a refused restoration leaves the database as it was, and no
// file beside it.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range refusedRestorations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if test.prepare != nil {
				test.prepare(t, s)
			}
			from := s.backup
			if test.from != nil {
				from = test.from(s)
			}
			before, names := filetest.Read(t, s.path), filetest.Names(t, filepath.Dir(s.path))
			o := RestoreOptions{}
			if test.verify != nil {
				o.Contents = func(ctx context.Context, _ database.Engine, _ *sql.Tx) []string { return test.verify(ctx) }
			}
			_, err := Restore(t.Context(), from, s.url, o)
			if err == nil || !strings.Contains(err.Error(), test.why) {
				t.Errorf("got %v, want %q", err, test.why)
			}
			if !bytes.Equal(before, filetest.Read(t, s.path)) {
				t.Error("the database was changed")
			}
			if diff := cmp.Diff(names, filetest.Names(t, filepath.Dir(s.path))); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

// TestRestoreNamesDamagedBackup checks that the refusal of a backup that is damaged or no
// database names the backup's file, and does not advise to restore a backup.
func TestRestoreNamesDamagedBackup(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, scene){
		"a text file": func(t *testing.T, s scene) { filetest.Write(t, s.backup, strings.Repeat("text", 500)) },
		"cut off":     func(t *testing.T, s scene) { filetest.Halve(t, s.backup) },
		"its schema's page is overwritten": func(t *testing.T, s scene) {
			data := filetest.Read(t, s.backup)
			copy(data[100:], bytes.Repeat([]byte{0xff}, 300))
			filetest.Write(t, s.backup, string(data))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			spoil(t, s)
			_, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{})
			refused, ok := errors.AsType[*database.OpenError](err)
			if !ok {
				t.Fatalf("got %v, want an OpenError", err)
			}
			if refused.Path != s.backup || strings.Contains(err.Error(), "ut a backup in its place") ||
				!strings.Contains(refused.Fix, "Restore another backup") || strings.Contains(err.Error(), ".restoring") {
				t.Errorf("got %v", err)
			}
		})
	}
}
