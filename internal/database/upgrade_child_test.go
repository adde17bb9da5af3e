package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"modernc.org/sqlite"

	"github.com/roboto-ai/console/internal/database/filetest"
)

func TestMain(m *testing.M) {
	filetest.Main(m, map[string]func(args []string) error{"migrate": migrateChild})
}

// migrateChild runs the migrations on the file at a path, and kills its process in one of them:
// after a number of its statements, or with 0 after a batch of its rewrite.
func migrateChild(args []string) error { // path, name of the migration, statements
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	deadly, _, err := deadlyMigrations(args[1], n)
	if err != nil {
		return err
	}
	die := func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		filetest.Kill()
		return nil, errors.New("it lives")
	}
	if err := sqlite.RegisterScalarFunction("die", 0, die); err != nil {
		return err
	}
	db, err := new(DB).pool(migratingDSN(args[0], Options{}), Options{})
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	version, err := sqliteEngine{}.schemaVersion(context.Background(), db)
	if err != nil {
		return err
	}
	return migrate(context.Background(), sqliteEngine{}, db, version, deadly, func(int64, int64) {
		if n == 0 {
			filetest.Kill()
		}
	})
}

// deadlyMigrations returns the migrations, one of which kills the process after a number of its
// statements, and how many statements that one has.
func deadlyMigrations(name string, after int) (fs.FS, int, error) {
	all := fstest.MapFS{}
	names, err := fs.Glob(migrationFiles(SQLite), "*.sql")
	if err != nil {
		return nil, 0, err
	}
	statements := 0
	for _, step := range names {
		data, err := fs.ReadFile(migrationFiles(SQLite), step)
		if err != nil {
			return nil, 0, err
		}
		if step == name {
			data, statements = deadly(string(data), after)
		}
		all[step] = &fstest.MapFile{Data: data}
	}
	if statements == 0 {
		return nil, 0, fmt.Errorf("there is no migration %s", name)
	}
	return all, statements, nil
}

// deadly returns a migration that kills the process after a number of its statements, and how
// many it has.
func deadly(text string, after int) ([]byte, int) {
	var out strings.Builder
	n, inside := 0, false
	for line := range strings.Lines(text) {
		out.WriteString(line)
		code, _, _ := strings.Cut(line, "--")
		inside = (inside || strings.HasPrefix(line, "-- +goose StatementBegin")) && !strings.HasPrefix(line, "-- +goose StatementEnd")
		ends := strings.HasSuffix(strings.TrimSpace(code), ";") && !inside || strings.HasPrefix(line, "-- +goose StatementEnd")
		if !ends {
			continue
		}
		if n++; n == after {
			out.WriteString("\nSELECT die();\n")
		}
	}
	return []byte(out.String()), n
}
