package database

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"github.com/roboto-ai/console/internal/database/filetest"
	"github.com/roboto-ai/console/internal/database/migrations"
)

// TestMigrationKilled kills a process after any statement of any migration, and between
// batches of rows that one rewrites: the next start takes it up again, and ends at the schema
// of a new database. A few of the places are tried, in torture all.
func TestMigrationKilled(t *testing.T) {
	t.Parallel()
	type place struct {
		step  string
		after int
	}
	var places []place
	names, err := fs.Glob(migrationFiles(SQLite), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range names {
		deadly, statements, err := deadlyMigrations(step, 0)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := fs.ReadFile(deadly, step); err == nil && strings.Contains(string(text), migrations.RewriteMark) {
			places = append(places, place{step, 0})
		}
		for after := range statements {
			places = append(places, place{step, after + 1})
		}
	}
	if os.Getenv("CONSOLE_TORTURE") != "full" {
		rand.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		places = append(places[:6], place{"00009_event_parts.sql", 0})
	}
	for _, p := range places {
		t.Run(fmt.Sprintf("%s after %d", p.step, p.after), func(t *testing.T) {
			t.Parallel()
			killedMigration(t, p.step, p.after)
		})
	}
}

// killedMigration kills one migration of a released file, or of a new one.
func killedMigration(t *testing.T, step string, after int) {
	version, err := goose.NumericComponent(step)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "console.db")
	if version > 1 {
		PlaceReleased(t, version-1, path)
	} else {
		openBare(t, path)
		filetest.Exec(t, path, claim)
	}
	filetest.RunKilled(t, "migrate", path, step, fmt.Sprint(after))
	reopen(t, path)
	verifyFile(t, path)
}

// verifyFile checks that nothing is wrong with the file at path.
func verifyFile(t *testing.T, path string) {
	t.Helper()
	found, err := Verify(t.Context(), "sqlite:"+path, Options{}, Verification{})
	if err != nil || len(found) > 0 {
		t.Errorf("%s: %v, %q", path, err, found)
	}
}

// TestUpgradeInSteps opens every released file: its schema becomes that of a new
// database.
func TestUpgradeInSteps(t *testing.T) {
	t.Parallel()
	want, err := freshShape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known, err := NewestVersion(SQLite)
	if err != nil {
		t.Fatal(err)
	}
	for version := range known {
		path := filepath.Join(t.TempDir(), "console.db")
		PlaceReleased(t, version+1, path)
		reopen(t, path)
		db := openBare(t, path)
		got, err := shapeOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("version %d, a new one (-) and one that was upgraded (+):\n%s", version+1, diff)
		}
		verifyFile(t, path)
	}
}
