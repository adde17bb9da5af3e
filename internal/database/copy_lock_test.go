package database

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestOpenAlone checks that a file that somebody else has open is refused, and that one
// which is open alone is refused to others.
func TestOpenAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	console, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openAlone(t.Context(), path); !isInUse(err) {
		t.Errorf("beside a console: got %v, want that it is in use", err)
	}
	if err := console.Close(); err != nil {
		t.Fatal(err)
	}
	alone, err := openAlone(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.close()
	if _, err := openAlone(t.Context(), path); !isInUse(err) {
		t.Errorf("beside another: got %v, want that it is in use", err)
	}
}

// isInUse reports whether err is the refusal of a database that is in use.
func isInUse(err error) bool {
	refusal, ok := errors.AsType[*OpenError](err)
	return ok && refusal.Why == inUse("", nil).(*OpenError).Why
}
