package users_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestCheckSeesAByte changes one byte of a person's name, at each of the places at which a file
// without free pages holds it: the check sees every one, but for the tables of which it says
// that it cannot verify them.
func TestCheckSeesAByte(t *testing.T) {
	t.Parallel()
	const word = "zyxwvutsrq"
	file, seen, unseen := namedEverywhere(t, "Zyxwvutsrq Ponm"), 0, 0
	for _, place := range regexp.MustCompile(`(?i)`+word).FindAllIndex(file, -1) {
		at := place[0] + 4 // a letter in the middle, which becomes the one before it
		damaged := bytes.Clone(file)
		damaged[at]--
		path := filepath.Join(t.TempDir(), "damaged.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		found := checkedFile(t, path)
		switch table := unverifiedAt(t, path, string(damaged[at-4:at-4+len(word)])); {
		case len(found) > 0:
			seen++
		case table != "":
			unseen++
		default:
			t.Errorf("the byte %d, in %q, was changed, and the check says nothing", at, damaged[max(0, at-60):at+20])
		}
	}
	if seen < 10 || unseen != 1 {
		t.Errorf("the check saw %d places, and cannot see %d; want ten or more, and the refused sign-in", seen, unseen)
	}
}

// namedEverywhere returns the file of a directory in which a person of that name has done
// and undergone what leaves the name somewhere.
func namedEverywhere(t *testing.T, name string) []byte {
	t.Helper()
	d := userstest.NewAt(t, databasetest.SQLiteURL(t))
	ana := d.Person(t, "ana@example.com", users.RoleAdmin)
	if _, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddPerson(t.Context(), ana, users.NewPerson{ID: "bea@example.com"}); err != nil {
		t.Fatal(err)
	}
	other := userstest.Claims("ana@example.com")
	other.Subject, other.Name = "another", name
	if _, err := d.SignIn(t.Context(), other, userstest.Visit("other")); err == nil {
		t.Fatal("another identity came in")
	}
	d.Settle()
	d.Index(t)
	path := filepath.Join(t.TempDir(), "whole.db")
	db, err := sql.Open("sqlite", d.DB.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO '`+path+`'`); err != nil {
		t.Fatal(err)
	}
	if found := checkedFile(t, path); len(found) > 0 {
		t.Fatalf("before anything is changed:\n%s", strings.Join(found, "\n"))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// checkedFile returns what is wrong with a file.
func checkedFile(t *testing.T, path string) []string {
	t.Helper()
	found, err := database.Verify(t.Context(), "sqlite:"+path, database.Options{}, database.Verification{
		Contents: func(ctx context.Context, engine database.Engine, tx *sql.Tx) []string {
			return users.Check(ctx, engine, tx, func(string, int, int) {})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// unverifiedAt returns the table, of those that the check does not verify, that holds a text.
func unverifiedAt(t *testing.T, path, text string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range users.Unverified {
		rows, err := db.QueryContext(t.Context(), `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(fmt.Sprintf("%s", values), text) {
				return table
			}
		}
	}
	return ""
}

// TestUnverifiedIsComplete is that each table is one whose rows the check verifies, or one that it
// names as not verified.
func TestUnverifiedIsComplete(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, databasetest.SQLiteURL(t))
	rows, err := d.DB.Reads().QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND name NOT LIKE 'users\_search%' ESCAPE '\' AND name NOT LIKE 'event\_words\_index%' ESCAPE '\' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	verified := []string{"users", "events", "event_changes", "event_actors", "event_mentions", "tallies", "day_tallies", "event_tallies", "user_labels",
		"search_index", "damaged_indexes", "goose_db_version"} // the last three are about the database itself
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(verified, name) == slices.Contains(users.Unverified, name) {
			t.Errorf("the table %s is to be among users.Unverified, or verified", name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
