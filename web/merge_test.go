package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	form := func(values ...string) map[string]*string {
		return map[string]*string{"name": &values[0], "role": &values[1], "channel.email": &values[2]}
	}
	tests := map[string]struct {
		yours, base, theirs, want map[string]*string
		conflicts                 []string
	}{
		"only theirs":            {form("a", "user", "on"), form("a", "user", "on"), form("b", "admin", ""), form("b", "admin", ""), nil},
		"only yours":             {form("b", "admin", ""), form("a", "user", "on"), form("a", "user", "on"), form("b", "admin", ""), nil},
		"both to the same":       {form("b", "user", "on"), form("a", "user", "on"), form("b", "user", "on"), form("b", "user", "on"), nil},
		"both to something else": {form("b", "owner", ""), form("a", "user", "on"), form("c", "admin", "on"), form("b", "owner", ""), []string{"name", "role"}},
		"yours but for spaces":   {form(" a ", "user", "on"), form("a", "user", "on"), form("c", "user", "on"), form("c", "user", "on"), nil},
	}
	for name, test := range tests {
		conflicts := merge(test.yours, test.base, test.theirs)
		if diff := cmp.Diff(test.want, test.yours); diff != "" {
			t.Errorf("%s: form (-want +got):\n%s", name, diff)
		}
		for _, field := range test.conflicts {
			if conflicts[field] == nil {
				t.Errorf("%s: no conflict about %s", name, field)
			}
		}
		if len(conflicts) != len(test.conflicts) {
			t.Errorf("%s: got %d conflicts, want %d", name, len(conflicts), len(test.conflicts))
		}
	}
}
