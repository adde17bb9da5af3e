package directory_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// TestSelectedKeys reads users that are selected one by one: as a list, as addresses, as keys and as
// the size of an export. The filters of the query hold for them, too.
func TestSelectedKeys(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	keys := []users.Key{d.Must(t, "bob@example.com").Key, d.Must(t, "dora@example.com").Key, d.Must(t, "robot-1").Key, "usr_none"}
	for want, q := range map[string]directory.Query{
		"bob dora robot-1": {Keys: keys},
		"bob":              {Keys: keys, Role: directory.Values(users.RoleAuditor)},
		"dora":             {Keys: keys, Text: "dora"},
	} {
		listing, err := d.Directory.Users(t.Context(), d.Owner, q)
		if got := short(listing); err != nil || got != want || listing.Total.N != len(listing.Users) {
			t.Errorf("got %q of %d, %v, want %q", got, listing.Total.N, err, want)
		}
		size, err := d.Directory.ExportSize(t.Context(), d.Owner, q)
		if err != nil || size.Total != exactly(len(listing.Users)) {
			t.Errorf("%s: got size %+v, %v", want, size, err)
		}
		frozen, err := d.Directory.Keys(t.Context(), d.Owner, q, users.MaxBatch)
		if err != nil || len(frozen) != len(listing.Users) {
			t.Errorf("%s: got keys %v, %v", want, frozen, err)
		}
	}
	if got, err := d.Directory.Addresses(t.Context(), d.Owner, directory.Query{Keys: keys}, 10); err != nil || len(got) != 2 {
		t.Errorf("got addresses %v, %v", got, err)
	}
}
