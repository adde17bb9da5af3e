package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestWholeKeys asks for keys by their beginnings. Bo and Cy have keys that begin alike.
func TestWholeKeys(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Invited(t, "ana@example.com", users.RoleUser).Key
	bo := d.Invited(t, "bo@example.com", users.RoleUser).Key
	cy := d.Invited(t, "cy@example.com", users.RoleUser).Key
	alike := bo[:directory.KeyBeginning] + "x"
	d.Alter(t, `UPDATE users SET key = $1 WHERE key = $2`, alike, cy)
	for name, test := range map[string]struct{ text, want users.Key }{
		"the beginning of a key":             {ana[:directory.KeyBeginning], ana},
		"a whole key":                        {ana, ana},
		"a beginning that several keys have": {bo[:directory.KeyBeginning], bo[:directory.KeyBeginning]},
		"one of these keys":                  {alike, alike},
		"a beginning that is too short":      {ana[:directory.KeyBeginning-1], ana[:directory.KeyBeginning-1]},
		"nothing":                            {"", ""},
		"a key that no user has":             {cy, cy},
		"a text with characters of no key":   {"%_%_%_%_%_%_%_%_%", "%_%_%_%_%_%_%_%_%"},
	} {
		got, err := d.Directory.WholeKeys(t.Context(), d.Owner, []string{string(test.text), string(ana)})
		if diff := cmp.Diff([]users.Key{test.want, ana}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if _, err := d.Directory.WholeKeys(t.Context(), d.Person(t, "di@example.com", users.RoleUser), []string{string(ana)}); err == nil {
		t.Error("a user who may not see the directory gets keys")
	}
}
