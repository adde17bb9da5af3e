package users_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users/userstest"
)

// check compares what a call answered and what it left in the history since the
// event of that number with what is expected.
func check(t *testing.T, d *userstest.Directory, since int64, err, want error, trail ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
	if diff := cmp.Diff(trail, d.Trail(t, since)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// checkMistakes checks that err lists mistakes on exactly those fields, and that
// nothing was recorded since the event of that number.
func checkMistakes(t *testing.T, d *userstest.Directory, since int64, err error, fields ...string) {
	t.Helper()
	slices.Sort(fields)
	if diff := cmp.Diff(fields, userstest.Mistakes(err)); diff != "" {
		t.Errorf("error %v; fields with mistakes (-want +got):\n%s", err, diff)
	}
	if trail := d.Trail(t, since); trail != nil {
		t.Errorf("got events %q, want none", trail)
	}
}
