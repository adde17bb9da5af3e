package users_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// mistakes returns the fields that an [*users.InvalidError] lists, in order of
// their names, nil if err is none.
func mistakes(err error) []string {
	bad, ok := errors.AsType[*users.InvalidError](err)
	if !ok {
		return nil
	}
	var fields []string
	for _, f := range bad.Fields {
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return fields
}

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
	if diff := cmp.Diff(fields, mistakes(err)); diff != "" {
		t.Errorf("error %v; fields with mistakes (-want +got):\n%s", err, diff)
	}
	if trail := d.Trail(t, since); trail != nil {
		t.Errorf("got events %q, want none", trail)
	}
}

// ids returns the user_ids of all, in their order.
func ids(all []users.User) []users.ID {
	found := make([]users.ID, len(all))
	for i, u := range all {
		found[i] = u.ID
	}
	return found
}
