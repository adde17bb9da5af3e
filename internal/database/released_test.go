package database

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/roboto-ai/console/internal/database/filetest"
)

// ReleasedFile is where a database of a version of the schema is kept, as a console
// of then left it. These files are never written again.
func ReleasedFile(version int64) string {
	return filepath.Join("testdata", fmt.Sprintf("schema-%d.db.gz", version))
}

// PlaceReleased places the database of a version of the schema at path.
func PlaceReleased(t *testing.T, version int64, path string) {
	t.Helper()
	packed, err := os.Open(ReleasedFile(version))
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is no database of schema %d: run go test ./internal/database -run TestUpgrade -update", version)
	} else if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, path, string(data))
}
