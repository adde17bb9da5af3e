package backup

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/database/filetest"
)

// refusedBackups are backups that are refused.
var refusedBackups = map[string]struct {
	prepare func(t *testing.T, from, to string)
	url     func(from string) string
	to      func(from, to string) string
	replace bool
	why     string
}{
	"a file that is there":       {prepare: func(t *testing.T, _, to string) { filetest.Write(t, to, "precious") }, why: "is there already"},
	"a directory in its place":   {prepare: func(t *testing.T, _, to string) { mkdir(t, to) }, replace: true, why: "is no file"},
	"no directory to be in":      {to: func(_, to string) string { return filepath.Join(to, "deeper", "x.db") }, why: "has no directory"},
	"the database itself":        {to: func(from, _ string) string { return from }, replace: true, why: "is the database itself"},
	"a link to the database":     {prepare: func(t *testing.T, from, to string) { symlink(t, from, to) }, replace: true, why: "is the database itself"},
	"no database":                {url: func(string) string { return "sqlite:/nonexistent/console.db" }, why: "is not there"},
	"a database of another kind": {url: func(string) string { return "postgres://localhost/console" }, why: "is not the address"},
	"a text file":                {prepare: func(t *testing.T, from, _ string) { filetest.Write(t, from, strings.Repeat("text", 500)) }, why: "is not a database"},
	"an empty file":              {prepare: func(t *testing.T, from, _ string) { filetest.Write(t, from, "") }, why: "holds no directory"},
	"another program's database": {prepare: func(t *testing.T, from, _ string) { filetest.Write(t, from, filetest.Foreign(t)) }, why: "belongs to another program"},
	"a database with a bad page": {prepare: func(t *testing.T, from, _ string) { filetest.FlipPage(t, from, "events_by_target") }, why: "not whole"},
	"while another one is made":  {prepare: func(t *testing.T, _, to string) { t.Cleanup(filetest.Start(t, "write", to+".part")) }, why: "another backup"},
	"contents that are refused":  {why: "refused"},
}

// TestMakeRefuses checks that a refused backup leaves no file, and every other file as it
// was.
func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range refusedBackups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := filepath.Join(t.TempDir(), "console.db"), filepath.Join(t.TempDir(), "backup.db")
			url := marked(t, from, "first")
			if test.prepare != nil {
				test.prepare(t, from, to)
			}
			if test.url != nil {
				url = test.url(from)
			}
			target := to
			if test.to != nil {
				target = test.to(from, to)
			}
			before := filetest.Names(t, filepath.Dir(to))
			content, _ := os.ReadFile(to)
			_, err := Make(t.Context(), url, target, Options{Replace: test.replace, Contents: func(context.Context, *sql.Tx) error { return errors.New("refused") }})
			if err == nil || !strings.Contains(err.Error(), test.why) {
				t.Errorf("got %v, want %q", err, test.why)
			}
			if diff := cmp.Diff(before, filetest.Names(t, filepath.Dir(to))); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
			if after, _ := os.ReadFile(to); !bytes.Equal(content, after) {
				t.Error("what was there has changed")
			}
		})
	}
}
