package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noRestorations are restorations that must not be.
var noRestorations = map[string]struct {
	prepare func(t *testing.T, s scene)
	from    func(s scene) string
	look    func(context.Context) []string
	why     string
}{
	"no backup":           {from: func(s scene) string { return s.backup + "x" }, why: "is not there"},
	"the database itself": {from: func(s scene) string { return s.path }, why: "is the backup itself"},
	"a text file":         {prepare: func(t *testing.T, s scene) { put(t, s.backup, strings.Repeat("text", 500)) }, why: "is not a database"},
	"an empty file":       {prepare: func(t *testing.T, s scene) { put(t, s.backup, "") }, why: "holds no directory"},
	"another program's":   {prepare: func(t *testing.T, s scene) { put(t, s.backup, othersDatabase(t)) }, why: "belongs to another program"},
	"a damaged page":      {prepare: func(t *testing.T, s scene) { flipAll(t, s.backup, "events_by_target") }, why: "integrity check"},
	"a backup cut off":    {prepare: func(t *testing.T, s scene) { cut(t, s.backup) }, why: "is damaged"},
	"a newer console's": {prepare: func(t *testing.T, s scene) {
		alter(t, s.backup, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}, why: "newer console"},
	"a rule that is gone":    {prepare: func(t *testing.T, s scene) { alter(t, s.backup, `DROP TRIGGER events_are_not_changed`) }, why: "lacks the trigger"},
	"references to nobody":   {prepare: func(t *testing.T, s scene) { alter(t, s.backup, strayView) }, why: "refer to rows of users"},
	"contents that are bad":  {look: func(context.Context) []string { return []string{"The history is short."} }, why: "The history is short."},
	"into another program's": {prepare: func(t *testing.T, s scene) { put(t, s.path, othersDatabase(t)) }, why: "belongs to another program"},
	"a console that runs":    {prepare: func(t *testing.T, s scene) { t.Cleanup(startChild(t, "use", s.url)) }, why: "is in use"},
	"another restoration":    {prepare: func(t *testing.T, s scene) { t.Cleanup(startChild(t, "hold", s.path+".restoring")) }, why: "another backup or restore"},
}

// TestRestoreRefuses checks that what is in the place stays as it was, and nothing
// is left beside it.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range noRestorations {
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
			before, names := mustRead(t, s.path), files(t, filepath.Dir(s.path))
			o := RestoreOptions{}
			if test.look != nil {
				o.Contents = func(ctx context.Context, _ Engine, _ *sql.Tx) []string { return test.look(ctx) }
			}
			_, err := Restore(t.Context(), from, s.url, o)
			if err == nil || !strings.Contains(err.Error(), test.why) {
				t.Errorf("got %v, want %q", err, test.why)
			}
			if !bytes.Equal(before, mustRead(t, s.path)) {
				t.Error("the database was changed")
			}
			if diff := cmp.Diff(names, files(t, filepath.Dir(s.path))); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

// TestRestoreNamesTheDamagedBackup: of a backup that is damaged or no database the refusal
// names the backup's file, and does not advise to restore a backup in its place.
func TestRestoreNamesTheDamagedBackup(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, scene){
		"a text file": func(t *testing.T, s scene) { put(t, s.backup, strings.Repeat("text", 500)) },
		"cut off":     func(t *testing.T, s scene) { cut(t, s.backup) },
		"its schema's page is overwritten": func(t *testing.T, s scene) {
			data := mustRead(t, s.backup)
			copy(data[100:], bytes.Repeat([]byte{0xff}, 300))
			put(t, s.backup, string(data))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			spoil(t, s)
			_, err := Restore(t.Context(), s.backup, s.url, RestoreOptions{})
			refused, ok := errors.AsType[*OpenError](err)
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
