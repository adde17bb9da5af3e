package database

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStartUpSettings checks that the start-up message of a connection holds only settings
// that PgBouncer takes as it comes, and those that the address itself gives; and that a
// statement sets the rest, save what the address gives.
func TestStartUpSettings(t *testing.T) {
	t.Parallel()
	config, err := postgresConfig("postgres://console@127.0.0.1/console?random_page_cost=2", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"TimeZone", "application_name", "random_page_cost"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(config.RuntimeParams))); diff != "" {
		t.Errorf("start-up message (-want +got):\n%s", diff)
	}
	got := setStatement(config, commonSettings(Options{}), map[string]string{"lock_timeout": "1s"})
	if want := "SET lock_timeout = '5000ms';SET lock_timeout = '1s';"; got != want {
		t.Errorf("statement: got %s, want %s", got, want)
	}
}
