package copying

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/roboto-ai/console/internal/database"
)

// TestOpenExclusive checks that a file that another process has open is refused, and that no
// other process can open one that is open exclusively.
func TestOpenExclusive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	console, err := database.Open(t.Context(), "sqlite:"+path, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openExclusive(t.Context(), path); !isInUse(err) {
		t.Errorf("beside a console: got %v, want that it is in use", err)
	}
	if err := console.Close(); err != nil {
		t.Fatal(err)
	}
	first, err := openExclusive(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.close()
	if _, err := openExclusive(t.Context(), path); !isInUse(err) {
		t.Errorf("beside another: got %v, want that it is in use", err)
	}
}

// isInUse reports whether err is the refusal of a database that is in use.
func isInUse(err error) bool {
	refusal, ok := errors.AsType[*database.OpenError](err)
	return ok && refusal.Why == errInUse("", nil).(*database.OpenError).Why
}
